/**
 * What stopping a VM would interrupt, as far as its guest and the samples of it tell. Null is "not known" everywhere:
 * nothing is concluded from a guest that was not asked, or did not answer.
 */
import { z } from 'zod'
import { vmId, type VmFacts } from '../inventory/inventory'
import type { IdleSample } from './idle'
import type { GuestUse } from '../ports/host'
import { readSmi } from './smi'

const figure = z.number().nullable()

export const interruption = z.object({
  vm: z.object({ id: vmId, name: z.string() }),
  /** Null for a VM without a GPU, too: nothing runs on it there. */
  hasGpu: z.boolean(),
  /** The GPUs, as nvidia-smi in the guest showed them. */
  gpus: z.array(z.object({ busyPercent: figure, usedBytes: figure, totalBytes: figure })).nullable(),
  /** Those that compute on a GPU. */
  processes: z.array(z.object({ name: z.string(), pid: z.number(), usedBytes: figure })).nullable(),
  /** Accounts of the guest that are logged on. */
  people: z.array(z.string()).nullable(),
  /** By the samples. `seen`: at that moment it computed last. `quiet`: no sample since then showed it computing. */
  lastUse: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('seen'), at: z.number() }),
      z.object({ kind: z.literal('quiet'), since: z.number() }),
    ])
    .nullable(),
})
export type Interruption = z.infer<typeof interruption>

interface Seen {
  readonly use: GuestUse | null
  readonly samples: readonly IdleSample[]
}

/** Computing from this utilisation on; what is below it is the driver's own. */
export const BUSY_PERCENT = 5
const MOST = 50
const LONGEST_NAME = 200

export const interruptionOf = (
  vm: Pick<VmFacts, 'id' | 'name' | 'assigned' | 'partitions'>,
  { use, samples }: Seen,
): Interruption => ({
  vm: { id: vm.id, name: vm.name },
  hasGpu: vm.assigned.length > 0 || vm.partitions.length > 0,
  gpus: use && gpusOf(use),
  processes:
    use?.processes?.slice(0, MOST).map((each) => ({ ...each, name: each.name.slice(0, LONGEST_NAME) })) ??
    null,
  people: use?.people?.slice(0, MOST).map((each) => each.slice(0, LONGEST_NAME)) ?? null,
  lastUse: lastUseOf(samples),
})

const gpusOf = ({ smi }: GuestUse): Interruption['gpus'] => {
  const reading = readSmi(smi, { vendors: [] })
  if (reading.verdict === 'not-checked' || reading.gpus.length === 0) return null
  return reading.gpus.map((gpu) => ({
    busyPercent: gpu.utilizationPercent,
    usedBytes: gpu.memoryUsedBytes,
    totalBytes: gpu.memoryTotalBytes,
  }))
}

const lastUseOf = (samples: readonly IdleSample[]): Interruption['lastUse'] => {
  const known = samples.filter(({ utilizationPercent }) => utilizationPercent !== null)
  const busy = known.filter(({ utilizationPercent }) => (utilizationPercent ?? 0) >= BUSY_PERCENT)
  const moments = (busy.length > 0 ? busy : known).map(({ at }) => at)
  if (moments.length === 0) return null
  return busy.length > 0
    ? { kind: 'seen', at: Math.max(...moments) }
    : { kind: 'quiet', since: Math.min(...moments) }
}
