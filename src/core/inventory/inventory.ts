/**
 * What a host says about itself: raw facts, one host at a time, and the few readings of them that everyone
 * shares. All interpretation (survey, MMIO, refusals) is done from these facts, never by the host adapters.
 */
import { z } from 'zod'
import { blockerOf, type Aside } from './aside'
import type { Bar } from './bar'
import { moduleFacts } from '../fence'
import type { GpuMark } from './mark'

export type HostName = string & z.$brand<'HostName'>
export type VmId = string & z.$brand<'VmId'>
export type LocationPath = string & z.$brand<'LocationPath'>
export type InstanceId = string & z.$brand<'InstanceId'>

export const hostName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/)
  .brand<'HostName'>()
export const vmId = z.guid().toLowerCase().brand<'VmId'>()
/** A PCIROOT path; the ACPI twin that hosts also list is never used. Each `PCI(ddff)` is device and function. */
export const locationPath = z
  .string()
  .regex(/^PCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+$/)
  .brand<'LocationPath'>()
/** The PnP instance id on the host (`PCI\VEN_...`), recorded while the device belongs to the host. */
export const instanceId = z
  .string()
  .regex(/^PCI\\VEN_[0-9A-F]{4}&[^\s]+$/i)
  .brand<'InstanceId'>()

export const vmState = z.enum([
  'Running',
  'Off',
  'Stopping',
  'Starting',
  'Saved',
  'Paused',
  'Critical',
  'Other',
])
export type VmState = z.infer<typeof vmState>

/** The VM settings that Discrete Device Assignment needs changed, and that are put back afterwards. Bytes. */
export const vmSettings = z.object({
  automaticStopAction: z.enum(['TurnOff', 'Save', 'ShutDown']),
  guestControlledCacheTypes: z.boolean(),
  lowMmioBytes: z.number().int().nonnegative(),
  highMmioBytes: z.number().int().nonnegative(),
  automaticCheckpoints: z.boolean(),
})
export type VmSettings = z.infer<typeof vmSettings>

/** Memory of one GPU partition: bytes on SR-IOV GPUs, parts of a normalised total on paravirtual ones. */
export const partitionVram = z.object({
  min: z.number().nonnegative(),
  max: z.number().nonnegative(),
  optimal: z.number().nonnegative(),
})
export type PartitionVram = z.infer<typeof partitionVram>

/** Where a VM's devices come from unless somebody made a pool of their own (Get-VMAssignableDevice). */
export const OWN_POOL = 'Primordial'

/** One device that a VM lists, a GPU or another. */
const vmDevice = z.object({
  /** Null where the host tells none, as of a device that is gone. */
  path: locationPath.nullable(),
  /**
   * `gone`: the host shows neither the node of the device nor the one that a dismounted device has. That is deduced; no
   * document says it. `unknown`: the host was not asked.
   */
  device: z.enum(['there', 'gone', 'unknown']),
})
export type VmDevice = z.infer<typeof vmDevice>

/**
 * What the host knows of a service in the guest. `off`: switched off, or the guest does not answer to it. `absent`: the VM
 * has none. `unknown`: not told, as of a VM that does not run.
 */
export const guestService = z.enum(['on', 'off', 'absent', 'unknown'])
export type GuestService = z.infer<typeof guestService>

/**
 * Its part in Hyper-V Replica (Hyper-V reference, Get-VMReplication, -ReplicationMode). A replica has the id and the name of
 * its primary on another host. `unknown`: not told, as by modules that did not ask.
 */
export const replication = z.enum([
  'none',
  'primary',
  'replica',
  'test-replica',
  'extended-replica',
  'unknown',
])
export type Replication = z.infer<typeof replication>

export const vmFacts = z.object({
  id: vmId,
  name: z.string().min(1),
  generation: z.union([z.literal(1), z.literal(2)]),
  state: vmState,
  /** The system of the guest, by the configuration of the bot. */
  guest: z.enum(['windows', 'linux', 'unknown']),
  /** Does the guest give a sign of life? */
  heartbeat: guestService.default('unknown'),
  /** The integration service through which a guest is shut down. */
  shutdownService: guestService.default('unknown'),
  replication: replication.default('unknown'),
  settings: vmSettings,
  memory: z.object({ dynamic: z.boolean(), startupBytes: z.number(), minimumBytes: z.number() }),
  checkpoints: z.number().int().nonnegative(),
  clustered: z.boolean(),
  /** Location paths of the devices assigned to this VM, in the order the host lists them. */
  assigned: z.array(locationPath),
  /** The same devices, and those without a path, as far as it is known whether they are there. */
  devices: z.array(vmDevice).default([]),
  /** GPU partition adapters. `gpu` is the GPU as the host names it; null where the host does not tell. */
  partitions: z.array(z.object({ gpu: z.string().nullable(), vram: partitionVram.nullable() })),
  /** What its cluster does with it when a node drains (3: force shutdown); null when not clustered, or not known. */
  offlineAction: z.number().int().nonnegative().nullable(),
})
export type VmFacts = z.infer<typeof vmFacts>

export const gpuFacts = z.object({
  /** Short stable name within the host, such as `gpu0`; with the host's name it is the alias `hv01/gpu0`. */
  slot: z.string().regex(/^gpu\d+$/),
  instanceId,
  locationPath,
  vendor: z.enum(['nvidia', 'amd', 'intel', 'other']),
  model: z.string().min(1),
  memoryBytes: z.number().nullable(),
  /** ConfigManagerErrorCode of the host's own PCI\ node: 0 working, 14 waits for a restart, 22 disabled, 28 no driver; null when it is not present. */
  problemCode: z.number().int().nullable(),
  driverVersion: z.string().nullable(),
  /** Base address registers, read while the device is enabled and remembered by the bot afterwards. Bytes. */
  bars: z.array(
    z.object({ bytes: z.number().int().positive(), bits: z.union([z.literal(32), z.literal(64)]) }),
  ),
  /** AcsCompatibleUpHierarchy: 0 not supported, 1 single function, 2 no peer to peer, 3 supported; null: not known. */
  acs: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).nullable(),
  /** RequiresReservedMemoryRegion (RMRR); a missing value is not "no". */
  reservedMemory: z.boolean().nullable(),
  /** SurveyDDA device type: 2 Express endpoint, 3 legacy endpoint, 4 root-complex integrated, 5 BIOS kept PCIe control; null: not known. */
  deviceType: z.number().int().nullable(),
  baseClass: z.number().int().nullable(),
  interrupts: z.enum(['msi', 'line', 'none']),
  /** The host draws its own console on this GPU; null: not known. */
  hostDisplay: z.boolean().nullable(),
  /** The resource pool that it is in, if not the host's own: `New-VMResourcePool` makes them for clusters. */
  pool: z.string().min(1).nullable().default(null),
  /** The high MMIO space that the configuration says it needs; null where it says nothing. Bytes. */
  highMmioBytes: z.number().int().positive().nullable().default(null),
  /** The sound function on the same card; it shares the path but for the last function digits. */
  audioFunction: locationPath.nullable(),
  /** GPU-P: null when the driver offers no partitions. */
  partition: z
    .object({
      /** As the host names it: a device path, which ends in `\\GPUPARAV` for a paravirtual GPU. */
      name: z.string().min(1),
      validCounts: z.array(z.number().int()),
      count: z.number().int(),
      vram: partitionVram.extend({ total: z.number().nonnegative(), available: z.number().nonnegative() }),
    })
    .nullable(),
})
export type GpuFacts = z.infer<typeof gpuFacts>

export const hostFacts = z.object({
  name: hostName,
  /** The name of the computer, as it says itself; null where it does not say, as modules of before that was asked. */
  computer: z.string().min(1).max(63).nullable().default(null),
  os: z.object({
    caption: z.string(),
    edition: z.enum(['server', 'client']),
    /** `23H2` is of the annual channel of Windows Server; `azure-local` is Azure Stack HCI from 22H2 on, too. */
    release: z.enum(['2016', '2019', '2022', '23H2', '2025', 'azure-local', 'client', 'unknown']),
  }),
  iov: z.object({ supported: z.boolean(), reasons: z.array(z.string()) }),
  /** Width of physical addresses; high MMIO must end below 2^bits. Null when the host does not say. */
  physicalAddressBits: z.number().int().nullable(),
  /** The high MMIO space that the configuration says each VM with a GPU gets here; null where it says nothing. Bytes. */
  highMmioBytes: z.number().int().positive().nullable().default(null),
  /** HKLM\SOFTWARE\Policies\Microsoft\Windows\HyperV; null where the value is not set. */
  policies: z.object({
    requireSecureDeviceAssignment: z.boolean().nullable(),
    requireSupportedDeviceAssignment: z.boolean().nullable(),
  }),
  /** Host policy of the bot's own configuration: may a dismount use -Force (waives ACS and mitigation checks)? */
  forceDismount: z.boolean(),
  /**
   * Which commands the host has for GPU-P. `current`: Get-VMHostPartitionableGpu, and adapters are added to a named
   * GPU. `older`: Get-VMPartitionableGpu, and the host itself chooses the GPU.
   */
  partitioning: z.enum(['none', 'older', 'current']),
  /** Commands for Discrete Device Assignment that its Hyper-V module lacks. */
  missingCommands: z.array(z.string()).default([]),
  /** The same configuration: may GPU-P be used where Microsoft does not support it, before Windows Server 2025? */
  unsupportedPartitioning: z.boolean(),
  /** Name of the failover cluster that it is a node of. */
  cluster: z.string().nullable(),
  gpus: z.array(gpuFacts),
  vms: z.array(vmFacts),
  /** Location paths of dismounted devices (Get-VMHostAssignableDevice); may or may not list assigned ones. */
  dismounted: z.array(locationPath),
  /** Absent in what earlier versions of the bot have stored. */
  module: moduleFacts.optional(),
  /** Could the resource pools be read, and with them whose a dismounted device is? */
  pools: z.enum(['read', 'unknown']).default('unknown'),
})
export type HostFacts = z.infer<typeof hostFacts>

/** ConfigManagerErrorCode: disabled, and what waits for a restart of Windows (Microsoft, "Error codes in Device Manager"). */
export const DISABLED = 22
export const NEEDS_RESTART = 14

/** Where a GPU is. A device that a VM lists is that VM's, whatever the pool says. */
export type GpuPlace =
  | { readonly kind: 'host-enabled' }
  | { readonly kind: 'host-disabled' }
  /** It is switched on or off once the host restarts; until then it is neither. */
  | { readonly kind: 'restart-pending' }
  | { readonly kind: 'dismounted' }
  /** Dismounted, and kept in a resource pool for the VMs of a cluster. */
  | { readonly kind: 'pooled'; readonly pool: string }
  | { readonly kind: 'assigned'; readonly vm: VmId }
  | { readonly kind: 'missing' }

export const placeOf = (host: HostFacts, gpu: { readonly locationPath: LocationPath }): GpuPlace => {
  const owner = host.vms.find((vm) => vm.assigned.includes(gpu.locationPath))
  if (owner) return { kind: 'assigned', vm: owner.id }
  const device = gpuByPath(host, gpu.locationPath)
  if (device && device.pool !== null) return { kind: 'pooled', pool: device.pool }
  if (host.dismounted.includes(gpu.locationPath)) return { kind: 'dismounted' }
  if (!device || device.problemCode === null) return { kind: 'missing' }
  if (device.problemCode === NEEDS_RESTART) return { kind: 'restart-pending' }
  return device.problemCode === DISABLED ? { kind: 'host-disabled' } : { kind: 'host-enabled' }
}

export const aliasOf = (host: HostFacts, gpu: GpuFacts): string => `${host.name}/${gpu.slot}`
export const vmById = (host: HostFacts, id: VmId): VmFacts | undefined => host.vms.find((vm) => vm.id === id)
/** Is it kept for a failover, and not to be started? */
export const isReplica = ({ replication }: VmFacts): boolean =>
  replication === 'replica' || replication === 'test-replica' || replication === 'extended-replica'
export const gpuByPath = (host: HostFacts, path: LocationPath): GpuFacts | undefined =>
  host.gpus.find((gpu) => gpu.locationPath === path)

/** The GPUs that the VM holds whole, as far as they are known. */
export const wholeGpusOf = (host: HostFacts, vm: VmFacts): GpuFacts[] =>
  vm.assigned.flatMap((path) => gpuByPath(host, path) ?? [])

/** One host as the bot last saw it. `readAt` is epoch milliseconds; `error` is why the newest read failed, if it did. */
export interface HostView {
  readonly name: HostName
  readonly facts: HostFacts | null
  readonly readAt: number | null
  readonly error: string | null
  /** `requests`: nothing new begins there. `steps`: what has begun stops between its steps, too. */
  readonly paused: false | 'requests' | 'steps'
  /** Why it is paused, as far as somebody said; theirs. */
  readonly pauseReason: string | null
  /** What was said of GPUs of it; see quarantine.ts. */
  readonly marks: readonly GpuMark[]
  /** What cannot be read about it, or about a GPU of it. */
  readonly asides: readonly Aside[]
  readonly bar: Bar | null
}

/** What cannot be read about this GPU. */
export const asideOn = (
  { name, asides }: HostView,
  gpu: { readonly locationPath: LocationPath },
): Aside | undefined => blockerOf(asides, { host: name, gpu })

/** The other hosts of its cluster, as they were last read. */
export const peersOf = ({ name, cluster }: HostFacts, views: readonly HostView[]): HostFacts[] =>
  cluster === null
    ? []
    : views.flatMap(({ facts }) => (facts && facts.name !== name && facts.cluster === cluster ? facts : []))
