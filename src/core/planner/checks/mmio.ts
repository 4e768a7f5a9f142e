/**
 * How much memory-mapped I/O space a VM needs for its devices. Sources: Microsoft, "Plan for deploying devices
 * using Discrete Device Assignment" (the sum over all devices plus 128 MiB low and 512 MiB high), "Deploy graphics
 * devices using DDA" (the starting point of 3 GiB low and 33280 MiB high), "Attach a GPU to an Ubuntu Linux VM"
 * (more than the GPU's memory), Msvm_VirtualSystemSettingData (low: 128 to 3584 MiB). Where the high window begins is
 * deduced from an error of Hyper-V (Easy-GPU-PV, issue 278) and from Microsoft's 33280 MiB: docs/decisions/mmio.md.
 */
import type { MmioAsked } from '../../change/change'
import { type GpuFacts, type HostFacts, type VmFacts, wholeGpusOf } from '../../inventory/inventory'

const MIB = 2 ** 20
const GIB = 2 ** 30
const LOW_BUFFER_BYTES = 128 * MIB
const HIGH_BUFFER_BYTES = 512 * MIB
const LOW_START_BYTES = 3 * GIB
const HIGH_START_BYTES = 33280 * MIB
export const LOW_LIMIT_BYTES = 3584 * MIB
/** Where the high window begins in a VM whose memory ends below it. */
export const WINDOW_BEGIN_BYTES = 63.5 * GIB
/** With more memory the window must lie elsewhere; where is not known. */
const KNOWN_UP_TO_BYTES = 60 * GIB

export const isWindowKnown = ({ memory }: Pick<VmFacts, 'memory'>): boolean =>
  memory.startupBytes <= KNOWN_UP_TO_BYTES

/** Bytes below and above 4 GiB. `guessed` names GPUs whose need comes from their memory, their BARs being unknown. */
export interface MmioNeed {
  readonly lowBytes: number
  readonly highBytes: number
  readonly guessed: readonly GpuFacts[]
  /** `said`: by the request or the configuration, whatever the BARs are. */
  readonly how: 'laid-out' | 'sum-and-largest' | 'said'
}

type Bars = GpuFacts['bars']

/** A BAR is aligned to its own size, so it takes a power of two. */
const aligned = (bytes: number): number => 2 ** Math.ceil(Math.log2(bytes))
const roundUp = (bytes: number, unit: number): number => Math.ceil(bytes / unit) * unit

/** Without BARs: data-centre GPUs expose at least their memory, rounded up to a power of two. */
const barsOf = (gpu: GpuFacts): Bars | null => {
  if (gpu.bars.length > 0) return gpu.bars
  return gpu.memoryBytes === null || gpu.memoryBytes <= 0 ? null : [{ bytes: gpu.memoryBytes, bits: 64 }]
}

/** Largest first. */
const sizesOf = (gpus: readonly GpuFacts[], bits: 32 | 64): number[] =>
  gpus
    .flatMap((gpu) => barsOf(gpu) ?? [])
    .flatMap((bar) => (bar.bits === bits ? aligned(bar.bytes) : []))
    .sort((one, other) => other - one)

const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0)

/** From the begin of the window to the end of the last BAR, each at a multiple of its size. */
const laidOut = (sizes: readonly number[]): number =>
  sizes.reduce((end, size) => roundUp(end, size) + size, WINDOW_BEGIN_BYTES) - WINDOW_BEGIN_BYTES

/** Never below the sum rule of Microsoft and its starting point. */
const highFor = (sizes: readonly number[], bytes: number): number =>
  Math.max(HIGH_START_BYTES, roundUp(Math.max(bytes, sumOf(sizes) + HIGH_BUFFER_BYTES), GIB))

const sumAndLargest = (sizes: readonly number[]): number => sumOf(sizes) + (sizes[0] ?? 0) + HIGH_BUFFER_BYTES

/** GPUs of which the configuration says how much they need, and the others. */
const parted = (gpus: readonly GpuFacts[]): { readonly saidBytes: number; readonly others: GpuFacts[] } => ({
  saidBytes: sumOf(gpus.map(({ highMmioBytes }) => highMmioBytes ?? 0)),
  others: gpus.filter(({ highMmioBytes }) => highMmioBytes === null),
})

interface About {
  readonly host: Pick<HostFacts, 'highMmioBytes'>
  /** Null: any VM in which the begin of the window is known. */
  readonly vm: Pick<VmFacts, 'memory'> | null
  readonly asked?: MmioAsked | undefined
}

/**
 * The need of all these GPUs together. What the request says goes before what the configuration says of the host, that
 * before what it says of a GPU, and that before BARs. Null when one has neither BARs nor a known memory size, and nothing
 * is said of it.
 */
export const mmioNeed = (gpus: readonly GpuFacts[], { host, vm, asked }: About): MmioNeed | null => {
  const { saidBytes, others } = parted(gpus)
  const lowBytes = Math.max(LOW_START_BYTES, roundUp(sumOf(sizesOf(gpus, 32)) + LOW_BUFFER_BYTES, MIB))
  const said = typeof asked === 'number' ? asked : asked === undefined ? host.highMmioBytes : null
  if (said !== null) return { lowBytes, highBytes: said, guessed: [], how: 'said' }
  const counted = asked === 'more' ? gpus : others
  if (counted.some((gpu) => barsOf(gpu) === null)) return null
  if (counted.length === 0) return { lowBytes, highBytes: saidBytes, guessed: [], how: 'said' }
  const sizes = sizesOf(counted, 64)
  const known = asked === undefined && (vm === null || isWindowKnown(vm))
  return {
    lowBytes,
    highBytes:
      (asked === 'more' ? 0 : saidBytes) + highFor(sizes, known ? laidOut(sizes) : sumAndLargest(sizes)),
    guessed: counted.filter((gpu) => gpu.bars.length === 0),
    how: known ? 'laid-out' : 'sum-and-largest',
  }
}

/** The GPUs that the VM holds once it has this one too. */
export const gpusWith = (host: HostFacts, vm: VmFacts, gpu: GpuFacts): readonly GpuFacts[] => [
  ...wholeGpusOf(host, vm).filter((each) => each.locationPath !== gpu.locationPath),
  gpu,
]

/** The need of the VM once it has this GPU too. */
export const needWith = (
  host: HostFacts,
  vm: VmFacts,
  gpu: GpuFacts,
  asked: MmioAsked | undefined,
): MmioNeed | null => mmioNeed(gpusWith(host, vm, gpu), { host, vm, asked })

/** An existing setting that is larger stays, since other devices may rest on it; what is said goes as it is said. */
export const mmioSettings = (
  vm: VmFacts,
  { lowBytes, highBytes, how }: MmioNeed,
): { lowMmioBytes: number; highMmioBytes: number } => ({
  lowMmioBytes: Math.max(vm.settings.lowMmioBytes, lowBytes),
  highMmioBytes: how === 'said' ? highBytes : Math.max(vm.settings.highMmioBytes, highBytes),
})

/** Bytes for people: the figure that Set-VM takes, and GiB beside it. */
export const sized = (bytes: number): string => `${bytes} bytes (${Number((bytes / GIB).toFixed(2))} GiB)`
