/** What changes in a simulated fleet, apart from the fleet file, which never does. Plain JSON, so that it persists. */
import { z } from 'zod'
import { fence, PROTOCOL } from '../../core/fence'
import { gpuFacts, locationPath, partitionVram, vmSettings, vmState } from '../../core/inventory/inventory'
import { asInFile, rebuilt } from './rebuild'
import { type FleetFile, type HostFile, type VmFile, deviceNode, guestSmi } from './schema'

const STEPS = [
  'stopVm',
  'startVm',
  'setVm',
  'disableDevice',
  'enableDevice',
  'dismountDevice',
  'mountDevice',
  'attachDevice',
  'detachDevice',
  'setPartitionCount',
  'addPartition',
  'removePartition',
  'setPartition',
  'setOfflineAction',
] as const

/**
 * A misfortune that waits for its step. `refuse`: refused with code and message, nothing changed. `lost-before`:
 * outcome unknown, nothing changed. `lost-after`: outcome unknown, the effect happened. `any` is any step, but not
 * the inventory; an inventory that meets one fails as unreachable, whatever the kind.
 */
const injectedFault = z.object({
  host: z.string(),
  step: z.enum([...STEPS, 'any', 'inventory']),
  times: z.number().int().positive(),
  kind: z.enum(['refuse', 'lost-before', 'lost-after']),
  code: z.string().optional(),
  message: z.string().optional(),
})
export type InjectedFault = z.infer<typeof injectedFault>

const vmNow = z.object({
  state: vmState,
  settings: vmSettings,
  assigned: z.array(locationPath),
  /** By the slot of their GPU. */
  partitions: z.array(z.object({ slot: gpuFacts.shape.slot, vram: partitionVram.nullable() })).default([]),
  /** Null for a VM that is not clustered. */
  offlineAction: z.number().int().nullable().default(null),
  guestSmi,
})
export type VmNow = z.infer<typeof vmNow>

const moduleNow = z.object({
  protocol: z.number().int(),
  /** The highest claim that was seen. */
  fence,
  /** When the last order was carried out; epoch milliseconds. */
  orderAt: z.number().nullable(),
})
export type ModuleNow = z.infer<typeof moduleNow>

const untouched = (): ModuleNow => ({
  protocol: PROTOCOL,
  fence: { number: 0, bot: null, claim: null },
  orderAt: null,
})

const hostState = z.object({
  reachable: z.boolean(),
  /** What the bot's module on it is like, and keeps. */
  module: moduleNow.default(untouched),
  /** Grows with every reboot: an order under way at that moment is lost. */
  boots: z.number().int(),
  /** By slot. A device that a VM holds is `dismounted` here; the VM's list says whose it is. */
  devices: z.record(z.string(), deviceNode),
  /** By slot; where it is not named, as in the file. */
  partitionCounts: z.record(z.string(), z.number().int()).default({}),
  /** By VM id. */
  vms: z.record(z.string(), vmNow),
  rebuilt: rebuilt.default(asInFile),
})
export type HostState = z.infer<typeof hostState>

export const fleetState = z.object({
  format: z.literal(1),
  fleet: z.string(),
  hosts: z.record(z.string(), hostState),
  faults: z.array(injectedFault),
})
export type FleetState = z.infer<typeof fleetState>

const vmAtFirst = (file: VmFile): VmNow => {
  const { state, settings, assigned, partitions, guestSmi: answers } = file
  return {
    state,
    settings: {
      automaticStopAction: settings.automaticStopAction,
      guestControlledCacheTypes: settings.guestControlledCacheTypes,
      lowMmioBytes: settings.lowMmio,
      highMmioBytes: settings.highMmio,
      automaticCheckpoints: settings.automaticCheckpoints,
    },
    assigned,
    partitions: partitions.map(({ gpu, vram }) => ({
      slot: gpu,
      vram: vram === null ? null : { min: vram, max: vram, optimal: vram },
    })),
    offlineAction: file.clustered ? file.offlineAction : null,
    guestSmi: answers,
  }
}

const hostAtFirst = (host: HostFile): HostState => {
  const held = new Set(host.vms.flatMap((vm) => vm.assigned))
  return {
    reachable: host.reachable,
    module: untouched(),
    boots: 0,
    devices: Object.fromEntries(
      host.gpus.map((gpu) => [gpu.slot, held.has(gpu.locationPath) ? 'dismounted' : gpu.place]),
    ),
    partitionCounts: {},
    rebuilt: asInFile(),
    vms: Object.fromEntries(host.vms.map((vm) => [vm.id, vmAtFirst(vm)])),
  }
}

/** The state a fleet starts with; what `saved` knows of the file's hosts, devices and VMs goes before it. */
export const stateFrom = (file: FleetFile, saved: FleetState | null): FleetState => {
  const hostNow = (host: HostFile): HostState => {
    const first = hostAtFirst(host)
    const before = saved?.hosts[host.name]
    if (!before) return first
    return {
      ...before,
      devices: { ...first.devices, ...before.devices },
      vms: { ...first.vms, ...before.vms },
    }
  }
  return {
    format: 1,
    fleet: file.fleet,
    hosts: Object.fromEntries(file.hosts.map((host) => [host.name, hostNow(host)])),
    faults: saved?.faults ?? [],
  }
}
