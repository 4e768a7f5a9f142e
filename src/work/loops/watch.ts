/** Time passing: groups are read again (hosts: poll.ts), pending requests expire, leases end, old deliveries are forgotten. */
import { forgetOldDeliveries } from '../../store/inbox'
import { forgetOldPosts } from '../../store/outbox'
import { apply, requestsIn } from '../../store/requests'
import { forgetOldSamples } from '../../store/samples'
import { forgetOldTellings } from '../../store/tellings'
import { announce } from '../telling/announce'
import { tellOfAsides } from '../sweeps/aside'
import { refreshCard } from '../telling/card'
import { sendDigests } from '../sweeps/digest'
import { tendLeases } from '../sweeps/leases'
import { startLoop, type Duty, type Loop } from '../context/loop'
import type { Parts } from '../context/parts'
import { tendQueue } from '../sweeps/queue'
import { remind } from '../sweeps/remind'
import { startSampling } from './sample'
import { heedChats } from '../sweeps/silent-chats'
import { lapseApprovals, voidOldPlans } from '../changes/request/voided'

const EXPIRY_CHECK_MS = 1_000
const LEASE_CHECK_MS = 1_000
const QUEUE_CHECK_MS = 2_000
const DIGEST_CHECK_MS = 10_000
const ASIDE_CHECK_MS = 5_000
const CHATS_CHECK_MS = 5_000
const GROUPS_MS = 5 * 60_000
const FORGET_MS = 3_600_000

export const startWatching = (parts: Parts): Loop[] => {
  const every = (
    ms: number,
    doing: string,
    work: () => Promise<void>,
    waitsFor: Duty['waitsFor'] = 'nobody',
  ) =>
    startLoop(parts, { doing, waitsFor }, async () => {
      await work()
      return ms
    })
  return [
    every(EXPIRY_CHECK_MS, 'expiring requests', () => expire(parts)),
    every(EXPIRY_CHECK_MS, 'lapsing approvals', () => lapseApprovals(parts)),
    every(FORGET_MS, 'looking for plans of earlier versions', () => voidOldPlans(parts)),
    every(LEASE_CHECK_MS, 'tending leases', () => tendLeases(parts), 'others'),
    every(EXPIRY_CHECK_MS, 'reminding of requests', () => remind(parts)),
    every(QUEUE_CHECK_MS, 'tending the queue', () => tendQueue(parts), 'others'),
    every(ASIDE_CHECK_MS, 'telling of what cannot be read', () => tellOfAsides(parts)),
    every(CHATS_CHECK_MS, 'looking whether chats take posts', () => heedChats(parts)),
    every(DIGEST_CHECK_MS, 'sending digests', () => sendDigests(parts)),
    every(GROUPS_MS, 'reading the groups of the policy', () => parts.policy.refresh(), 'others'),
    ...(parts.health ? [startSampling(parts, parts.health)] : []),
    every(FORGET_MS, 'forgetting what is over', () => forget(parts)),
  ]
}

/** @public The bench measures it too. */
export const forget = async ({ db, clock }: Parts): Promise<void> => {
  await forgetOldDeliveries(db, clock.now())
  await forgetOldPosts(db, clock.now())
  await db.transaction().execute(async (tx) => {
    await forgetOldTellings(tx, clock.now())
    await forgetOldSamples(tx, clock.now())
  })
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
