/** What nvidia-smi said in VMs over time: one row a GPU and reading, kept for some days. */
import { z } from 'zod'
import type { IdleSample } from '../core/smi/idle'
import type { SmiGpu } from '../core/smi/table'
import type { Db, Tx } from './database'
import { readRows, type Row } from './rows'

const KEPT_MS = 3 * 24 * 3_600_000

export const saveSamples = async (
  tx: Tx,
  { host, vm, at }: { readonly host: string; readonly vm: string; readonly at: number },
  gpus: readonly SmiGpu[],
): Promise<void> => {
  if (gpus.length === 0) return
  const rows = gpus.map((gpu) => ({
    host,
    vm,
    at,
    uuid: gpu.uuid,
    utilization: gpu.utilizationPercent,
    memory_used: gpu.memoryUsedBytes,
    temperature: gpu.temperatureCelsius,
    errors: gpu.uncorrectedErrors,
  }))
  await tx.insertInto('samples').values(rows).execute()
}

/** Of all GPUs of a VM, since a moment; processes are not sampled. By UUID, oldest first. */
export const samplesOf = async (
  db: Db | Tx,
  { host, vm, since }: { readonly host: string; readonly vm: string; readonly since: number },
): Promise<ReadonlyMap<string | null, readonly IdleSample[]>> => {
  const rows = await db
    .selectFrom('samples')
    .selectAll()
    .where('host', '=', host)
    .where('vm', '=', vm)
    .where('at', '>=', since)
    .orderBy('at')
    .execute()
  const byGpu = new Map<string | null, IdleSample[]>()
  for (const { uuid, at, utilization, memory_used } of await readRows(db, 'samples', rows, readSample)) {
    const sample = { at, processes: null, memoryUsedBytes: memory_used, utilizationPercent: utilization }
    byGpu.set(uuid, [...(byGpu.get(uuid) ?? []), sample])
  }
  return byGpu
}

const figure = z.number().nullable()
const sample = z.object({
  at: z.number(),
  uuid: z.string().nullable(),
  utilization: figure,
  memory_used: figure,
  temperature: figure,
  errors: figure,
})
export const readSample = (row: Row<'samples'>) => sample.parse(row)

export const forgetOldSamples = async (tx: Tx, now: number): Promise<void> => {
  await tx
    .deleteFrom('samples')
    .where('at', '<', now - KEPT_MS)
    .execute()
}
