/**
 * What people did, as the adapters verified it. A delivery is durable before the chat gets its acknowledgement, and is
 * done in the very transaction that holds its consequences; so a redelivery changes nothing and a crash repeats nothing.
 * Deliveries that arrive in one turn of the event loop share one commit.
 */
import { delivery, type Clock, type Delivery, type Inbox } from '../core/ports'
import { inOneCommit } from './batch'
import type { Db, Tx } from './database'

const KEPT_MS = 24 * 3_600_000

/** A rush: this many deliveries or more, each within this time of the one before. */
const RUSH_MS = 25
const RUSH_COUNT = 4

export interface OpenInbox extends Inbox {
  /**
   * Milliseconds for which other work had better leave the process to acknowledgements; 0 when nothing arrives. A
   * platform gives up on an acknowledgement after three seconds, and on nothing else.
   */
  readonly rush: () => number
}

/** The door for every adapter. `arrived` is called after each durable commit. */
export const openInbox = (db: Db, clock: Clock, arrived: () => void): OpenInbox => {
  let newest = -Infinity
  let together = 0
  const commit = inOneCommit<Delivery>((batch) => insert(db, batch))
  return {
    rush: () => (together < RUSH_COUNT ? 0 : Math.max(0, newest + RUSH_MS - clock.now())),
    accept: async (delivery) => {
      const now = clock.now()
      together = now - newest < RUSH_MS ? together + 1 : 1
      newest = now
      await commit(delivery)
      arrived()
    },
  }
}

const insert = async (db: Db, batch: readonly Delivery[]): Promise<void> => {
  await db
    .insertInto('deliveries')
    .values(
      batch.map((each) => ({ id: each.id, body: JSON.stringify(each), received_at: each.at, done_at: null })),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Deliveries whose work is not committed yet, oldest first. */
export const openDeliveries = async (db: Db, limit: number): Promise<Delivery[]> => {
  const rows = await db
    .selectFrom('deliveries')
    .select('body')
    .where('done_at', 'is', null)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => delivery.parse(JSON.parse(row.body)))
}

/** Call inside the transaction of its consequences. False: somebody finished it before, so roll back. */
export const finishDelivery = async (tx: Tx, id: string, at: number): Promise<boolean> => {
  const done = await tx
    .updateTable('deliveries')
    .set({ done_at: at })
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** A redelivery comes within minutes; after a day its identity is of no use. */
export const forgetOldDeliveries = async (db: Db, now: number): Promise<void> => {
  await db
    .deleteFrom('deliveries')
    .where('done_at', '<', now - KEPT_MS)
    .execute()
}
