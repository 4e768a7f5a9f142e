/** Where a request is shown: the channels of the configuration, in either chat, and never none in the chat where it was asked for. */
import type { Address } from '../core/ports'
import type { Request } from '../core/request'
import type { Tx } from '../store/database'
import { placesOfCopies } from '../store/outbox'

/** `home` is the place in the chat where it was asked for. */
export const placesFor = (
  named: readonly Address[],
  asked: Address,
): { readonly home: Address; readonly places: readonly Address[] } => {
  const home = named.find(({ chat }) => chat === asked.chat) ?? asked
  return { home, places: [home, ...named.filter((each) => each !== home)] }
}

/** Where copies of its card stand, for what is told beside them. */
export const placesOf = async (tx: Tx, { id, channel }: Request): Promise<readonly Address[]> => {
  const places = await placesOfCopies(tx, id)
  return places.length > 0 ? places : [channel]
}
