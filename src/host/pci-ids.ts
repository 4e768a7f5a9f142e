/**
 * What GPUs are called, by the vendor and device id of PCI: an extract of the PCI ID list, whose date and licence stand at
 * the head of pci-ids.txt. Newer devices are not in it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unknownModel } from '../core/inventory/models'

const MAKERS: Readonly<Record<string, string>> = { '10DE': 'NVIDIA', '1002': 'AMD', '8086': 'Intel' }

export interface PciId {
  readonly vendor: string
  readonly device: string
}

/** Out of `PCI\VEN_10DE&DEV_20B5&...`, or the same of a dismounted device; null for what is no such id. In capitals. */
export const pciIdIn = (instanceId: string): PciId | null => {
  const found = /^PCIP?\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})(?:&|\\|$)/i.exec(instanceId)
  const [, vendor, device] = found ?? []
  return vendor === undefined || device === undefined
    ? null
    : { vendor: vendor.toUpperCase(), device: device.toUpperCase() }
}

const read = (): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  let vendor = ''
  for (const line of readFileSync(join(__dirname, 'pci-ids.txt'), 'utf8').split('\n')) {
    const [, indent, id, name] = /^(\t?)([0-9a-f]{4}) {2}(.+)$/.exec(line) ?? []
    if (id === undefined || name === undefined) continue
    if (indent === '') vendor = id.toUpperCase()
    else names.set(`${vendor}:${id.toUpperCase()}`, name)
  }
  return names
}

let names: ReadonlyMap<string, string> | undefined
const listed = ({ vendor, device }: PciId): string | undefined =>
  (names ??= read()).get(`${vendor}:${device}`)

/** Is this a GPU by the list? What is not in it may be one all the same. */
export const isListedGpu = (id: PciId): boolean => listed(id) !== undefined

/**
 * `NVIDIA H100 PCIe` for `GH100 [H100 PCIe]`: what stands in brackets is the name that a driver gives it, or nearly. A
 * device that is not in the list has the name of an unknown model.
 */
export const modelOf = (id: PciId): string => {
  const maker = MAKERS[id.vendor] ?? null
  const name = listed(id)
  if (maker === null || name === undefined) return unknownModel(maker, `${id.vendor}:${id.device}`)
  const sold = /\[(.+)\]/.exec(name)?.[1]?.trim() ?? name
  return sold.startsWith(maker) ? sold : `${maker} ${sold}`
}

/** The name of a driver names the maker of the device; what Windows calls it without one does not, in no language. */
export const isMakersName = ({ vendor }: PciId, name: string): boolean => {
  const words: Readonly<Record<string, RegExp>> = {
    '10DE': /\b(NVIDIA|GeForce|Quadro|Tesla|GRID)\b/i,
    '1002': /\b(AMD|ATI|Radeon|FirePro)\b/i,
    '8086': /\bIntel\b/i,
  }
  return words[vendor]?.test(name) ?? false
}
