/**
 * Checks of a host and a GPU for partitioning (GPU-P). Sources: Microsoft, "GPU partitioning" (Windows Server 2025; the
 * list of GPUs; alike across a cluster) and "Partition and assign GPUs to a virtual machine" (nothing returned means
 * that no driver offers partitions); Easy-GPU-PV, issues 5 and 125.
 */
import { type GpuFacts, type HostFacts, aliasOf, placeOf, vmById } from '../../inventory/inventory'
import {
  type PartitionableGpu,
  isParavirtual,
  isPartitionable,
  maybeSharersOf,
  partitionsInUse,
  sharerWords,
} from '../../inventory/partitions'
import { releaseDoubt, sharingSupport } from '../../inventory/sharing'
import { type Check, about } from '../checks/check'
import { GONE, backToHost } from '../checks/device-checks'
import { NOT_OURS, unsetPolicies, unsetWords } from '../checks/host-checks'
import { scriptOf } from '../../plan/step'
import { giveToHost } from '../checks/back-to-host'

/** NVIDIA's, as Microsoft lists them. */
const SUPPORTED = /\b(A2|A10|A16|A40|L2|L4|L40|L40S)\b/

const support = (host: HostFacts): Check => {
  const { name, os, unsupportedPartitioning } = host
  const check = about('partition-support', 'Windows release')
  const doubt = releaseDoubt(host)
  if (sharingSupport(os) === 'yes')
    return doubt
      ? check.warn(doubt.reason, doubt.fix)
      : check.pass(`${name} runs ${os.caption}, which supports GPU partitioning`)
  const which = doubt ? `${doubt.reason}. ` : `${name} runs ${os.caption}; `
  const why = `${which}Microsoft supports GPU partitioning from Windows Server 2025 on`
  if (unsupportedPartitioning)
    return check.warn(`${why}. The configuration of this host allows it all the same`)
  return check.fail(
    why,
    'Use a host with Windows Server 2025 or assign the whole GPU (`--mode dda`); an administrator can allow it with `unsupportedPartitioning: true` for this host',
  )
}

/** The commands of older modules take no GPU: the host chooses one itself. */
const commands = ({ name, partitioning, gpus }: HostFacts): Check => {
  const check = about('partition-commands', 'GPU-P commands')
  const several = gpus.filter(isPartitionable).length > 1
  if (partitioning === 'current') return check.pass('A partition is added from a GPU that is named')
  if (partitioning === 'none')
    return check.fail(
      `The Hyper-V module of ${name} has no commands for GPU partitions`,
      'Install the Hyper-V module of Windows Server 2019 or later on this host, or use another one',
    )
  if (several)
    return check.fail(
      `${name} has several GPUs with partitions, and the commands of its Hyper-V module cannot say which one a partition comes from`,
      'Use a host with Windows Server 2022 or later, or switch off partitions of all GPUs but one',
    )
  return check.pass('Older commands, and one GPU with partitions: a partition can only come from that one')
}

const driver = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('partition-driver', 'Driver on the host')
  const code = gpu.problemCode ?? 0
  if (isPartitionable(gpu) && code !== 0 && code !== 22)
    return check.warn(
      `${aliasOf(host, gpu)} reports problem code ${code} on the host, where its partitions come from`,
      'Look at it in Device Manager',
    )
  if (isPartitionable(gpu))
    return check.pass(
      isParavirtual(gpu)
        ? 'It offers paravirtual partitions'
        : `It offers SR-IOV partitions: ${gpu.partition.validCounts.join(', ')}`,
    )
  return check.fail(
    `The driver of ${aliasOf(host, gpu)} offers no partitions`,
    'Install the vGPU driver of its vendor on the host and switch on SR-IOV in the firmware, or choose another GPU',
  )
}

/** Microsoft asks for it in the firmware; what the host says about it is about network adapters first. */
const iov = ({ name, iov: { supported, reasons } }: HostFacts, gpu: PartitionableGpu): Check => {
  const check = about('iov', 'I/O virtualization')
  if (isParavirtual(gpu)) return check.pass('Not needed for paravirtual partitions')
  if (supported) return check.pass(`${name} supports I/O virtualization`)
  return check.warn(
    `${name} says that it does not support I/O virtualization, which SR-IOV partitions rest on: ${reasons.join('; ') || 'it gives no reason'}`,
    'Switch on virtualization support and SR-IOV in the firmware of the host, then reboot it',
  )
}

const model = (gpu: GpuFacts): Check => {
  const check = about('partition-model', 'Model')
  if (SUPPORTED.test(gpu.model)) return check.pass(`${gpu.model} is on Microsoft's list for GPU partitioning`)
  return check.warn(
    `${gpu.model} is not on Microsoft's list for GPU partitioning (NVIDIA A2, A10, A16, A40, L2, L4, L40, L40S)`,
  )
}

const place = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('place', 'Where it is')
  const alias = aliasOf(host, gpu)
  const at = placeOf(host, gpu)
  switch (at.kind) {
    case 'host-enabled':
      return check.pass(`${alias} is with the host, where its partitions come from`)
    case 'assigned':
      return check.fail(
        `${alias} is assigned to ${vmById(host, at.vm)?.name ?? at.vm} as a whole; a GPU is either assigned whole or partitioned`,
        `Use: release ${alias}`,
      )
    case 'host-disabled':
    case 'dismounted':
      return check.fail(
        `${alias} is ${at.kind === 'dismounted' ? 'dismounted from' : 'disabled on'} the host, and partitions come from a GPU that the host uses`,
        `Have an administrator run: ${at.kind === 'dismounted' ? backToHost(host, gpu) : scriptOf(giveToHost(host, gpu)[1])}; or assign it whole`,
      )
    case 'pooled':
      return check.fail(
        `${alias} is in the resource pool ${at.pool}, and partitions come from a GPU that the host uses`,
        'Choose another GPU',
      )
    case 'restart-pending':
      return check.fail(
        `${alias} waits for a restart of ${host.name}, and partitions come from a GPU that the host uses`,
        `Restart ${host.name}, look at the device in Device Manager, and ask again`,
      )
    case 'missing':
      return check.fail(`${alias} is not there: the host shows no device at ${gpu.locationPath}`, GONE)
  }
}

/** That a policy which is not set stops partitions is reported (Easy-GPU-PV, issue 125; FastGPUP, issue 3). */
const policies = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('policies', 'Device assignment policies')
  const { requireSecureDeviceAssignment: secure, requireSupportedDeviceAssignment: supported } = host.policies
  const required = secure === true || supported === true
  if (!required && unsetPolicies(host).length > 0) return check.warn(unsetWords(host), NOT_OURS)
  if (!required) return check.pass(`The policies of ${host.name} require nothing more`)
  return check.warn(
    `A policy of ${host.name} requires secure or supported devices: a VM with a partition of ${aliasOf(host, gpu)} does not start if the device falls short of it`,
    NOT_OURS,
  )
}

const free = (host: HostFacts, gpu: PartitionableGpu): Check => {
  const check = about('partition-free', 'Free partitions')
  const used = partitionsInUse(host, gpu)
  const { count } = gpu.partition
  const free = `${count - used} of ${count} partitions are free`
  const maybe = maybeSharersOf(host, gpu)
  if (used < count && maybe.length > 0)
    return check.warn(`${free}, if those count that may be of another GPU: ${sharerWords(host, gpu)}`)
  if (used < count) return check.pass(free)
  const holders = sharerWords(host, gpu)
  return check.fail(
    `All ${count} partitions of ${aliasOf(host, gpu)} are in use (${holders})`,
    'Release one of them, or choose another GPU; the count can be changed only while no partition is in use',
  )
}

/** A VM that fails over or moves finds the same partitions only on hosts that are alike. */
const alike = (host: HostFacts, gpu: PartitionableGpu, peers: readonly HostFacts[]): Check => {
  const check = about('partition-alike', 'Alike')
  const others = [host, ...peers].flatMap((each) =>
    each.gpus.filter(isPartitionable).map((other) => ({ host: each, gpu: other })),
  )
  const different = others.filter(
    ({ gpu: other }) => other.model !== gpu.model || other.partition.count !== gpu.partition.count,
  )
  if (different.length === 0)
    return check.pass('All GPUs with partitions are of one model and one partition count')
  const named = different.map(
    (each) => `${aliasOf(each.host, each.gpu)} (${each.gpu.model}, ${each.gpu.partition.count})`,
  )
  return check.warn(
    `Microsoft asks for GPUs of one make, model and partition count ${peers.length > 0 ? 'across a cluster' : 'in a host'}; different from ${aliasOf(host, gpu)} (${gpu.model}, ${gpu.partition.count}): ${named.slice(0, 5).join(', ')}`,
  )
}

/** For `partition GPU into N`. */
export const splitChecks = (host: HostFacts, gpu: GpuFacts): Check[] => [
  support(host),
  commands(host),
  driver(host, gpu),
  model(gpu),
  place(host, gpu),
]

/** For a VM that is to have a partition. */
export const shareChecks = (host: HostFacts, gpu: GpuFacts, peers: readonly HostFacts[]): Check[] => [
  ...splitChecks(host, gpu),
  policies(host, gpu),
  ...(isPartitionable(gpu) ? [iov(host, gpu), free(host, gpu), alike(host, gpu, peers)] : []),
]
