/** What somebody who waits is told, where nobody else reads it. */
import { doneNotice } from '../../core/answers/done'
import { newsOf, offerNotice } from '../../core/cards/offer'
import { lengthWithin } from '../../core/lease/caps'
import type { News } from '../../core/news/news'
import type { Notice } from '../../core/notice/notice'
import type { EntryIn } from '../../core/queue/entry'
import type { Waiter } from '../../core/queue/waiter'
import type { Tx } from '../../store/database'
import { editCopies, letGoOfCopies, post } from '../../store/outbox'
import { announce } from './announce'
import type { Context } from '../context/context'

/** Every offer that was made to them says what became of it; what is news to them is a message of its own. */
export const tell = async (
  context: Context,
  tx: Tx,
  waiter: Waiter,
  why: string | null = null,
): Promise<void> => {
  const { entry, privately, back } = waiter
  const at = context.clock.now()
  const card = cardOf(context, waiter)
  if (entry.state !== 'offered') {
    await editCopies(tx, entry.id, card, at)
    await letGoOfCopies(tx, entry.id)
  } else {
    await post(tx, privately, card, { at, requestId: entry.id, otherwise: back })
    await announce(context, tx, [offerNews(entry, 'made', entry.until)], { at })
  }
  if (entry.state === 'lapsed') await announce(context, tx, [offerNews(entry, 'lapsed', at)], { at })
  const news = newsOf(entry, why)
  if (news !== null) await post(tx, privately, doneNotice(news.text, news.by), { at, otherwise: back })
}

/** The offer stands as it was made, until another time. */
export const tellNewEnd = (context: Context, tx: Tx, waiter: Waiter): Promise<void> =>
  editCopies(tx, waiter.entry.id, cardOf(context, waiter), context.clock.now())

const cardOf = (context: Context, waiter: Waiter): Notice =>
  offerNotice(waiter, lengthWithin(waiter.entry.forMs, context.policy.inForce().leases.caps))

const offerNews = (
  { id: entryId, by: to, gpu }: EntryIn<'offered' | 'lapsed'>,
  step: 'made' | 'lapsed',
  until: number,
): News => ({ kind: 'offer', step, entryId, to, until, host: gpu.host, gpus: [gpu.alias] })
