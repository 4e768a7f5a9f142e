/** Requests that nobody has decided yet: those who can are told again, once, and then those behind them, once. */
import { reminderNotice } from '../../core/cards/call'
import { decidersIn } from '../../core/request/deciders'
import { dueReminder } from '../../core/request/reminders'
import type { Reminded, Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { post } from '../../store/outbox'
import { apply, findRequest, requestsIn } from '../../store/requests'
import { cardOf, refreshCard } from '../telling/card'
import { placesOf } from '../telling/copies'
import type { Parts } from '../context/parts'

export const remind = async (parts: Parts): Promise<void> => {
  const due = (await requestsIn(parts.db, ['pending'])).filter((request) => levelOf(parts, request) !== null)
  for (const { id } of due) {
    await parts.db.transaction().execute((tx) => tell(parts, tx, id))
    parts.wake.deliver()
  }
}

const levelOf = (parts: Parts, request: Request): Reminded | null =>
  request.state === 'pending' ? dueReminder(parts.policy.inForce(), request, parts.clock.now()) : null

/** In each channel that shows the request, to those who can be called there. */
const tell = async (parts: Parts, tx: Tx, id: string): Promise<void> => {
  const request = await findRequest(tx, id)
  const level = request && levelOf(parts, request)
  if (!request || !level) return
  const at = parts.clock.now()
  const next = await apply(tx, request, { kind: 'remind', at, level })
  if (!next.ok) return
  const places = await placesOf(tx, request)
  await refreshCard(tx, next.value, at)
  const card = await cardOf(tx, next.value, at)
  const chats = places.map(({ chat }) => chat)
  for (const [n, deciders] of decidersIn(parts.policy.inForce(), request, { level, chats }).entries()) {
    const place = places[n]
    if (place && deciders) await post(tx, place, reminderNotice(card, deciders, level), { at, requestId: id })
  }
  parts.log.info({ request: id, level }, 'reminded')
}
