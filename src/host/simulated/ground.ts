/** One host as the rules see it: its file and its state side by side, and the look-ups between them. */
import type { GpuFacts, HostFacts, LocationPath, VmFacts, VmId } from '../../core/inventory'
import type { GpuRef, VmRef } from '../../core/plan/step'
import { Fault } from '../../core/errors'
import type { DeviceNode, GpuFile, HostFile, VmFile } from './schema'
import type { FleetState, HostState, VmNow } from './state'

export interface Ground {
  readonly file: HostFile
  readonly state: HostState
}

export interface VmOnGround {
  readonly file: VmFile
  readonly now: VmNow
}

export interface Device {
  readonly file: GpuFile
  readonly node: DeviceNode
  /** The VM that lists the device's location path. */
  readonly owner: VmId | null
}

export const groundOf = (file: HostFile, state: FleetState): Ground => {
  const host = state.hosts[file.name]
  if (!host) throw new Fault('internal', `the simulated fleet has no state for ${file.name}`)
  return { file, state: host }
}

const join = ({ state }: Ground, file: VmFile): VmOnGround | undefined => {
  const now = state.vms[file.id]
  return now && { file, now }
}

export const vmsOn = (ground: Ground): readonly VmOnGround[] =>
  ground.file.vms.flatMap((file) => join(ground, file) ?? [])

export const vmOn = (ground: Ground, { id }: Pick<VmRef, 'id'>): VmOnGround | undefined =>
  vmsOn(ground).find((vm) => vm.file.id === id)

export const ownerOf = (ground: Ground, path: LocationPath): VmId | null =>
  vmsOn(ground).find((vm) => vm.now.assigned.includes(path))?.file.id ?? null

export const deviceAt = (ground: Ground, path: LocationPath): Device | undefined => {
  const file = ground.file.gpus.find((gpu) => gpu.locationPath === path)
  if (!file) return undefined
  return { file, node: ground.state.devices[file.slot] ?? file.place, owner: ownerOf(ground, path) }
}

/** By instance id and location path together: neither alone names a card for certain. */
export const deviceOn = (ground: Ground, gpu: GpuRef): Device | undefined => {
  const device = deviceAt(ground, gpu.locationPath)
  return device?.file.instanceId === gpu.instanceId ? device : undefined
}

/** 28 is "no driver", 22 is "disabled"; a dismounted or missing card leaves only a phantom node, which has no code. */
const problemCodeOf = ({ file, node }: Device): number | null => {
  if (node === 'host-disabled') return 22
  if (node !== 'host-enabled') return null
  return file.driver === null && file.problemCode === 0 ? 28 : file.problemCode
}

const gpuFactsOf = (device: Device): GpuFacts => {
  const { file, node } = device
  const onHost = node === 'host-enabled' || node === 'host-disabled'
  return {
    slot: file.slot,
    instanceId: file.instanceId,
    locationPath: file.locationPath,
    vendor: file.vendor,
    model: file.model,
    memoryBytes: file.memory,
    problemCode: problemCodeOf(device),
    driverVersion: onHost ? file.driver : null,
    // A real host shows BARs only while the device is enabled, and the adapter remembers them; this one always knows.
    bars: file.bars.map(({ size, bits }) => ({ bytes: size, bits })),
    acs: file.acs,
    reservedMemory: file.reservedMemory,
    deviceType: file.deviceType,
    baseClass: file.baseClass,
    interrupts: file.interrupts,
    hostDisplay: file.hostDisplay,
    audioFunction: file.audioFunction,
    partition: file.partition,
  }
}

const vmFactsOf = ({ file, now }: VmOnGround): VmFacts => ({
  id: file.id,
  name: file.name,
  generation: file.generation,
  state: now.state,
  guest: file.guest,
  settings: now.settings,
  memory: {
    dynamic: file.memory.dynamic,
    startupBytes: file.memory.startup,
    minimumBytes: file.memory.minimum ?? file.memory.startup,
  },
  checkpoints: file.checkpoints,
  clustered: file.clustered,
  assigned: [...now.assigned],
})

/** What the host would say of itself, as its inventory has it. */
export const factsOf = (ground: Ground): HostFacts => {
  const { file } = ground
  const devices = file.gpus.flatMap((gpu) => deviceAt(ground, gpu.locationPath) ?? [])
  return {
    name: file.name,
    os: file.os,
    iov: file.iov,
    physicalAddressBits: file.physicalAddressBits,
    policies: file.policies,
    forceDismount: file.forceDismount,
    gpus: devices.map(gpuFactsOf),
    vms: vmsOn(ground).map(vmFactsOf),
    dismounted: devices
      .filter(({ node, owner }) => node === 'dismounted' && (owner === null || file.poolListsAssigned))
      .map((device) => device.file.locationPath),
  }
}
