/** A request that keeps a GPU from somebody who waits expires sooner, and whoever asked is told. */
import { doneNotice } from '../../../core/answers/done'
import { momentText } from '../../../core/policy/calendar'
import { blockingOf, type Blocking } from '../../../core/queue/blocking'
import type { Ground } from '../../../core/queue/ground'
import { post } from '../../../store/outbox'
import { apply } from '../../../store/requests'
import { refreshCard } from '../../telling/card'
import type { Parts } from '../../context/parts'
import { groundOf } from '../../snapshot/ground'

export const hurry = async (parts: Parts, glance: Ground): Promise<void> => {
  if (blockingOf(glance, parts.clock.now()).length === 0) return
  await parts.db.transaction().execute(async (tx) => {
    const at = parts.clock.now()
    for (const { request, entry, expiresAt } of blockingOf(await groundOf(tx, parts), at)) {
      const next = await apply(tx, request, { kind: 'hurry', at, expiresAt, waiter: entry.id })
      if (!next.ok) continue
      await refreshCard(tx, next.value, at)
      const to = request.privately ?? request.channel
      await post(tx, to, doneNotice(newsOf(parts, { request, entry, expiresAt })), {
        at,
        otherwise: request.channel,
      })
      parts.log.info({ request: request.id, entry: entry.id }, 'expires sooner: somebody waits for it')
    }
  })
  parts.wake.deliver()
}

const newsOf = ({ policy }: Parts, { request: { id, plan }, entry, expiresAt }: Blocking): string =>
  `Somebody waits for ${plan.gpu.alias} (${entry.id}), so ${id} now expires at ${momentText(policy.inForce().timeZone, expiresAt)} if nobody decides it.`
