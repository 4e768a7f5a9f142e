/**
 * What people did, as the adapters verified it. A delivery is durable before the chat gets its acknowledgement, and is
 * done in the very transaction that holds its consequences; so a redelivery changes nothing and a crash repeats nothing.
 * Deliveries that arrive in one turn of the event loop share one commit.
 */
import { sql, type Insertable } from 'kysely'
import { z } from 'zod'
import { delivery, type Delivery, type Inbox } from '../core/ports/delivery'
import type { Clock } from '../core/ports/clock'
import { inOneCommit } from './batch'
import type { Db, Tx } from './database'
import { readRows, written, type Row } from './rows'
import type { Tables } from './schema'

const KEPT_MS = 24 * 3_600_000

/** A rush: this many deliveries or more, each within this time of the one before. */
const RUSH_MS = 25
const RUSH_COUNT = 4

export interface OpenInbox extends Pick<Inbox, 'accept'> {
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
  const commit = inOneCommit<Insertable<Tables['deliveries']>>((batch) => insert(db, batch))
  return {
    rush: () => (together < RUSH_COUNT ? 0 : Math.max(0, newest + RUSH_MS - clock.now())),
    accept: async (each) => {
      const body = written(delivery, each)
      const now = clock.now()
      together = now - newest < RUSH_MS ? together + 1 : 1
      newest = now
      await commit({ id: each.id, account: each.from, body, received_at: each.at, done_at: null })
      arrived()
    },
  }
}

const insert = async (db: Db, batch: readonly Insertable<Tables['deliveries']>[]): Promise<void> => {
  await db
    .insertInto('deliveries')
    .values(batch)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Open deliveries with their turns: the oldest of each account has the first. The index holds no others. */
const turns = (db: Db) =>
  db
    .selectFrom('deliveries')
    .select(['seq', sql<number>`row_number() over (partition by account order by seq)`.as('turn')])
    .where('done_at', 'is', null)

/** Deliveries whose work is not committed yet. People take turns; each person's come oldest first. */
export const openDeliveries = async (db: Db, limit: number): Promise<Delivery[]> => {
  const rows = await db
    .selectFrom(turns(db).orderBy('turn').orderBy('seq').limit(limit).as('next'))
    .innerJoin('deliveries', 'deliveries.seq', 'next.seq')
    .selectAll('deliveries')
    .orderBy('turn')
    .orderBy('next.seq')
    .execute()
  return readRows(db, 'deliveries', rows, readDelivery)
}

/**
 * Finishes what each account has open beyond its `most` oldest, and gives the first that was dropped of each. Call
 * inside the transaction that tells them.
 */
export const dropBeyond = async (tx: Tx, most: number, at: number): Promise<Delivery[]> => {
  const rows = await tx
    .updateTable('deliveries')
    .set({ done_at: at })
    .where('seq', 'in', tx.selectFrom(turns(tx).as('open')).select('seq').where('turn', '>', most))
    .returningAll()
    .execute()
  const firsts = new Map<string, (typeof rows)[number]>()
  for (const row of rows.sort((one, other) => one.seq - other.seq))
    if (!firsts.has(row.account)) firsts.set(row.account, row)
  return readRows(tx, 'deliveries', [...firsts.values()], readDelivery)
}

export const readDelivery = ({ body, done_at }: Row<'deliveries'>): Delivery => {
  z.int().nullable().parse(done_at)
  return delivery.parse(JSON.parse(body))
}

/** Nobody knows whether they were carried out. */
export const strayDeliveries = (db: Db): Promise<Row<'deliveries'>[]> =>
  db
    .selectFrom('deliveries')
    .selectAll()
    .where('done_at', 'is not', null)
    .where(sql`typeof(done_at)`, '!=', 'integer')
    .execute()

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
