/** Whole GPUs that fail by what nvidia-smi said in their VM. */
import { z } from 'zod'
import type { GpuMark } from '../core/inventory/mark'
import type { Db, Tx } from './database'
import { readRows, type Row } from './rows'

export interface Failing {
  /** By alias. */
  readonly gpu: string
  readonly host: string
  readonly vm: string
  readonly why: string
  readonly at: number
}

/** What was said first stays. False where it was known already. */
export const saveFailing = async (tx: Tx, each: Failing): Promise<boolean> => {
  const done = await tx
    .insertInto('failing')
    .values({ ...each })
    .onConflict((conflict) => conflict.column('gpu').doNothing())
    .executeTakeFirst()
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** False where nothing was known. */
export const forgetFailing = async (tx: Tx, gpu: string): Promise<boolean> =>
  (await tx.deleteFrom('failing').where('gpu', '=', gpu).executeTakeFirst()).numDeletedRows > 0n

export const failing = async (db: Db | Tx): Promise<GpuMark[]> =>
  readRows(db, 'failing', await db.selectFrom('failing').selectAll().orderBy('gpu').execute(), readFailing)

const said = z.object({ gpu: z.string(), vm: z.string(), why: z.string(), at: z.number() })

export const readFailing = (row: Row<'failing'>): GpuMark => {
  const { gpu, vm, why, at } = said.parse(row)
  return { gpu, said: { by: 'guest', vm, why, at } }
}
