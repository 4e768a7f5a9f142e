/** Who watches what: channels, and people in the chat that they have with the bot. */
import { z } from 'zod'
import { isWatchedBy, type NewsPlace, type Scope } from '../core/news/news'
import { account, address, type Address } from '../core/ports/address'
import type { Db, Tx } from './database'
import { readRows, written, type Row } from './rows'

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
export const placeKey = (to: Address): string =>
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
      address: written(address, to),
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
  return readRows(db, 'subscriptions', rows, readSubscription)
}

/** Each place once, however much of what it watches is concerned; in the order in which they began. */
export const watchersOf = async (tx: Tx, place: NewsPlace): Promise<Watcher[]> => {
  const rows = await tx.selectFrom('subscriptions').selectAll().orderBy('at').orderBy('place').execute()
  const all = await readRows(tx, 'subscriptions', rows, readSubscription)
  const found = all.filter(({ scope }) => isWatchedBy(place, scope))
  return [...new Map(found.map((each) => [each.key, each])).values()]
}

export const readWatcher = ({
  place,
  address: to,
  account: of,
}: Pick<Row<'subscriptions'>, 'place' | 'address' | 'account'>): Watcher => ({
  key: z.string().parse(place),
  to: address.parse(JSON.parse(to)),
  reader: of === null ? { of: 'channel' } : { of: 'person', account: account.parse(of) },
})

export const readSubscription = ({ scope, by, at, ...row }: Row<'subscriptions'>): Subscription => ({
  ...readWatcher(row),
  ...z.object({ scope: z.string(), by: z.string(), at: z.number() }).parse({ scope, by, at }),
})
