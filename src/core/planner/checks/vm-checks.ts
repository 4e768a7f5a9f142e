/**
 * Checks of a VM that is to have a GPU, or that has one. Sources: Microsoft, "Plan for deploying devices using
 * Discrete Device Assignment" (no save and restore, no live migration, no dynamic memory; before Windows Server 2025 no high
 * availability) and "Use GPUs with clustered VMs" (from then on through a resource pool of each node).
 */
import {
  type GpuFacts,
  type HostFacts,
  type VmDevice,
  type VmFacts,
  type VmState,
} from '../../inventory/inventory'
import { sharingSupport } from '../../inventory/sharing'
import { deviceWords, devicesOf, goneFrom, untoldOf } from '../../inventory/vm-devices'
import { type Check, about } from './check'
import type { MmioAsked } from '../../change/change'
import { sized } from './mmio'
import { mmioChecks } from './mmio-checks'
import { stalePartitions } from '../../inventory/partitions'
import { quoted } from '../../plan/steps/row'

const WAIT = 'Wait until that is over, and ask again'

/** States in which nothing can be planned, with the way out of each. */
const STUCK: { readonly [S in Exclude<VmState, 'Off' | 'Running'>]: readonly [says: string, next: string] } =
  {
    Stopping: ['is stopping', WAIT],
    Starting: ['is starting', WAIT],
    Saved: [
      'is saved, and a saved state does not survive a change of devices',
      'Start it and shut it down, then ask again',
    ],
    Paused: ['is paused', 'Resume it, or shut it down, then ask again'],
    Critical: [
      'is in a critical state: the host lost its storage or configuration',
      'Repair it in Hyper-V Manager first',
    ],
    Other: [
      'is in a state in which nothing can be planned',
      'Look at it in Hyper-V Manager, and ask again once it is off or running',
    ],
  }

export const power = (vm: VmFacts): Check => {
  const check = about('power', 'Power state')
  if (vm.state === 'Off') return check.pass(`${vm.name} is off`)
  if (vm.state === 'Running')
    return check.warn(
      `${vm.name} is running, and devices are changed only while it is off`,
      'Add --shutdown to have it shut down through its guest, or --power-off to have it turned off like a power cut',
    )
  const [says, next] = STUCK[vm.state]
  return check.fail(`${vm.name} ${says}`, next)
}

const POOLED =
  'its cluster restarts it on another node only with a device of a resource pool, and the bot gives and takes single devices of one host'
const ALONE = 'Remove it from the cluster, or use a VM that is not clustered'
const BY_POOL =
  'Use a resource pool, with the tools of the cluster (Microsoft, "Use GPUs with clustered VMs")'

/** Why a clustered VM neither gets nor gives a device here, by what its cluster can do with one. */
const CLUSTERED = {
  no: ['before Windows Server 2025 a VM with an assigned device is not highly available', ALONE],
  yes: [POOLED, `${BY_POOL}, or a VM that is not clustered`],
  unknown: [
    'what its cluster does with a VM that has a device is not known of this release of Windows',
    ALONE,
  ],
} as const

export const cluster = (host: HostFacts, vm: VmFacts): Check => {
  const check = about('cluster', 'Failover cluster')
  if (!vm.clustered) return check.pass(`${vm.name} is not clustered`)
  const [why, cure] = CLUSTERED[sharingSupport(host.os)]
  return check.fail(`${vm.name} is clustered: ${why}`, cure)
}

const REPLICAS = {
  replica: 'is a replica',
  'extended-replica': 'is a replica of a replica',
  'test-replica': 'is the copy of a test failover',
} as const

/**
 * Sources: Hyper-V reference (Start-VMFailover, Set-VMReplication -Reverse, Remove-VMReplication, Stop-VMFailover). No
 * document says whether a VM with a device is replicated.
 */
export const replicationCheck = (vm: VmFacts, host: HostFacts): Check => {
  const check = about('replication', 'Hyper-V Replica')
  switch (vm.replication) {
    case 'none':
      return check.pass(`${vm.name} is not replicated`)
    case 'primary':
      return check.warn(
        `${vm.name} is replicated to another host: whether that goes on while it has a GPU is not known, and a replica that takes over has none`,
      )
    case 'unknown':
      return check.warn(
        `Whether ${vm.name} is a replica is not known, and a replica is not to be started`,
        newestModule(host, 'which tells it'),
      )
    case 'test-replica':
      return check.fail(
        replicaWords(vm, REPLICAS[vm.replication]),
        'Name the VM itself; Stop-VMFailover ends the test and removes the copy',
      )
    default:
      return check.fail(
        replicaWords(vm, REPLICAS[vm.replication]),
        `Name the VM on the host that it is replicated from. If this one is to take over: Start-VMFailover, then Set-VMReplication -Reverse; Remove-VMReplication ends the replication`,
      )
  }
}

const replicaWords = ({ name }: VmFacts, is: string): string =>
  `${name} ${is} of a VM on another host, and is changed and started by Hyper-V Replica alone`

const newestModule = (host: HostFacts, why: string): string =>
  `Install the bot's newest module on ${host.name} (Register-GpuChatOps.ps1), ${why}`

/** With a device that is gone a VM is reported not to start (windowsserverdocs, issue 3083). What is no GPU is nobody's business. */
export const devices = (host: HostFacts, vm: VmFacts): Check => {
  const check = about('devices', 'Assigned devices')
  const [gone, untold] = [goneFrom(vm), untoldOf(host, vm)]
  if (gone.length > 0)
    return check.fail(
      `${vm.name} lists ${named(gone)}, and the host shows neither the device nor what a dismounted one leaves: it seems to be gone, and ${vm.name} would not start ("Element not found")`,
      `Have an administrator look: Get-VMAssignableDevice -VM (Get-VM -Id ${quoted(vm.id)}). If the device was taken out for good, Remove-VMAssignableDevice for that one`,
    )
  if (untold.length > 0)
    return check.warn(
      `${vm.name} lists ${named(untold)}, and the host did not tell whether that device is there; if it is not, ${vm.name} does not start`,
      newestModule(host, 'which tells it'),
    )
  return check.pass(`${vm.name} has ${devicesOf(vm).length} assigned devices, and each is there`)
}

const named = (devices: readonly VmDevice[]): string => devices.map(deviceWords).join(', ')

export const checkpointsOf = ({ checkpoints: count }: VmFacts): string =>
  `${count} ${count === 1 ? 'checkpoint' : 'checkpoints'}`

/** Those that it has: of taking new ones nothing is documented either (a standard one saves memory, which a device rules out). */
const checkpoints = (vm: VmFacts): Check => {
  const check = about('checkpoints', 'Checkpoints')
  if (vm.checkpoints === 0) return check.pass(`${vm.name} has no checkpoints`)
  return check.warn(
    `${vm.name} has ${checkpointsOf(vm)}: what becomes of them with an assigned device is not documented; a standard one holds saved memory, which a VM with a device does not support, and applying any puts back settings that this changes`,
    'Delete or merge them first, or apply none before the GPU is released; the bot never removes checkpoints',
  )
}

export const automaticCheckpoints = (vm: VmFacts): Check => {
  const check = about('automatic-checkpoints', 'Automatic checkpoints')
  if (!vm.settings.automaticCheckpoints) return check.pass(`${vm.name} makes no automatic checkpoints`)
  return check.warn(`Automatic checkpoints of ${vm.name} are switched off; they are restored on release`)
}

const memory = (vm: VmFacts): Check => {
  const check = about('memory', 'Memory')
  if (!vm.memory.dynamic) return check.pass(`${vm.name} has static memory, ${sized(vm.memory.startupBytes)}`)
  return check.fail(
    `${vm.name} has dynamic memory, which is not available with an assigned device`,
    `While it is off: Set-VM -VM (Get-VM -Id ${quoted(vm.id)}) -StaticMemory`,
  )
}

/** Reported of GPUs that were replaced or moved, and after an update of their driver (Easy-GPU-PV, issues 51, 62 and 316). */
const stalePartition = (host: HostFacts, vm: VmFacts): Check | null => {
  const stale = stalePartitions(host, vm)
  if (stale.length === 0) return null
  return about('partitions', 'GPU partitions').fail(
    `${vm.name} has a partition of ${stale.join(', ')}, which the host offers no partitions of: it would not start ("Insufficient system resources")`,
    `Bring that GPU and its driver back, then release ${vm.name}; or have an administrator remove the partition: Get-VMGpuPartitionAdapter -VM (Get-VM -Id ${quoted(vm.id)}), then Remove-VMGpuPartitionAdapter for that one`,
  )
}

/** Nothing against the VM where it has no partition; `otherwise` says what is against one that works. */
export const partitions = (
  host: HostFacts,
  vm: VmFacts,
  otherwise: { readonly reason: string; readonly fix: string },
): Check => {
  const check = about('partitions', 'GPU partitions')
  if (vm.partitions.length === 0) return check.pass(`${vm.name} has no partition of a GPU`)
  return stalePartition(host, vm) ?? check.fail(otherwise.reason, otherwise.fix)
}

const besideWhole = (host: HostFacts, vm: VmFacts): Check =>
  partitions(host, vm, {
    reason: `${vm.name} has a partition of a GPU, and beside a whole one its guest is reported to show Code 43`,
    fix: `Use: release ${vm.name}, or choose another VM`,
  })

const generation = (vm: VmFacts): Check => {
  const check = about('generation', 'Generation')
  if (vm.generation === 2) return check.pass(`${vm.name} is of generation 2`)
  return check.warn(
    `${vm.name} is of generation 1: it is supported, but has less room for devices below 4 GiB`,
    'Prefer a VM of generation 2 for GPUs',
  )
}

export const vmChecks = (
  host: HostFacts,
  gpu: GpuFacts,
  vm: VmFacts,
  asked: MmioAsked | undefined,
): Check[] => [
  power(vm),
  cluster(host, vm),
  replicationCheck(vm, host),
  devices(host, vm),
  besideWhole(host, vm),
  checkpoints(vm),
  automaticCheckpoints(vm),
  memory(vm),
  generation(vm),
  ...mmioChecks(host, gpu, vm, asked),
]
