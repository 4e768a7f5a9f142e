/**
 * Tells those who watch. The posts are rows of the transaction that changes what they tell, so that nothing is told
 * twice and nothing is lost, wherever the process dies.
 *
 * About one request there is one thread in each place: the replies stand under its card, or under the first that was
 * told of it. What comes within moments joins the message before it; a place that shows the card is not told what the
 * card says.
 */
import { isOnCard, isTriedAgain, newsPlace, requestOf, type News } from '../../core/news/news'
import { newsNotice } from '../../core/cards/news'
import type { Notice } from '../../core/notice/notice'
import { isSamePerson, personOf } from '../../core/policy/policy'
import type { Address } from '../../core/ports/address'
import type { Tx } from '../../store/database'
import { copiesOf, post } from '../../store/outbox'
import { placeKey, watchersOf, type Watcher } from '../../store/subscriptions'
import { tellConcerned } from './concerned'
import { addToPost, lastTelling, saveTelling } from '../../store/tellings'
import type { Context } from '../context/context'

const JOINED_MS = 30_000

/**
 * Call it in the transaction of what it tells, and wake the delivery afterwards. `except`, `knowing`: places and people that
 * are told the same in another way.
 */
export const announce = async (
  context: Pick<Context, 'policy'>,
  tx: Tx,
  news: readonly News[],
  {
    at,
    except = [],
    knowing = [],
  }: {
    readonly at: number
    readonly except?: readonly Address[]
    readonly knowing?: readonly string[]
  },
): Promise<void> => {
  const told = except.map(placeKey)
  for (const each of news) {
    const isQuiet = isTriedAgain(each)
    if (isQuiet && !isDone(each)) continue
    const concerned = 'request' in each ? await tellConcerned(context, tx, each.request, at) : []
    if (isQuiet) continue
    const requestId = requestOf(each)
    const cards = requestId === null ? [] : await copiesOf(tx, requestId)
    for (const watcher of await watchersOf(tx, newsPlace(each))) {
      const card = cards.find(({ to }) => isReadBy(to, watcher, each)) ?? null
      if (told.includes(watcher.key) || (card && isOnCard(each)) || !mayBeTold(context, watcher)) continue
      if (isAmong(context, watcher, [...concerned, ...knowing])) continue
      const topic = requestId === null ? { host: newsPlace(each).host } : { requestId, card }
      await tell(tx, watcher, { topic, notice: newsNotice(each), at })
    }
  }
}

const isDone = (news: News): boolean => 'request' in news && news.request.state === 'succeeded'

/** A card that was asked for in a direct message of Slack is in the conversation that the asker has with the bot. */
const isReadBy = (to: Address, { key, reader }: Watcher, news: News): boolean =>
  placeKey(to) === key ||
  (reader.of === 'person' &&
    to.chat === 'slack' &&
    to.channel.startsWith('D') &&
    'request' in news &&
    news.request.asked.by === reader.account)

/** A person who is on no list of the policy any more is told nothing. */
export const mayBeTold = ({ policy }: Pick<Context, 'policy'>, { reader }: Watcher): boolean =>
  reader.of === 'channel' || personOf(policy.inForce(), reader.account) !== null

const isAmong = (
  { policy }: Pick<Context, 'policy'>,
  { reader }: Watcher,
  accounts: readonly string[],
): boolean =>
  reader.of === 'person' && accounts.some((each) => isSamePerson(policy.inForce(), each, reader.account))

interface Said {
  readonly topic:
    | { readonly host: string }
    | { readonly requestId: string; readonly card: { readonly seq: number; readonly to: Address } | null }
  readonly notice: Notice
  readonly at: number
}

const tell = async (tx: Tx, { key, to }: Watcher, { topic, notice, at }: Said): Promise<void> => {
  const about = 'host' in topic ? topic.host : topic.requestId
  const last = await lastTelling(tx, key, about)
  if (last && at - last.at < JOINED_MS && (await addToPost(tx, last.newest, notice, at))) return
  const card = 'host' in topic ? null : topic.card
  const under = 'host' in topic ? null : (card?.seq ?? last?.root ?? null)
  const seq = await post(tx, card?.to ?? to, notice, { at, under })
  await saveTelling(tx, key, about, { root: under ?? seq, newest: seq, at })
}
