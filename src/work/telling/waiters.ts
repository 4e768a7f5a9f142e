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
import type { Parts } from '../context/parts'

/** Every offer that was made to them says what became of it; what is news to them is a message of its own. */
export const tell = async (
  parts: Parts,
  tx: Tx,
  waiter: Waiter,
  why: string | null = null,
): Promise<void> => {
  const { entry, privately, back } = waiter
  const at = parts.clock.now()
  const card = cardOf(parts, waiter)
  if (entry.state !== 'offered') {
    await editCopies(tx, entry.id, card, at)
    await letGoOfCopies(tx, entry.id)
  } else {
    await post(tx, privately, card, { at, requestId: entry.id, otherwise: back })
    await announce(parts, tx, [offerNews(entry, 'made', entry.until)], { at })
  }
  if (entry.state === 'lapsed') await announce(parts, tx, [offerNews(entry, 'lapsed', at)], { at })
  const news = newsOf(entry, why)
  if (news !== null) await post(tx, privately, doneNotice(news.text, news.by), { at, otherwise: back })
}

/** The offer stands as it was made, until another time. */
export const tellNewEnd = (parts: Parts, tx: Tx, waiter: Waiter): Promise<void> =>
  editCopies(tx, waiter.entry.id, cardOf(parts, waiter), parts.clock.now())

const cardOf = (parts: Parts, waiter: Waiter): Notice =>
  offerNotice(waiter, lengthWithin(waiter.entry.forMs, parts.policy.inForce().leases.caps))

const offerNews = (
  { id: entryId, by: to, gpu }: EntryIn<'offered' | 'lapsed'>,
  step: 'made' | 'lapsed',
  until: number,
): News => ({ kind: 'offer', step, entryId, to, until, host: gpu.host, gpus: [gpu.alias] })
