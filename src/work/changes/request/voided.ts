/** What goes with the end of a request that comes to nothing before it began: it was void, or its approval has lapsed. */
import { lapsedNotice } from '../../../core/cards/lapsed'
import { outOfOrder } from '../../../core/plan/order'
import { lapseOf } from '../../../core/request/lapse'
import type { RequestIn } from '../../../core/request/request'
import type { Tx } from '../../../store/database'
import { unlockHosts } from '../../../store/journal'
import { post } from '../../../store/outbox'
import { apply, findRequest, requestsIn } from '../../../store/requests'
import { announce } from '../../telling/announce'
import { refreshCard } from '../../telling/card'
import type { Context } from '../../context/context'

/** Call it in the transaction in which the request became void, and wake the delivery afterwards. */
export const settleVoid = async (
  context: Context,
  tx: Tx,
  request: RequestIn<'void'>,
  at: number,
): Promise<void> => {
  // Taken for this request, by a process that died before it began perhaps.
  await unlockHosts(tx, request.id)
  await refreshCard(tx, request, at)
  await announce(context, tx, [{ kind: 'request', request }], { at })
  const { lapsed, ends, privately, channel } = request
  if (lapsed && !ends) await post(tx, privately ?? channel, lapsedNotice(request), { at, otherwise: channel })
}

/** Lapses all that waits although its approval is good no longer. */
export const lapseApprovals = async (context: Context): Promise<void> => {
  const policy = context.policy.inForce()
  const now = context.clock.now()
  const late = (await requestsIn(context.db, ['approved'])).filter(
    (each) => lapseOf(each, policy, now) !== null,
  )
  for (const { id } of late) await lapse(context, id)
}

/** What waits for approvers and could not be begun any more: nobody shall approve it for nothing. */
export const voidOldPlans = async (context: Context): Promise<void> => {
  for (const { id, plan } of await requestsIn(context.db, ['pending'])) {
    if (outOfOrder(plan).length === 0) continue
    await context.db.transaction().execute(async (tx) => {
      const request = await findRequest(tx, id)
      const at = context.clock.now()
      const next = request && (await apply(tx, request, { kind: 'void', at, changes: outOfOrder(plan) }))
      if (next?.ok && next.value.state === 'void') await settleVoid(context, tx, next.value, at)
    })
    context.wake.deliver()
  }
}

/** Whether it has lapsed. Nothing happens to a request that has gone on meanwhile. */
export const lapse = async (context: Context, id: string): Promise<boolean> => {
  const lapsed = await context.db.transaction().execute(async (tx) => {
    const request = await findRequest(tx, id)
    const at = context.clock.now()
    const why = request && lapseOf(request, context.policy.inForce(), at)
    const next = request && why ? await apply(tx, request, { kind: 'lapse', at, why }) : null
    if (!next?.ok || next.value.state !== 'void') return false
    await settleVoid(context, tx, next.value, at)
    return true
  })
  if (lapsed) {
    context.log.info({ request: id }, 'its approval has lapsed')
    context.wake.deliver()
  }
  return lapsed
}
