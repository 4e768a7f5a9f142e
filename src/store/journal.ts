/**
 * Step journal, host locks and fences. A claim takes the host's lock and a fence higher than all before it, in one
 * commit; the host refuses lower fences, so a call that outlives its claim cannot act late.
 */
import { entry, type Entry } from '../core/progress'
import { count, type Db, type Tx } from './database'

export const entriesOf = async (db: Db | Tx, requestId: string): Promise<Entry[]> => {
  const rows = await db
    .selectFrom('journal')
    .select('body')
    .where('request_id', '=', requestId)
    .orderBy('seq')
    .execute()
  return rows.map((row) => entry.parse(JSON.parse(row.body)))
}

export const append = async (tx: Tx, requestId: string, each: Entry): Promise<void> => {
  await tx
    .insertInto('journal')
    .values({ request_id: requestId, body: JSON.stringify(each) })
    .execute()
}

/**
 * The new fence, which is good for all of these hosts, or null when another request has one of them: then none is taken.
 * Taking them again for the same request renews the fence.
 */
export const lockHosts = async (
  tx: Tx,
  hosts: readonly string[],
  requestId: string,
): Promise<number | null> => {
  const other = await tx
    .selectFrom('locks')
    .select('host')
    .where('host', 'in', hosts)
    .where('request_id', '!=', requestId)
    .executeTakeFirst()
  if (other) return null
  const fence = await count(tx, 'fence')
  for (const host of hosts)
    await tx
      .insertInto('locks')
      .values({ host, request_id: requestId, fence })
      .onConflict((conflict) => conflict.column('host').doUpdateSet({ fence }))
      .execute()
  return fence
}

export const unlockHosts = async (tx: Tx, requestId: string): Promise<void> => {
  await tx.deleteFrom('locks').where('request_id', '=', requestId).execute()
}
