/** Where a request is shown: the channels of the configuration, in either chat, and never none in the chat where it was asked for. */
import type { Address } from '../../core/ports/address'
import type { Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { copiesOf } from '../../store/outbox'
import { placeKey } from '../../store/subscriptions'

/** `home` is the place in the chat where it was asked for. */
export const placesFor = (
  named: readonly Address[],
  asked: Address,
): { readonly home: Address; readonly places: readonly Address[] } => {
  const home = named.find(({ chat }) => chat === asked.chat) ?? asked
  return { home, places: [home, ...named.filter((each) => each !== home)] }
}

/** Where copies of its card stand, each place once, for one more. */
export const copyPlaces = async (tx: Tx, { id, channel }: Request): Promise<readonly Address[]> => {
  const copies = await copiesOf(tx, id)
  if (copies.length === 0) return [channel]
  return [...new Map(copies.map(({ place, to }) => [place, to])).values()]
}

/**
 * Where copies of its card stand, for what is told beside them. In a channel of Teams that is the thread of the card: a post
 * there begins a conversation of its own, with nothing to say that it belongs to the card.
 */
export const besideCards = async (
  tx: Tx,
  { id, channel }: Request,
): Promise<readonly { readonly to: Address; readonly under: number | null }[]> => {
  const copies = await copiesOf(tx, id)
  if (copies.length === 0) return [{ to: channel, under: null }]
  return copies
    .filter(({ to }, at) => copies.findIndex((each) => placeKey(each.to) === placeKey(to)) === at)
    .map(({ seq, to }) => ({ to, under: to.chat === 'teams' ? seq : null }))
}
