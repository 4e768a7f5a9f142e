/**
 * What nvidia-smi tells that Windows does not: the memory of a GPU, and its name where no driver of the host gives it one.
 * It is remembered with the device. Rows and devices have no id in common (a guest has buses of its own), so a row is
 * taken for a device only where there is no choice.
 */
import { placeOf, type GpuFacts, type HostFacts, type VmId } from '../../core/inventory/inventory'
import { isUnknownModel } from '../../core/inventory/models'
import type { SmiAnswer, SmiTarget } from '../../core/ports/host'
import { readTable, type SmiGpu } from '../../core/smi/table'
import { modelOf, pciIdIn } from '../pci-ids'
import type { Remembered } from './memory'

interface Row {
  readonly name: string
  readonly memoryBytes: number
}

const rowsIn = (answer: SmiAnswer): Row[] =>
  answer.kind === 'ran' && answer.exitCode === 0 ? readTable(answer.stdout).gpus.flatMap(rowOf) : []

const MIB = 2 ** 20
const GIB = 2 ** 30
/** In GiB, as cards are sold. */
const SIZES = [
  1, 2, 3, 4, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 94, 96, 128, 141, 144, 180, 192, 288,
]

/**
 * A card shows less than what it is called by, and people ask for what it is called by: ECC takes a sixteenth of GDDR
 * memory, so that an L4 of 24 GiB shows 23034 MiB, and firmware takes a little of any.
 */
const soldAs = (bytes: number): number => {
  const size = SIZES.map((each) => each * GIB).find((each) => each >= bytes)
  return size !== undefined && bytes >= (size * 15) / 16 - 16 * MIB ? size : bytes
}

const rowOf = ({ name, memoryTotalBytes, fault }: SmiGpu): Row[] =>
  name === null || memoryTotalBytes === null || memoryTotalBytes <= 0 || fault !== null
    ? []
    : [{ name, memoryBytes: soldAs(memoryTotalBytes) }]

/** A GPU that shows in nvidia-smi of its host. */
const isOnHost = (facts: HostFacts, gpu: GpuFacts): boolean =>
  gpu.vendor === 'nvidia' && gpu.driverVersion !== null && placeOf(facts, gpu).kind === 'host-enabled'

/** Those of which the host could tell the memory, and has not. */
export const untoldOnHost = (facts: HostFacts): readonly GpuFacts[] =>
  facts.gpus.filter((gpu) => gpu.memoryBytes === null && isOnHost(facts, gpu))

/** The whole GPUs that the target shows. A partition has less than its GPU, and says nothing about it. */
const shownBy = (facts: HostFacts, target: SmiTarget): GpuFacts[] =>
  target.kind === 'host' ? facts.gpus.filter((gpu) => isOnHost(facts, gpu)) : wholeGpusOf(facts, target.vm)

const wholeGpusOf = (facts: HostFacts, id: VmId): GpuFacts[] => {
  const vm = facts.vms.find((each) => each.id === id)
  if (!vm || vm.partitions.length > 0) return []
  return facts.gpus.filter((gpu) => gpu.vendor === 'nvidia' && vm.assigned.includes(gpu.locationPath))
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** The one thing that the rows which may be this GPU all say; undefined where they differ. */
const rowFor = (gpu: GpuFacts, gpus: readonly GpuFacts[], rows: readonly Row[]): Row | undefined => {
  const named = rows.filter(({ name }) => sameName(name, gpu.model))
  const unnamed = rows.length === gpus.length ? rows : []
  const [row, ...others] = named.length > 0 ? named : unnamed
  const agree = others.every((each) => each.name === row?.name && each.memoryBytes === row.memoryBytes)
  return agree ? row : undefined
}

/** A name out of a list is a makeshift. */
const isMakeshift = ({ instanceId, model }: GpuFacts): boolean => {
  const id = pciIdIn(instanceId)
  return isUnknownModel(model) || (id !== null && model === modelOf(id))
}

/** What is remembered once this answer is known. The facts are those of the last reading. */
export const learned = (
  remembered: Remembered,
  facts: HostFacts,
  { target, answer }: { readonly target: SmiTarget; readonly answer: SmiAnswer },
): Remembered => {
  const gpus = shownBy(facts, target)
  const rows = rowsIn(answer)
  const news = gpus.flatMap((gpu) => {
    const before = remembered[gpu.instanceId]
    const row = rowFor(gpu, gpus, rows)
    if (!before || !row) return []
    const model = isMakeshift(gpu) ? row.name : before.model
    return [[gpu.instanceId, { ...before, model, memoryBytes: row.memoryBytes }] as const]
  })
  return news.length === 0 ? remembered : { ...remembered, ...Object.fromEntries(news) }
}
