/**
 * How much memory-mapped I/O space a VM needs for its devices. Sources: Microsoft, "Plan for deploying devices
 * using Discrete Device Assignment" (the sum over all devices plus 128 MiB low and 512 MiB high), "Deploy graphics
 * devices using DDA" (the starting point of 3 GiB low and 33280 MiB high), "Attach a GPU to an Ubuntu Linux VM"
 * (more than the GPU's memory), Msvm_VirtualSystemSettingData (low: 128 to 3584 MiB).
 */
import { type GpuFacts, type HostFacts, type VmFacts, gpuByPath } from '../inventory'

const MIB = 2 ** 20
const GIB = 2 ** 30
const LOW_BUFFER_BYTES = 128 * MIB
const HIGH_BUFFER_BYTES = 512 * MIB
const LOW_START_BYTES = 3 * GIB
const HIGH_START_BYTES = 33280 * MIB
export const LOW_LIMIT_BYTES = 3584 * MIB

/** Bytes below and above 4 GiB. `guessed` names GPUs whose need comes from their memory, their BARs being unknown. */
export interface MmioNeed {
  readonly lowBytes: number
  readonly highBytes: number
  readonly guessed: readonly GpuFacts[]
}

/** A BAR is aligned to its own size, so it takes a power of two; laid out largest first there are no gaps. */
const aligned = (bytes: number): number => 2 ** Math.ceil(Math.log2(bytes))
const roundUp = (bytes: number, unit: number): number => Math.ceil(bytes / unit) * unit

/** Without BARs: data-centre GPUs expose at least their memory, rounded up to a power of two. */
const barsOf = (gpu: GpuFacts): GpuFacts['bars'] | null => {
  if (gpu.bars.length > 0) return gpu.bars
  return gpu.memoryBytes === null || gpu.memoryBytes <= 0 ? null : [{ bytes: gpu.memoryBytes, bits: 64 }]
}

/** The need of all these GPUs together; null when one has neither BARs nor a known memory size. */
export const mmioNeed = (gpus: readonly GpuFacts[]): MmioNeed | null => {
  const sums = { 32: 0, 64: 0 }
  for (const gpu of gpus) {
    const bars = barsOf(gpu)
    if (!bars) return null
    for (const bar of bars) sums[bar.bits] += aligned(bar.bytes)
  }
  return {
    lowBytes: Math.max(LOW_START_BYTES, roundUp(sums[32] + LOW_BUFFER_BYTES, MIB)),
    highBytes: Math.max(HIGH_START_BYTES, roundUp(sums[64] + HIGH_BUFFER_BYTES, GIB)),
    guessed: gpus.filter((gpu) => gpu.bars.length === 0),
  }
}

/** The GPUs that the VM holds, as far as they are known. */
export const gpusOf = (host: HostFacts, vm: VmFacts): readonly GpuFacts[] =>
  vm.assigned.flatMap((path) => gpuByPath(host, path) ?? [])

/** The GPUs that the VM holds once it has this one too. */
export const gpusWith = (host: HostFacts, vm: VmFacts, gpu: GpuFacts): readonly GpuFacts[] => [
  ...gpusOf(host, vm).filter((each) => each.locationPath !== gpu.locationPath),
  gpu,
]

/** An existing setting that is larger stays: other devices may rest on it. */
export const mmioSettings = (
  vm: VmFacts,
  need: MmioNeed,
): { lowMmioBytes: number; highMmioBytes: number } => ({
  lowMmioBytes: Math.max(vm.settings.lowMmioBytes, need.lowBytes),
  highMmioBytes: Math.max(vm.settings.highMmioBytes, need.highBytes),
})

/** Bytes for people: the figure that Set-VM takes, and GiB beside it. */
export const sized = (bytes: number): string => `${bytes} bytes (${Number((bytes / GIB).toFixed(2))} GiB)`
