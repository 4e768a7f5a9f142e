/** What no host tells of its devices, and the configuration may say. It goes before what was read. */
import type { GpuFacts } from '../../core/inventory/inventory'

export interface DeviceNotes {
  /** Width of physical addresses of the processors. */
  readonly physicalAddressBits?: number | undefined
  /** Bytes of video memory by slot (`gpu0`), location path or model. */
  readonly gpuMemory?: Readonly<Record<string, number>> | undefined
  /** Bytes of high MMIO space of each VM with a GPU of this host. */
  readonly highMmio?: number | undefined
  /** And for single GPUs, named as for their memory. */
  readonly gpuHighMmio?: Readonly<Record<string, number>> | undefined
}

/** A slot or a path names one GPU, and goes before the name of a model. */
export const withNotes = (gpu: GpuFacts, { gpuMemory = {}, gpuHighMmio = {} }: DeviceNotes): GpuFacts => ({
  ...gpu,
  memoryBytes: noted(gpuMemory, gpu) ?? gpu.memoryBytes,
  highMmioBytes: noted(gpuHighMmio, gpu) ?? null,
})

const noted = (notes: Readonly<Record<string, number>>, gpu: GpuFacts): number | undefined =>
  [gpu.slot, gpu.locationPath, gpu.model].flatMap((name) => saidOf(notes, name) ?? [])[0]

const saidOf = (notes: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.entries(notes).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
