/**
 * Checks of a VM that is to have a GPU, or that has one. Source: Microsoft, "Plan for deploying devices using
 * Discrete Device Assignment" (no save and restore, no live migration, no dynamic memory, no high availability).
 */
import { type GpuFacts, type HostFacts, type VmDevice, type VmFacts, type VmState } from '../inventory'
import { deviceWords, devicesOf, goneFrom, untoldOf } from '../vm-devices'
import { type Check, about } from './check'
import { LOW_LIMIT_BYTES, gpusWith, mmioNeed, mmioSettings, sized } from './mmio'
import { stalePartitions } from '../partitions'
import { quoted } from './steps/row'

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

export const cluster = (vm: VmFacts): Check => {
  const check = about('cluster', 'Failover cluster')
  if (!vm.clustered) return check.pass(`${vm.name} is not clustered`)
  return check.fail(
    `${vm.name} is clustered: a VM with an assigned device is not highly available, and the cluster may start it elsewhere`,
    'Remove it from the cluster, or use a VM that is not clustered',
  )
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
export const replication = (vm: VmFacts, host: HostFacts): Check => {
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

export const checkpoints = (vm: VmFacts): Check => {
  const check = about('checkpoints', 'Checkpoints')
  if (vm.checkpoints === 0) return check.pass(`${vm.name} has no checkpoints`)
  return check.fail(
    `${vm.name} has ${vm.checkpoints} ${vm.checkpoints === 1 ? 'checkpoint' : 'checkpoints'}, and they cannot be kept or applied while it has a GPU`,
    'Delete or merge them first; the bot never removes checkpoints',
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
export const stalePartition = (host: HostFacts, vm: VmFacts): Check | null => {
  const stale = stalePartitions(host, vm)
  if (stale.length === 0) return null
  return about('partitions', 'GPU partitions').fail(
    `${vm.name} has a partition of ${stale.join(', ')}, which the host offers no partitions of: it would not start ("Insufficient system resources")`,
    `Bring that GPU and its driver back, then release ${vm.name}; or have an administrator remove the partition: Get-VMGpuPartitionAdapter -VM (Get-VM -Id ${quoted(vm.id)}), then Remove-VMGpuPartitionAdapter for that one`,
  )
}

const partitions = (host: HostFacts, vm: VmFacts): Check => {
  const check = about('partitions', 'GPU partitions')
  if (vm.partitions.length === 0) return check.pass(`${vm.name} has no partition of a GPU`)
  const stale = stalePartition(host, vm)
  if (stale) return stale
  return check.fail(
    `${vm.name} has a partition of a GPU, and beside a whole one its guest is reported to show Code 43`,
    `Use: release ${vm.name}, or choose another VM`,
  )
}

const generation = (vm: VmFacts): Check => {
  const check = about('generation', 'Generation')
  if (vm.generation === 2) return check.pass(`${vm.name} is of generation 2`)
  return check.warn(
    `${vm.name} is of generation 1: it is supported, but has less room for devices below 4 GiB`,
    'Prefer a VM of generation 2 for GPUs',
  )
}

const mmio = (host: HostFacts, gpu: GpuFacts, vm: VmFacts): Check => {
  const check = about('mmio', 'MMIO space')
  if (!mmioNeed([gpu])) return check.pass('Not judged while the need of the GPU is not known')
  const need = mmioNeed(gpusWith(host, vm, gpu))
  if (!need)
    return check.fail(
      `The MMIO space that ${vm.name} needs cannot be computed: a GPU that it has already shows neither BARs nor memory size`,
      'Enable that GPU on the host once, so that its BARs can be read, and ask again',
    )
  if (need.lowBytes > LOW_LIMIT_BYTES)
    return check.fail(
      `${vm.name} would need ${sized(need.lowBytes)} of low MMIO space, and Hyper-V allows at most ${sized(LOW_LIMIT_BYTES)}`,
      'Release another device of this VM first, or choose another VM',
    )
  const wanted = mmioSettings(vm, need)
  const { lowMmioBytes, highMmioBytes } = vm.settings
  if (wanted.lowMmioBytes === lowMmioBytes && wanted.highMmioBytes === highMmioBytes)
    return check.pass(`${vm.name} has enough: ${sized(lowMmioBytes)} low, ${sized(highMmioBytes)} high`)
  return check.warn(
    `${vm.name} has ${sized(lowMmioBytes)} low and ${sized(highMmioBytes)} high, and needs ${sized(wanted.lowMmioBytes)} low and ${sized(wanted.highMmioBytes)} high`,
    'The assignment sets it',
  )
}

/** The VM's memory and both MMIO regions lie side by side below 2^bits. Where Hyper-V puts them is its own affair. */
export const addressWidth = (
  host: HostFacts,
  vm: VmFacts,
  { lowMmioBytes, highMmioBytes }: { readonly lowMmioBytes: number; readonly highMmioBytes: number },
): Check => {
  const check = about('address-width', 'Physical address width')
  const bits = host.physicalAddressBits
  if (bits === null)
    return check.warn(
      `${host.name} does not tell its physical address width, so whether ${sized(highMmioBytes)} of high MMIO space fits shows only when ${vm.name} starts`,
    )
  const top = vm.memory.startupBytes + lowMmioBytes + highMmioBytes
  const figures = `${vm.name} needs addresses up to at least ${sized(top)} (memory, low and high MMIO space); ${host.name} has ${bits} bits, ${sized(2 ** bits)}`
  if (top > 2 ** bits)
    return check.fail(
      figures,
      'Release another device of this VM first, give it less memory, or use another host',
    )
  if (top > 2 ** (bits - 1))
    return check.warn(
      `${figures}: little is left, and the VM may not start ("upper MMIO region is above the supported physical address range")`,
    )
  return check.pass(figures)
}

const width = (host: HostFacts, gpu: GpuFacts, vm: VmFacts): Check => {
  const need = mmioNeed(gpusWith(host, vm, gpu))
  return need
    ? addressWidth(host, vm, mmioSettings(vm, need))
    : about('address-width', 'Physical address width').pass('Not judged while the MMIO space is not known')
}

export const vmChecks = (host: HostFacts, gpu: GpuFacts, vm: VmFacts): Check[] => [
  power(vm),
  cluster(vm),
  replication(vm, host),
  devices(host, vm),
  partitions(host, vm),
  checkpoints(vm),
  automaticCheckpoints(vm),
  memory(vm),
  generation(vm),
  mmio(host, gpu, vm),
  width(host, gpu, vm),
]
