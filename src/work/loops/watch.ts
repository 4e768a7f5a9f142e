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
import { sweepLeases } from '../sweeps/leases'
import { startLoop, type Duty, type Loop } from '../context/loop'
import type { Context } from '../context/context'
import { sweepQueue } from '../sweeps/queue'
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

export const startWatching = (context: Context): Loop[] => {
  const every = (
    ms: number,
    doing: string,
    work: () => Promise<void>,
    waitsFor: Duty['waitsFor'] = 'nobody',
  ) =>
    startLoop(context, { doing, waitsFor }, async () => {
      await work()
      return ms
    })
  return [
    every(EXPIRY_CHECK_MS, 'expiring requests', () => expire(context)),
    every(EXPIRY_CHECK_MS, 'lapsing approvals', () => lapseApprovals(context)),
    every(FORGET_MS, 'looking for plans of earlier versions', () => voidOldPlans(context)),
    every(LEASE_CHECK_MS, 'sweeping leases', () => sweepLeases(context), 'others'),
    every(EXPIRY_CHECK_MS, 'reminding of requests', () => remind(context)),
    every(QUEUE_CHECK_MS, 'sweeping the queue', () => sweepQueue(context), 'others'),
    every(ASIDE_CHECK_MS, 'telling of what cannot be read', () => tellOfAsides(context)),
    every(CHATS_CHECK_MS, 'looking whether chats take posts', () => heedChats(context)),
    every(DIGEST_CHECK_MS, 'sending digests', () => sendDigests(context)),
    every(GROUPS_MS, 'reading the groups of the policy', () => context.policy.refresh(), 'others'),
    ...(context.health ? [startSampling(context, context.health)] : []),
    every(FORGET_MS, 'forgetting what is over', () => forget(context)),
  ]
}

/** @public The bench measures it too. */
export const forget = async ({ db, clock }: Context): Promise<void> => {
  await forgetOldDeliveries(db, clock.now())
  await forgetOldPosts(db, clock.now())
  await db.transaction().execute(async (tx) => {
    await forgetOldTellings(tx, clock.now())
    await forgetOldSamples(tx, clock.now())
  })
}

export const expire = async (context: Context): Promise<void> => {
  const now = context.clock.now()
  const late = (await requestsIn(context.db, ['pending'])).filter((request) => now >= request.expiresAt)
  for (const request of late) {
    await context.db.transaction().execute(async (tx) => {
      const next = await apply(tx, request, { kind: 'expire', at: now })
      if (!next.ok) return
      await refreshCard(tx, next.value, now)
      await announce(context, tx, [{ kind: 'request', request: next.value }], { at: now })
    })
    context.wake.deliver()
  }
}
