/**
 * Checks of a VM that is to have a partition of a GPU. Sources: Microsoft, "GPU partitioning" (guests, clusters, live
 * migration) and "Partition and assign GPUs to a virtual machine" (one partition a VM, the cluster's offline action);
 * reports of what fails: ExHyperV, issues 60 and 203; Easy-GPU-PV, issues 238 and 469.
 */
import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import { isParavirtual, isPartitionable } from '../../inventory/partitions'
import { sharingSupport } from '../../inventory/sharing'
import { type Check, about } from '../checks/check'
import { sized } from '../checks/mmio'
import { addressWidth } from '../checks/mmio-checks'
import { quoted } from '../../plan/steps/row'
import { automaticCheckpoints, checkpointsOf, power, partitions, replicationCheck } from '../checks/vm-checks'
import { devicesOf } from '../../inventory/vm-devices'
import { shareSettings } from './settings'

const another = (host: HostFacts, vm: VmFacts): Check =>
  partitions(host, vm, {
    reason: `${vm.name} has a partition of a GPU already, and a VM has one`,
    fix: `Use: release ${vm.name}, or resize ${vm.name} to give it more or less of that GPU`,
  })

const devices = (vm: VmFacts): Check => {
  const check = about('devices', 'Assigned devices')
  if (devicesOf(vm).length === 0) return check.pass(`${vm.name} has no whole device`)
  return check.fail(
    `${vm.name} has a whole device, and beside a partition its guest is reported to show Code 43`,
    'Release the whole GPU first, or choose another VM',
  )
}

const memory = (vm: VmFacts): Check => {
  const check = about('memory', 'Memory')
  const { dynamic, startupBytes, minimumBytes } = vm.memory
  if (!dynamic) return check.pass(`${vm.name} has static memory, ${sized(startupBytes)}`)
  if (startupBytes === minimumBytes)
    return check.pass(`${vm.name} has dynamic memory whose minimum is what it starts with`)
  return check.fail(
    `${vm.name} has dynamic memory: with a partition it starts only if the minimum is what it starts with`,
    `While it is off: Set-VM -VM (Get-VM -Id ${quoted(vm.id)}) -StaticMemory`,
  )
}

/** Reported: Checkpoint-VM is refused, and by some the start of a VM that has one. */
const checkpoints = (vm: VmFacts): Check => {
  const check = about('checkpoints', 'Checkpoints')
  if (vm.checkpoints === 0) return check.pass(`${vm.name} has no checkpoints`)
  return check.fail(
    `${vm.name} has ${checkpointsOf(vm)}: with a partition, Hyper-V is reported to refuse checkpoints, or to refuse to start the VM`,
    'Delete or merge them first; the bot never removes checkpoints',
  )
}

/** Source: Microsoft, "MSCluster_Resource class". */
export const CLUSTER_UNREAD =
  'Have an administrator look whether the account of the bot there may ask the cluster: Get-CimInstance -Namespace root/MSCluster -ClassName MSCluster_Resource'

const cluster = (host: HostFacts, vm: VmFacts): Check => {
  const check = about('cluster', 'Failover cluster')
  if (!vm.clustered) return check.pass(`${vm.name} is not clustered`)
  if (vm.offlineAction === null)
    return check.fail(
      `${vm.name} is clustered, and what its cluster does with it when it goes offline cannot be read`,
      CLUSTER_UNREAD,
    )
  if (sharingSupport(host.os) !== 'yes')
    return check.warn(
      `${vm.name} is clustered, and before Windows Server 2025 such VMs are reported not to start ("The request is not supported.", 0x32)`,
    )
  if (host.os.release === '2025' && !/Datacenter/i.test(host.os.caption))
    return check.warn(
      `${vm.name} is clustered: that it is restarted on another node after an unplanned failure needs the Datacenter edition`,
    )
  return check.pass(
    `${vm.name} is clustered: its offline action is set to force shutdown; it restarts where a GPU is free`,
  )
}

/** SR-IOV partitions are given no address space of their own; paravirtual ones are, and too much is reported to keep a VM from starting. */
const width = (host: HostFacts, gpu: GpuFacts, vm: VmFacts): Check =>
  isPartitionable(gpu) && isParavirtual(gpu)
    ? addressWidth(host, vm, shareSettings(vm, gpu))
    : about('address-width', 'Physical address width').pass('The address space of the VM stays as it is')

/** What the guest needs so that it can use what it gets. */
const guestDriver = (gpu: GpuFacts, vm: VmFacts): Check => {
  const check = about('guest-driver', 'Driver in the guest')
  if (!isPartitionable(gpu)) return check.pass('Not judged while the driver of the host offers no partitions')
  return isParavirtual(gpu)
    ? check.warn(
        `${vm.name} needs a copy of the host's driver files (System32\\HostDriverStore), to be renewed after each driver update of the host`,
      )
    : check.warn(`${vm.name} needs the vGPU guest driver of the vendor, and a licence for it may be needed`)
}

const guestSystem = (vm: VmFacts): Check => {
  const check = about('guest-system', 'System of the guest')
  const list = 'Windows 10, Windows Server 2019 or later, or Ubuntu 18.04, 20.04 or 22.04'
  return check.pass(`${vm.name} must run one that Microsoft lists: ${list}`)
}

export const shareVmChecks = (host: HostFacts, gpu: GpuFacts, vm: VmFacts): Check[] => [
  power(vm),
  cluster(host, vm),
  replicationCheck(vm, host),
  another(host, vm),
  devices(vm),
  checkpoints(vm),
  automaticCheckpoints(vm),
  memory(vm),
  width(host, gpu, vm),
  guestDriver(gpu, vm),
  guestSystem(vm),
]
