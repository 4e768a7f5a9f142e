/** GPUs of which the host's word was taken over the records of the bot: what requests before that gave is nobody's any more. */
import type { Db, Tx } from './database'

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
export const acceptedAt = async (db: Db | Tx): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await db.selectFrom('acceptances').select(['gpu', 'at']).execute()).map(({ gpu, at }) => [gpu, at]),
  )
