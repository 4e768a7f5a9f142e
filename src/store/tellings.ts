/** What was told last in each place about each request and each host: where a reply goes, and what joins which message. */
import { z } from 'zod'
import { together } from '../core/notice/together'
import { notice, type Notice } from '../core/notice/notice'
import type { Tx } from './database'
import { readRow, written, type Row } from './rows'
import { readPost } from './outbox'

const KEPT_MS = 24 * 3_600_000

export interface Telling {
  /** The post under which the rest stands. */
  readonly root: number
  /** The newest post, and when it was made. */
  readonly newest: number
  readonly at: number
}

export const lastTelling = async (tx: Tx, place: string, topic: string): Promise<Telling | null> => {
  const row = await tx
    .selectFrom('tellings')
    .selectAll()
    .where('place', '=', place)
    .where('topic', '=', topic)
    .executeTakeFirst()
  return readRow(tx, 'tellings', row, readTelling)
}

export const readTelling = (row: Row<'tellings'>): Telling =>
  z.object({ root: z.int(), newest: z.int(), at: z.number() }).parse(row)

export const saveTelling = async (tx: Tx, place: string, topic: string, each: Telling): Promise<void> => {
  await tx
    .insertInto('tellings')
    .values({ place, topic, ...each })
    .onConflict((conflict) => conflict.columns(['place', 'topic']).doUpdateSet({ ...each }))
    .execute()
}

/** Lets a post say this too, by an edit where it has left. False when there is no such post, or nobody gets it. */
export const addToPost = async (tx: Tx, seq: number, more: Notice, at: number): Promise<boolean> => {
  const row = await tx
    .selectFrom('outbox')
    .selectAll()
    .where('seq', '=', seq)
    .where('failure', 'is', null)
    .executeTakeFirst()
  const posted = await readRow(tx, 'outbox', row, readPost)
  if (!posted) return false
  const joined = together(posted.notice, more)
  await tx
    .updateTable('outbox')
    .set((each) => ({
      notice: written(notice, joined),
      wanted: each('wanted', '+', 1),
      tries: 0,
      due_at: at,
    }))
    .where('seq', '=', seq)
    .execute()
  return true
}

/** After a day its posts are gone; what comes then begins anew. */
export const forgetOldTellings = async (tx: Tx, now: number): Promise<void> => {
  await tx
    .deleteFrom('tellings')
    .where('at', '<', now - KEPT_MS)
    .execute()
}
