/** One host as the rules see it: its file and its state side by side, and the look-ups between them. */
import {
  DISABLED,
  NEEDS_RESTART,
  type GpuFacts,
  type HostFacts,
  type LocationPath,
  type PartitionVram,
  type VmDevice,
  type VmFacts,
  type VmId,
} from '../../core/inventory/inventory'
import type { GpuRef, VmRef } from '../../core/plan/step'
import { Fault } from '../../core/errors'
import { hostNow } from './rebuild'
import type { DeviceNode, GpuFile, HostFile, VmFile } from './schema'
import type { FleetState, HostState, VmNow } from './state'

export interface HostNow {
  readonly file: HostFile
  readonly state: HostState
}

export interface VmOnHost {
  readonly file: VmFile
  readonly now: VmNow
}

export interface Device {
  readonly file: GpuFile
  readonly node: DeviceNode
  /** The VM that lists the device's location path. */
  readonly owner: VmId | null
}

export const stateOfHost = (file: HostFile, state: FleetState): HostNow => {
  const host = state.hosts[file.name]
  if (!host) throw new Fault('internal', `the simulated fleet has no state for ${file.name}`)
  return { file: hostNow(file, host.rebuilt), state: host }
}

const join = ({ state }: HostNow, file: VmFile): VmOnHost | undefined => {
  const now = state.vms[file.id]
  return now && { file, now }
}

export const vmsOn = (here: HostNow): readonly VmOnHost[] =>
  here.file.vms.flatMap((file) => join(here, file) ?? [])

export const vmOn = (here: HostNow, { id }: Pick<VmRef, 'id'>): VmOnHost | undefined =>
  vmsOn(here).find((vm) => vm.file.id === id)

const ownerOf = (here: HostNow, path: LocationPath): VmId | null =>
  vmsOn(here).find((vm) => vm.now.assigned.includes(path))?.file.id ?? null

export const deviceAt = (here: HostNow, path: LocationPath): Device | undefined => {
  const file = here.file.gpus.find((gpu) => gpu.locationPath === path)
  if (!file) return undefined
  return { file, node: here.state.devices[file.slot] ?? file.place, owner: ownerOf(here, path) }
}

/** By instance id and location path together: neither alone names a card for certain. */
export const deviceOn = (here: HostNow, gpu: GpuRef): Device | undefined => {
  const device = deviceAt(here, gpu.locationPath)
  return device?.file.instanceId === gpu.instanceId ? device : undefined
}

/** 28 is "no driver", 22 is "disabled", 14 waits for a restart; a dismounted or missing card leaves only a phantom node, which has no code. */
const problemCodeOf = ({ file, node }: Device): number | null => {
  if (node === 'host-disabled') return DISABLED
  if (node === 'restart-to-disable' || node === 'restart-to-enable') return NEEDS_RESTART
  if (node !== 'host-enabled') return null
  return file.driver === null && file.problemCode === 0 ? 28 : file.problemCode
}

/** How many partitions of the GPU in this slot VMs have. */
export const partitionsTaken = (here: HostNow, slot: string): number =>
  vmsOn(here).flatMap((vm) => vm.now.partitions.filter((each) => each.slot === slot)).length

/** Microsoft, "Partition and assign GPUs to a virtual machine"; paravirtual: Easy-GPU-PV, issue 361. */
const partitionName = ({ instanceId, partition }: GpuFile): string =>
  `\\\\?\\${instanceId.replaceAll('\\', '#')}#{064092b3-625e-43bf-9eb5-dc845897dd59}${partition?.kind === 'paravirtual' ? '\\GPUPARAV' : ''}`

const countOf = (here: HostNow, { slot, partition }: GpuFile): number =>
  here.state.partitionCounts[slot] ?? partition?.count ?? 1

/** A paravirtual GPU counts in parts of 1000000000. */
const WHOLE = 1_000_000_000

/** What a partition of this GPU may have; null where it offers none. */
export const vramOf = (here: HostNow, file: GpuFile): (PartitionVram & { total: number }) | null => {
  if (!file.partition) return null
  if (file.partition.kind === 'paravirtual') return { total: WHOLE, min: 0, max: WHOLE, optimal: WHOLE }
  const total = file.memory ?? 0
  return {
    total,
    min: Math.floor(total / Math.max(...file.partition.validCounts)),
    max: total,
    optimal: Math.floor(total / countOf(here, file)),
  }
}

const partitionFactsOf = (here: HostNow, { file, node }: Device): GpuFacts['partition'] => {
  const vram = vramOf(here, file)
  if (!vram || !file.partition || node !== 'host-enabled' || file.driver === null) return null
  const taken = vmsOn(here)
    .flatMap((vm) => vm.now.partitions)
    .filter((each) => each.slot === file.slot)
    .reduce((sum, each) => sum + (each.vram?.optimal ?? vram.optimal), 0)
  return {
    name: partitionName(file),
    validCounts: file.partition.validCounts,
    count: countOf(here, file),
    vram: {
      ...vram,
      available: file.partition.kind === 'paravirtual' ? WHOLE : Math.max(0, vram.total - taken),
    },
  }
}

const gpuFactsOf = (here: HostNow, device: Device): GpuFacts => {
  const { file, node } = device
  const onHost = node !== 'dismounted' && node !== 'absent'
  return {
    slot: file.slot,
    instanceId: file.instanceId,
    locationPath: file.locationPath,
    vendor: file.vendor,
    model: file.model,
    memoryBytes: file.memory,
    highMmioBytes: file.highMmio,
    problemCode: problemCodeOf(device),
    driverVersion: onHost ? file.driver : null,
    pool: node === 'dismounted' ? file.pool : null,
    // A real host shows BARs only while the device is enabled, and the adapter remembers them; this one always knows.
    bars: file.bars.map(({ size, bits }) => ({ bytes: size, bits })),
    acs: file.acs,
    reservedMemory: file.reservedMemory,
    deviceType: file.deviceType,
    baseClass: file.baseClass,
    interrupts: file.interrupts,
    hostDisplay: file.hostDisplay,
    audioFunction: file.audioFunction,
    partition: partitionFactsOf(here, device),
  }
}

/** Older modules do not tell which GPU a partition comes from. */
const adapterFactsOf = ({ file: host }: HostNow, { now }: VmOnHost): VmFacts['partitions'] =>
  now.partitions.map(({ slot, vram }) => {
    const gpu = host.gpus.find((each) => each.slot === slot)
    return { gpu: gpu && partitioningOf(host) === 'current' ? partitionName(gpu) : null, vram }
  })

/** Which commands the Hyper-V module of each release has, unless the file says otherwise. */
const partitioningOf = ({ partitioning, os }: HostFile): HostFacts['partitioning'] =>
  partitioning ?? (os.release === '2016' || os.release === '2019' ? 'older' : 'current')

/** A path at which no card is any more is one of a device that is gone. */
const devicesOf = (here: HostNow, { file, now }: VmOnHost): VmDevice[] => [
  ...now.assigned.map((path): VmDevice => {
    const device = deviceAt(here, path)
    return { path, device: device && device.node !== 'absent' ? 'there' : 'gone' }
  }),
  ...file.otherDevices,
]

/** What the host has of a guest: a sign of life while it runs, and whether it can be shut down through it. */
const guestOf = ({ file, now }: VmOnHost): Pick<VmFacts, 'heartbeat' | 'shutdownService'> => {
  const usual = file.guest === 'unknown' ? 'unknown' : 'on'
  const { heartbeat = usual, shutdownService = usual } = file
  if (now.state === 'Running') return { heartbeat, shutdownService }
  return { heartbeat: 'unknown', shutdownService: shutdownService === 'on' ? 'unknown' : shutdownService }
}

const vmFactsOf = (here: HostNow, vm: VmOnHost): VmFacts => {
  const { file, now } = vm
  return {
    id: file.id,
    name: file.name,
    generation: file.generation,
    state: now.state,
    guest: file.guest,
    ...guestOf(vm),
    replication: file.replication,
    settings: now.settings,
    memory: {
      dynamic: file.memory.dynamic,
      startupBytes: file.memory.startup,
      minimumBytes: file.memory.minimum ?? file.memory.startup,
    },
    checkpoints: file.checkpoints,
    clustered: file.clustered,
    assigned: devicesOf(here, vm).flatMap(({ path }) => path ?? []),
    devices: devicesOf(here, vm),
    partitions: adapterFactsOf(here, vm),
    offlineAction: now.offlineAction,
  }
}

/** Only what is gone, and no VM lists, is not told. */
const isForgotten = ({ rebuilt }: HostState, { file, node, owner }: Device): boolean =>
  node === 'absent' && owner === null && rebuilt.forgotten.includes(file.slot)

/** What the host would say of itself, as its inventory has it. */
export const factsOf = (here: HostNow): HostFacts => {
  const { file, state } = here
  const devices = file.gpus
    .flatMap((gpu) => deviceAt(here, gpu.locationPath) ?? [])
    .filter((device) => !isForgotten(state, device))
  return {
    name: file.name,
    computer: file.computer === undefined ? file.name.toUpperCase() : file.computer,
    os: file.os,
    iov: file.iov,
    physicalAddressBits: file.physicalAddressBits,
    highMmioBytes: file.highMmio,
    policies: file.policies,
    forceDismount: file.forceDismount,
    missingCommands: file.missingCommands,
    partitioning: partitioningOf(file),
    unsupportedPartitioning: file.unsupportedPartitioning,
    cluster: file.cluster,
    gpus: devices.map((device) => gpuFactsOf(here, device)),
    vms: vmsOn(here).map((vm) => vmFactsOf(here, vm)),
    dismounted: devices
      .filter(({ node, owner }) => node === 'dismounted' && (owner === null || file.poolListsAssigned))
      .map((device) => device.file.locationPath),
    pools: file.pools,
  }
}
