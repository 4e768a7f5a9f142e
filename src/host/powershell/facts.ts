/** A raw inventory as the facts that the core judges. */
import { fence, type Fence } from '../../core/fence'
import {
  hostFacts,
  locationPath,
  type HostFacts,
  type HostName,
  type VmDevice,
  type VmFacts,
} from '../../core/inventory/inventory'
import { sharingSupport } from '../../core/inventory/sharing'
import { gpusIn, pathOf } from './devices'
import type { Remembered } from './memory'
import { withNotes, type DeviceNotes } from './notes'
import { presenceOf } from './presence'
import type { RawInventory, RawVm } from './raw'
import { replicationOf } from './replication'
import { heartbeatOf, shutdownServiceOf } from './services'

/** What the configuration says about a host beyond how it is reached. */
export interface HostNotes extends DeviceNotes {
  /** May a dismount use -Force on this host? */
  readonly forceDismount: boolean
  /** May GPU-P be used where Microsoft does not support it? */
  readonly unsupportedPartitioning: boolean
  /** Guests by VM id, lower case; those that are not named are unknown. */
  readonly guests: Readonly<Record<string, VmFacts['guest']>>
}

type Release = HostFacts['os']['release']

/** Build numbers of Windows Server. Source: Microsoft, "Windows Server release information". */
const RELEASES: ReadonlyMap<string, Release> = new Map([
  ['26100', '2025'],
  ['25398', '23H2'],
  ['20348', '2022'],
  ['17763', '2019'],
  ['14393', '2016'],
])
/** PRODUCT_AZURESTACKHCI_SERVER_CORE (winnt.h). Its builds are those of Windows Server, too. */
const AZURE_STACK_HCI = 406
/** The build of version 21H2, before the first that may share GPUs. Source: Microsoft, "Azure Stack HCI release information". */
const AZURE_STACK_HCI_21H2 = 20348
/** Win32_OperatingSystem.ProductType of a workstation. */
const WORKSTATION = 1

const osOf = (raw: RawInventory['os']): HostFacts['os'] => {
  const { caption, build, productType } = raw
  if (productType === WORKSTATION) return { caption, edition: 'client', release: 'client' }
  return {
    caption,
    edition: 'server',
    release: isAzure(raw) ? azureRelease(build) : (RELEASES.get(build) ?? 'unknown'),
  }
}

/** Earlier modules do not tell the SKU; the caption is a name of a product, which is not translated. */
const isAzure = ({ sku, caption }: RawInventory['os']): boolean =>
  sku === null ? /Azure (Stack HCI|Local)/i.test(caption) : sku === AZURE_STACK_HCI

const azureRelease = (build: string): Release =>
  Number(build) > AZURE_STACK_HCI_21H2 ? 'azure-local' : 'unknown'

const policyOf = (value: number | null): boolean | null => (value === null ? null : value !== 0)

const vmOf = (raw: RawVm, host: RawInventory, notes: HostNotes): VmFacts => ({
  id: raw.id,
  name: raw.name,
  generation: raw.generation,
  state: raw.state,
  guest: notes.guests[raw.id] ?? 'unknown',
  heartbeat: heartbeatOf(raw),
  shutdownService: shutdownServiceOf(raw),
  replication: replicationOf(raw),
  settings: {
    automaticStopAction: raw.automaticStopAction,
    guestControlledCacheTypes: raw.guestControlledCacheTypes,
    lowMmioBytes: raw.lowMmioBytes,
    highMmioBytes: raw.highMmioBytes,
    automaticCheckpoints: raw.automaticCheckpoints,
  },
  memory: { dynamic: raw.dynamicMemory, startupBytes: raw.startupBytes, minimumBytes: raw.minimumBytes },
  checkpoints: raw.checkpoints,
  clustered: raw.clustered,
  assigned: raw.assigned.flatMap((entry) => pathOf(entry, host) ?? []),
  devices: raw.assigned.map((entry) => deviceOf(entry, host)),
  partitions: raw.partitions.map(partitionOf),
  offlineAction: raw.offlineAction,
})

const partitionOf = ({
  gpu,
  minVram: min,
  maxVram: max,
  optimalVram: optimal,
}: RawVm['partitions'][number]) => ({
  gpu,
  vram: min === null || max === null || optimal === null ? null : { min, max, optimal },
})

const partitioningOf = (command: string | null): HostFacts['partitioning'] => {
  if (command === null) return 'none'
  return command === 'Get-VMHostPartitionableGpu' ? 'current' : 'older'
}

/** What no bot can have written is not known. */
const fenceOf = (raw: RawInventory['fence']): Fence | null =>
  (raw && fence.safeParse({ ...raw, number: Number(raw.number) }).data) ?? null
const deviceOf = (entry: RawVm['assigned'][number], host: RawInventory): VmDevice => ({
  path: pathOf(entry, host),
  device: presenceOf(entry, host),
})

const pathsIn = (entries: RawInventory['dismounted']) =>
  entries.flatMap((each) => locationPath.safeParse(each.locationPath).data ?? [])

/**
 * Before device pools came, and where there is no cluster, a host that does not tell them has none.
 */
const poolsOf = ({ pools, cluster }: RawInventory, os: HostFacts['os']): HostFacts['pools'] =>
  pools === null && cluster !== null && sharingSupport(os) !== 'no' ? 'unknown' : 'read'

export const factsFrom = (
  name: HostName,
  raw: RawInventory,
  known: { readonly notes: HostNotes; readonly remembered: Remembered },
): { readonly facts: HostFacts; readonly remembered: Remembered } => {
  const { gpus, remembered } = gpusIn(raw, known.remembered)
  const { notes } = known
  const os = osOf(raw.os)
  const facts = hostFacts.parse({
    name,
    computer: raw.computer,
    os,
    iov: raw.iov,
    // No documented command tells it.
    physicalAddressBits: notes.physicalAddressBits ?? null,
    highMmioBytes: notes.highMmio ?? null,
    policies: {
      requireSecureDeviceAssignment: policyOf(raw.policies.RequireSecureDeviceAssignment),
      requireSupportedDeviceAssignment: policyOf(raw.policies.RequireSupportedDeviceAssignment),
    },
    forceDismount: notes.forceDismount,
    missingCommands: raw.missingCommands,
    partitioning: partitioningOf(raw.partitionCommand),
    unsupportedPartitioning: notes.unsupportedPartitioning,
    cluster: raw.cluster,
    gpus: gpus.map((gpu) => withNotes(gpu, notes)),
    vms: raw.vms.map((vm) => vmOf(vm, raw, notes)),
    dismounted: [...new Set(pathsIn(raw.dismounted))],
    pools: poolsOf(raw, os),
    module: { protocol: raw.protocol, fence: fenceOf(raw.fence) },
  })
  return { facts, remembered }
}
