/** A request that keeps a GPU from somebody who waits expires sooner, and whoever asked is told. */
import { doneNotice } from '../../../core/answers/done'
import { momentText } from '../../../core/policy/calendar'
import { blockingOf, type Blocking } from '../../../core/queue/blocking'
import type { Snapshot } from '../../../core/queue/snapshot'
import { post } from '../../../store/outbox'
import { apply } from '../../../store/requests'
import { refreshCard } from '../../telling/card'
import type { Context } from '../../context/context'
import { snapshotOf } from '../../snapshot/snapshot'

export const hurryRequests = async (context: Context, glance: Snapshot): Promise<void> => {
  if (blockingOf(glance, context.clock.now()).length === 0) return
  await context.db.transaction().execute(async (tx) => {
    const at = context.clock.now()
    for (const { request, entry, expiresAt } of blockingOf(await snapshotOf(tx, context), at)) {
      const next = await apply(tx, request, { kind: 'hurry', at, expiresAt, waiter: entry.id })
      if (!next.ok) continue
      await refreshCard(tx, next.value, at)
      const to = request.privately ?? request.channel
      await post(tx, to, doneNotice(newsOf(context, { request, entry, expiresAt })), {
        at,
        otherwise: request.channel,
      })
      context.log.info({ request: request.id, entry: entry.id }, 'expires sooner: somebody waits for it')
    }
  })
  context.wake.deliver()
}

const newsOf = ({ policy }: Context, { request: { id, plan }, entry, expiresAt }: Blocking): string =>
  `Somebody waits for ${plan.gpu.alias} (${entry.id}), so ${id} now expires at ${momentText(policy.inForce().timeZone, expiresAt)} if nobody decides it.`
