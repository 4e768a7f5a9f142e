/** Who watches what: channels, and people in the chat that they have with the bot. */
import { isWatchedBy, type Place, type Scope } from '../core/news/news'
import { address, type Address } from '../core/ports'
import type { Db, Tx } from './database'

/** `of`: everybody in the channel, or the one person who reads there. */
export type Reader = { readonly of: 'channel' } | { readonly of: 'person'; readonly account: string }

export interface Watcher {
  /** The same for every address of one place; see `keyOf`. */
  readonly key: string
  readonly to: Address
  readonly reader: Reader
}

export interface Subscription extends Watcher {
  readonly scope: Scope
  /** Account of who said so, and when. */
  readonly by: string
  readonly at: number
}

/** A thread of a channel is a place in that channel, and Teams names one channel under several service addresses. */
export const keyOf = (to: Address): string =>
  to.chat === 'slack' ? `slack ${to.channel}` : `teams ${to.conversation.split(';')[0] ?? ''}`

/** False when it was watched there already. */
export const subscribe = async (
  tx: Tx,
  { key, to, reader, scope, by, at }: Subscription,
): Promise<boolean> => {
  const done = await tx
    .insertInto('subscriptions')
    .values({
      place: key,
      scope,
      address: JSON.stringify(to),
      account: reader.of === 'person' ? reader.account : null,
      by,
      at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** False when it was not watched there. */
export const unsubscribe = async (tx: Tx, key: string, scope: Scope): Promise<boolean> => {
  const done = await tx
    .deleteFrom('subscriptions')
    .where('place', '=', key)
    .where('scope', '=', scope)
    .executeTakeFirst()
  return done.numDeletedRows > 0n
}

/** In the order of their names. */
export const watchedAt = async (db: Db | Tx, key: string): Promise<Subscription[]> => {
  const rows = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where('place', '=', key)
    .orderBy('scope')
    .execute()
  return rows.map(read)
}

/** Each place once, however much of what it watches is concerned; in the order in which they began. */
export const watchersOf = async (tx: Tx, place: Place): Promise<Watcher[]> => {
  const rows = await tx.selectFrom('subscriptions').selectAll().orderBy('at').orderBy('place').execute()
  const found = rows.filter(({ scope }) => isWatchedBy(place, scope)).map(read)
  return [...new Map(found.map((each) => [each.key, each])).values()]
}

const read = (row: {
  readonly place: string
  readonly scope: string
  readonly address: string
  readonly account: string | null
  readonly by: string
  readonly at: number
}): Subscription => ({
  key: row.place,
  scope: row.scope,
  to: address.parse(JSON.parse(row.address)),
  reader: row.account === null ? { of: 'channel' } : { of: 'person', account: row.account },
  by: row.by,
  at: row.at,
})
