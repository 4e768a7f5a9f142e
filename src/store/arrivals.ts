/** Which posts have arrived, and which a chat does not take. */
import type { ChatName } from '../core/ports/chat-name'
import { address } from '../core/ports/address'
import type { Db, Tx } from './database'
import { attempt } from './rows'

/**
 * When the last of those who were asked about this had it before their eyes, in epoch milliseconds; null where no post is known
 * that could still reach somebody.
 */
export const heardAt = async (db: Db | Tx, asks: string): Promise<number | 'on its way' | null> => {
  const rows = await db
    .selectFrom('outbox')
    .select(['heard_at'])
    .where('asks', '=', asks)
    .where('failure', 'is', null)
    .execute()
  const times = rows.flatMap((row) => row.heard_at ?? [])
  if (times.length < rows.length) return 'on its way'
  return times.length === 0 ? null : Math.max(...times)
}

/** A post that was put off so often has not just met a chat that is busy. */
const PUT_OFF = 4

/** How many posts and edits each chat does not take, although it was tried again and again. */
export const waitingPosts = async (db: Db | Tx): Promise<Record<ChatName, number>> => {
  const rows = await db
    .selectFrom('outbox')
    .select((row) => ['address', row.fn.countAll<number>().as('count')])
    .whereRef('wanted', '>', 'shown')
    .where('failure', 'is', null)
    .where('tries', '>=', PUT_OFF)
    .groupBy('address')
    .execute()
  const waiting = { slack: 0, teams: 0 }
  for (const row of rows) {
    const to = attempt(() => address.parse(JSON.parse(row.address)))
    if (to.ok) waiting[to.value.chat] += row.count
  }
  return waiting
}
