/** Requests that nobody has decided yet: those who can are told again, once, and then those behind them, once. */
import { decidersReminderNotice } from '../../core/cards/call'
import { decidersIn } from '../../core/request/deciders'
import { dueReminder } from '../../core/request/reminders'
import type { Reminded, Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { post } from '../../store/outbox'
import { apply, findRequest, requestsIn } from '../../store/requests'
import { cardOf, refreshCard } from '../telling/card'
import { copyPlaces } from '../telling/copies'
import type { Context } from '../context/context'

export const remind = async (context: Context): Promise<void> => {
  const due = (await requestsIn(context.db, ['pending'])).filter(
    (request) => levelOf(context, request) !== null,
  )
  for (const { id } of due) {
    await context.db.transaction().execute((tx) => tell(context, tx, id))
    context.wake.deliver()
  }
}

const levelOf = (context: Context, request: Request): Reminded | null =>
  request.state === 'pending' ? dueReminder(context.policy.inForce(), request, context.clock.now()) : null

/** In each channel that shows the request, to those who can be called there. */
const tell = async (context: Context, tx: Tx, id: string): Promise<void> => {
  const request = await findRequest(tx, id)
  const level = request && levelOf(context, request)
  if (!request || !level) return
  const at = context.clock.now()
  const next = await apply(tx, request, { kind: 'remind', at, level })
  if (!next.ok) return
  const places = await copyPlaces(tx, request)
  await refreshCard(tx, next.value, at)
  const card = await cardOf(tx, next.value, at)
  const chats = places.map(({ chat }) => chat)
  for (const [n, deciders] of decidersIn(context.policy.inForce(), request, { level, chats }).entries()) {
    const place = places[n]
    if (place && deciders)
      await post(tx, place, decidersReminderNotice(card, deciders, level), { at, requestId: id })
  }
  context.log.info({ request: id, level }, 'reminded')
}
