/**
 * GPUs out of PnP nodes. What can be read only while a device belongs to its host (memory windows, the survey's
 * properties) is remembered for the time when a VM has it: a dismounted device leaves a trace and no figures.
 */
import {
  DISABLED,
  instanceId,
  locationPath,
  OWN_POOL,
  type GpuFacts,
  type LocationPath,
} from '../../core/inventory/inventory'
import { isUnknownModel, unknownModel } from '../../core/inventory/models'
import { instanceIdIn } from '../../core/inventory/partitions'
import { isMakersName, modelOf, pciIdIn } from '../pci-ids'
import type { Remembered } from './memory'
import { isGone, movedIn } from './moved'
import { problemCode } from './problems'
import { entriesIn, pooledIn, type RawDevice, type RawEntry, type RawInventory } from './raw'
import { isSameDevice } from './same-device'

const DISPLAY_CLASS = 3
/** Of a sound function without a driver, too, which has no class in Windows. */
const MULTIMEDIA_CLASS = 4
const LEGACY_END = 2 ** 20
const FOUR_GIB = 2 ** 32

const VENDORS: Readonly<Record<string, GpuFacts['vendor']>> = {
  '10DE': 'nvidia',
  '1002': 'amd',
  '8086': 'intel',
}
const vendorOf = (id: string): GpuFacts['vendor'] => VENDORS[pciIdIn(id)?.vendor ?? ''] ?? 'other'

/**
 * The best name that is known: the maker's own, as its driver gives it; the one that was known before; that of the list of
 * ids. What Windows calls a device without a driver says nothing, in whichever language.
 */
const nameOf = ({ instanceId: id, name }: RawDevice, before: string | undefined): string => {
  const pci = pciIdIn(id)
  if (pci === null || vendorOf(id) === 'other')
    return (
      [name, before].find((each) => each && !isUnknownModel(each)) ??
      unknownModel(null, pci ? `${pci.vendor}:${pci.device}` : '0000:0000')
    )
  return (
    [name, before].find((each) => each !== undefined && isMakersName(pci, each) && !isUnknownModel(each)) ??
    modelOf(pci)
  )
}

/** Hosts list an ACPI twin beside the PCIROOT path, which is never used. */
const pathIn = (locations: readonly string[]): LocationPath | null =>
  locations.flatMap((each) => locationPath.safeParse(each).data ?? [])[0] ?? null

/** A window below 4 GiB counts as one that must lie there. The legacy video memory of the first MiB is no window of the device's own. */
const barsOf = ({ memory }: RawDevice): GpuFacts['bars'] =>
  memory.flatMap(({ start, end }) => {
    const bytes = Number(BigInt(end) - BigInt(start) + 1n)
    if (Number(end) < LEGACY_END || bytes <= 0) return []
    return [{ bytes, bits: Number(end) < FOUR_GIB ? (32 as const) : (64 as const) }]
  })

/** Message-signalled interrupts have negative numbers, which Windows shows as unsigned (SurveyDDA.ps1). */
const interruptsOf = ({ irq }: RawDevice): GpuFacts['interrupts'] =>
  irq.length === 0 ? 'none' : irq.some((each) => each.startsWith('42949')) ? 'msi' : 'line'

/**
 * Does the host show something through this device? Microsoft documents CurrentHorizontalResolution of
 * Win32_VideoController as the current number of horizontal pixels; that it has none where nothing is shown is deduced.
 */
const displayOf = ({ instanceId: id }: RawDevice, { displays }: RawInventory): boolean | null => {
  const found = displays.find((each) => each.instanceId.toUpperCase() === id.toUpperCase())
  return found ? (found.pixels ?? 0) > 0 : null
}

/** The same card: equal paths but for the function, the last two digits. */
const isSibling = (path: string, other: string): boolean =>
  path !== other && path.slice(0, -3) === other.slice(0, -3)

const audioBeside = (path: LocationPath, devices: readonly RawDevice[]): LocationPath | null =>
  devices
    .filter((each) => each.class === 'MEDIA' || each.baseClass === MULTIMEDIA_CLASS)
    .flatMap((each) => pathIn(each.locations) ?? [])
    .find((each) => isSibling(path, each)) ?? null

const isDisplay = ({ class: name, baseClass }: RawDevice): boolean =>
  baseClass === null ? name === 'Display' : baseClass === DISPLAY_CLASS

const partitionOf = (id: string, raw: RawInventory): GpuFacts['partition'] => {
  const found = raw.gpus.find((each) => instanceIdIn(each.name) === id.toUpperCase())
  if (!found) return null
  const { name, validCounts, count } = found
  const vram = {
    total: found.totalVram,
    available: found.availableVram,
    min: found.minVram,
    max: found.maxVram,
    optimal: found.optimalVram,
  }
  return { name, validCounts, count, vram }
}

/** Null for a node that cannot be a GPU, or that nothing is known of but its name. */
const read = (
  device: RawDevice,
  raw: RawInventory,
  before: Remembered[string] | undefined,
): Omit<GpuFacts, 'slot'> | null => {
  const id = instanceId.safeParse(device.instanceId)
  const path = pathIn(device.locations) ?? before?.locationPath ?? poolPathOf(device, raw)
  if (!id.success || path === null) return null
  const enabled = device.present && problemCode(device.problem) !== DISABLED
  const bars = enabled ? barsOf(device) : []
  return {
    instanceId: id.data,
    locationPath: path,
    vendor: vendorOf(id.data),
    model: nameOf(device, before?.model),
    memoryBytes: before?.memoryBytes ?? null,
    problemCode: device.present ? problemCode(device.problem) : null,
    driverVersion: device.driver ?? before?.driverVersion ?? null,
    bars: bars.length > 0 ? bars : (before?.bars ?? []),
    acs: acsOf(device.acs) ?? before?.acs ?? null,
    reservedMemory: reservedOf(device.reservedMemory) ?? before?.reservedMemory ?? null,
    deviceType: device.deviceType ?? before?.deviceType ?? null,
    baseClass: device.baseClass ?? before?.baseClass ?? null,
    interrupts: enabled ? interruptsOf(device) : (before?.interrupts ?? 'none'),
    hostDisplay: enabled ? displayOf(device, raw) : (before?.hostDisplay ?? null),
    pool: poolIn(raw, id.data, path),
    // The configuration says it.
    highMmioBytes: null,
    audioFunction: audioBeside(path, raw.devices) ?? before?.audioFunction ?? null,
    partition: partitionOf(id.data, raw),
  }
}

const acsOf = (value: number | null): GpuFacts['acs'] =>
  value === 0 || value === 1 || value === 2 || value === 3 ? value : null
const reservedOf = (value: RawDevice['reservedMemory']): boolean | null =>
  value === null ? null : Boolean(value)

const poolPathOf = (device: RawDevice, raw: RawInventory): LocationPath | null => {
  const found = entriesIn(raw).find((each) => isSameDevice(each.instanceId, device.instanceId))
  return found ? pathIn([found.locationPath]) : null
}

/** Of a device that a VM lists without its path, the path is that of the device with its id, if the host tells one. */
export const pathOf = (
  { instanceId: id, locationPath: path }: RawEntry,
  raw: RawInventory,
): LocationPath | null => {
  const told = pathIn([path])
  if (told !== null || id === '') return told
  const others = [...raw.dismounted, ...pooledIn(raw)].find((each) => isSameDevice(each.instanceId, id))
  const node = raw.devices.find((each) => isSameDevice(each.instanceId, id))
  return pathIn([...(others ? [others.locationPath] : []), ...(node?.locations ?? [])])
}

/** The resource pool that keeps the device, or that a VM has it from; null for the host's own. */
const poolIn = (raw: RawInventory, id: string, path: LocationPath): string | null => {
  const isIt = (each: { readonly instanceId: string; readonly locationPath: string }): boolean =>
    each.locationPath === path || isSameDevice(each.instanceId, id)
  const kept = (raw.pools ?? []).find(({ devices }) => devices.some(isIt))?.name
  const given = raw.vms.flatMap((vm) => vm.assigned).find(isIt)?.pool
  return [kept, given].find((name) => name && name !== OWN_POOL) ?? null
}

/**
 * The GPUs of the host, by slot. A GPU keeps its slot for good; new ones get the next number, in the order of their
 * paths. The second value is what to remember.
 */
export const gpusIn = (
  raw: RawInventory,
  before: Remembered,
): { readonly gpus: GpuFacts[]; readonly remembered: Remembered } => {
  const known = withMoved(raw, before)
  const isForgotten = (id: string): boolean => {
    const card = known[id]
    return card?.forgotten === true && isGone(card, raw)
  }
  const found = raw.devices
    .filter(({ instanceId: id }) => !isForgotten(id))
    .filter((device) => isDisplay(device) || known[device.instanceId] !== undefined)
    .flatMap((device) => read(device, raw, known[device.instanceId]) ?? [])
    .toSorted((a, b) => (a.locationPath < b.locationPath ? -1 : 1))
  const gpus = withSlots(found, known)
  const now = Object.fromEntries(gpus.map(({ partition, pool, ...gpu }) => [gpu.instanceId, gpu]))
  const gone = Object.entries(known).flatMap(([id, card]) => (id in now || isForgotten(id) ? [] : card))
  return {
    gpus: [
      ...gpus,
      ...gone.map(({ forgotten, ...gpu }) => ({ ...gpu, problemCode: null, partition: null, pool: null })),
    ],
    remembered: { ...known, ...now },
  }
}

/** A card that sits elsewhere is remembered by the id that it has now. */
const withMoved = (raw: RawInventory, before: Remembered): Remembered => {
  const shown = raw.devices.filter((each) => isDisplay(each) && pathIn(each.locations) !== null)
  const moved = movedIn(raw, shown, before)
  const old = [...moved.values()].map(({ instanceId: id }) => id)
  const others = Object.entries(before).filter(([, { instanceId: id }]) => !old.includes(id))
  return Object.fromEntries([...others, ...moved])
}

const withSlots = (found: readonly Omit<GpuFacts, 'slot'>[], known: Remembered): GpuFacts[] => {
  const taken = new Set(Object.values(known).map(({ slot }) => slot))
  const free = function* () {
    for (let n = 0; ; n++) if (!taken.has(`gpu${n}`)) yield `gpu${n}`
  }
  const names = free()
  return found.map((gpu) => ({ ...gpu, slot: known[gpu.instanceId]?.slot ?? names.next().value }))
}
