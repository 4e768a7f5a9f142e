/**
 * Step journal, host locks and fences. A claim takes the host's lock and a fence higher than all before it, in one
 * commit; the host refuses lower fences, so a call that outlives its claim cannot act late.
 */
import { sql } from 'kysely'
import { z } from 'zod'
import { hostName } from '../core/inventory/inventory'
import { journalEntry, type JournalEntry } from '../core/operation/progress'
import { count, type Db, type Tx } from './database'
import { readRows, written, type Row } from './rows'

/** Null where an entry cannot be read: what was done is not known then. */
export const entriesOf = async (db: Db | Tx, requestId: string): Promise<JournalEntry[] | null> => {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('seq')
    .execute()
  const entries = await readRows(db, 'journal', rows, readJournalRow)
  return entries.length === rows.length && !(await isTorn(db, requestId)) ? entries : null
}

export const readJournalRow = ({ request_id, body }: Row<'journal'>): JournalEntry => {
  requestId.parse(request_id)
  return journalEntry.parse(JSON.parse(body))
}
const requestId = z.string().regex(/^R-\d+$/)

/** Was an entry of it set aside? One that does not say whose it is may be of any. */
const isTorn = async (db: Db | Tx, requestId: string): Promise<boolean> => {
  const owner = sql<string>`json_extract(whole, '$.request_id')`
  const torn = await db
    .selectFrom('aside')
    .select('seq')
    .where('source', '=', 'journal')
    .where((row) => row.or([row(owner, '=', requestId), row(owner, 'not like', 'R-%')]))
    .executeTakeFirst()
  return torn !== undefined
}

export const append = async (tx: Tx, requestId: string, each: JournalEntry): Promise<void> => {
  await tx
    .insertInto('journal')
    .values({ request_id: requestId, body: written(journalEntry, each) })
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

/**
 * The fence of a request that has locked its hosts, above what these have `seen`: the store may be a copy that is older than
 * its hosts.
 */
export const raiseFence = async (tx: Tx, requestId: string, seen: number): Promise<number> => {
  const lock = await tx
    .selectFrom('locks')
    .select('fence')
    .where('request_id', '=', requestId)
    .executeTakeFirst()
  if (lock && lock.fence > seen) return lock.fence
  const fence = await count(tx, 'fence', seen)
  await tx.updateTable('locks').set({ fence }).where('request_id', '=', requestId).execute()
  return fence
}

export const readLock = (row: Row<'locks'>): object =>
  z.object({ host: hostName, request_id: requestId, fence: z.int().nonnegative() }).parse(row)

/** The request that is at work on this host; null where none is. */
export const lockedBy = async (db: Db | Tx, host: string): Promise<string | null> => {
  const row = await db.selectFrom('locks').select('request_id').where('host', '=', host).executeTakeFirst()
  return row?.request_id ?? null
}

export const unlockHosts = async (tx: Tx, requestId: string): Promise<void> => {
  await tx.deleteFrom('locks').where('request_id', '=', requestId).execute()
}
