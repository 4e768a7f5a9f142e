/** Time passing: groups are read again (hosts: poll.ts), pending requests expire, leases end, old deliveries are forgotten. */
import { messageOf } from '../core/errors'
import { forgetOldDeliveries } from '../store/inbox'
import { forgetOldPosts } from '../store/outbox'
import { apply, requestsIn } from '../store/requests'
import { forgetOldSamples } from '../store/samples'
import { forgetOldTellings } from '../store/tellings'
import { announce } from './announce'
import { refreshCard } from './card'
import { sendDigests } from './digest'
import { tendLeases } from './lease/tend'
import { startLoop, type Loop } from './loop'
import type { Parts } from './parts'
import { tendQueue } from './queue/tend'
import { remind } from './remind'
import { startSampling } from './sample'

const EXPIRY_CHECK_MS = 1_000
const LEASE_CHECK_MS = 1_000
const QUEUE_CHECK_MS = 2_000
const DIGEST_CHECK_MS = 10_000
const GROUPS_MS = 5 * 60_000

export const startWatching = (parts: Parts): Loop[] => [
  startLoop(
    parts.clock,
    guarded(parts, 'expiring requests', () => expire(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'tending leases', () => tendLeases(parts), LEASE_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reminding of requests', () => remind(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'tending the queue', () => tendQueue(parts), QUEUE_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'sending digests', () => sendDigests(parts), DIGEST_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reading the groups of the policy', () => parts.policy.refresh(), GROUPS_MS),
  ),
  ...(parts.health ? [startSampling(parts, parts.health)] : []),
  startLoop(
    parts.clock,
    guarded(parts, 'forgetting what is over', () => forget(parts), 3_600_000),
  ),
]

const forget = async ({ db, clock }: Parts): Promise<void> => {
  await forgetOldDeliveries(db, clock.now())
  await forgetOldPosts(db, clock.now())
  await db.transaction().execute(async (tx) => {
    await forgetOldTellings(tx, clock.now())
    await forgetOldSamples(tx, clock.now())
  })
}

const guarded =
  (parts: Parts, doing: string, work: () => Promise<void>, everyMs: number) => async (): Promise<number> => {
    try {
      await work()
    } catch (error) {
      parts.log.error({ error: messageOf(error) }, doing)
    }
    return everyMs
  }

export const expire = async (parts: Parts): Promise<void> => {
  const now = parts.clock.now()
  const late = (await requestsIn(parts.db, ['pending'])).filter((request) => now >= request.expiresAt)
  for (const request of late) {
    await parts.db.transaction().execute(async (tx) => {
      const next = await apply(tx, request, { kind: 'expire', at: now })
      if (!next.ok) return
      await refreshCard(tx, next.value, now)
      await announce(parts, tx, [{ kind: 'request', request: next.value }], { at: now })
    })
    parts.wake.deliver()
  }
}
