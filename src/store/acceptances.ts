/** GPUs of which the host's word was taken over the records of the bot: what requests before that gave is nobody's any more. */
import { z } from 'zod'
import type { Db, Tx } from './database'
import { readRows, type Row } from './rows'

export interface Acceptance {
  /** By alias. */
  readonly gpu: string
  readonly by: string
  readonly at: number
}

export const saveAcceptance = async (tx: Tx, { gpu, ...rest }: Acceptance): Promise<void> => {
  await tx
    .insertInto('acceptances')
    .values({ gpu, ...rest })
    .onConflict((conflict) => conflict.column('gpu').doUpdateSet(rest))
    .execute()
}

/** When it was last so for each GPU, by alias. */
export const acceptedAt = async (db: Db | Tx): Promise<ReadonlyMap<string, number>> => {
  const rows = await db.selectFrom('acceptances').selectAll().execute()
  return new Map((await readRows(db, 'acceptances', rows, readAcceptance)).map(({ gpu, at }) => [gpu, at]))
}

export const readAcceptance = (row: Row<'acceptances'>): Acceptance =>
  z.object({ gpu: z.string(), by: z.string(), at: z.number() }).parse(row)
