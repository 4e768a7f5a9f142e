/**
 * Leases as time passes: reminders, the end, the release after the grace, and releases that came to nothing. Each is
 * one transaction with the posts that it causes, on the lease as it was read: whoever extends it meanwhile wins, and
 * the lease is looked at afresh. A process that dies between two leaves the rest due.
 */
import { leaseNewsNotice, notGivenBackNotice, overNotice, leaseReminderNotice } from '../../core/cards/lease'
import { messageOf } from '../../core/errors'
import { vmById } from '../../core/inventory/inventory'
import { automaticRelease, graceOf, type EndPolicy } from '../../core/lease/automatic'
import type { LeaseEvent } from '../../core/lease/event'
import { overdueOf, type Lease } from '../../core/lease/lease'
import { MARKS } from '../../core/lease/marks'
import { dueNow, type LeaseMoment } from '../../core/lease/moments'
import type { Request, RequestState } from '../../core/request/request'
import { hostViews } from '../../store/fleet'
import { changeLease, dueLeases, leasesBeingReleased } from '../../store/leases'
import { findRequest, VersionMoved } from '../../store/requests'
import type { Context } from '../context/context'
import { dropVainExtensions } from '../changes/lease/extension'
import { isStillLent } from '../changes/lease/found'
import { prepareReturn, raiseReturn } from '../changes/lease/give-back'
import { refreshLender } from '../changes/lease/lend'
import { areTold, giveNotice, GUEST_SHUTDOWN, haveHadTime, othersIn } from '../changes/lease/others'
import { lookAgain, tellOverdue, waitLonger } from './overdue'
import { tellHolder, tellWatchers } from '../telling/holders'
import { tellingOf } from '../telling/lease-card'

/** Those who watch are told once that it ends; the holder more often. */
const WATCHERS_MARK = MARKS[1]

/** Does all that is due. One lease that fails does not keep the others waiting. */
export const sweepLeases = async (context: Context): Promise<void> => {
  const now = context.clock.now()
  for (const lease of await dueLeases(context.db, now)) {
    const moment = dueNow(lease, now)
    if (moment) await alone(context, lease, () => tend(context, lease, moment))
  }
  for (const lease of await leasesBeingReleased(context.db))
    await alone(context, lease, () => followRelease(context, lease))
  await dropVainExtensions(context)
}

const alone = async (context: Context, lease: Lease, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof VersionMoved))
      context.log.error({ lease: lease.id, error: messageOf(error) }, 'sweeping a lease')
  }
}

const tend = async (context: Context, lease: Lease, moment: LeaseMoment): Promise<void> => {
  if (moment.kind === 'release') return releaseByItself(context, lease)
  const policy = context.policy.inForce()
  const at = context.clock.now()
  const telling = await tellingOf(context.db, context, lease, at)
  const event: LeaseEvent =
    moment.kind === 'remind'
      ? { kind: 'remind', at, mark: moment.mark }
      : { kind: 'end', at, graceMs: graceOf(policy.leases.end) }
  await context.db.transaction().execute(async (tx) => {
    const next = await changeLease(tx, lease, event)
    if (!next.ok) return
    const { value } = next
    if (moment.kind === 'remind' && value.state === 'held') {
      await tellHolder(tx, value, leaseReminderNotice(value, moment.mark, telling), { at })
      if (moment.mark === WATCHERS_MARK) await tellWatchers(tx, context, value, 'ending')
    }
    if (value.state === 'grace') {
      await tellHolder(tx, value, overNotice(value, telling), { at })
      await tellWatchers(tx, context, value, 'over')
      await refreshLender(tx, value, at)
    }
  })
  context.log.info({ lease: lease.id, event: event.kind }, 'lease swept')
  context.wake.deliver()
}

/** What its holder gave back is taken from the VM whatever the policy says of an end. */
const BY_ITS_HOLDER: EndPolicy = { kind: 'shutdown', graceMs: 0 }

/** On the authority of the request that made the lease, with no more consent than the policy gives. */
const releaseByItself = async (context: Context, lease: Lease): Promise<void> => {
  const later = (why: string): Promise<void> => waitLonger(context, lease, why)
  const lender = await findRequest(context.db, lease.id)
  const [view] = lender ? await hostViews(context.db, [lender.plan.host]) : []
  // Who paused the host knows that nothing begins there.
  if (view?.paused) return lookAgain(context, lease)
  const vm = view?.facts && vmById(view.facts, lease.vm.id)
  if (!lender || !vm) return later('its VM is not known')
  const givenBack = lease.state === 'grace' ? lease.givenBack : undefined
  const allowed = automaticRelease(givenBack ? BY_ITS_HOLDER : context.policy.inForce().leases.end, vm)
  if (allowed.kind === 'wait') return later(allowed.why)
  const others = vm.state === 'Running' ? await othersIn(context, lease) : []
  if (others.length > 0 && !areTold(context, lease, others)) return giveNotice(context, lease, others)
  if (others.length > 0 && !(await haveHadTime(context, lease))) return lookAgain(context, lease)
  const consents = others.length > 0 ? GUEST_SHUTDOWN : allowed.consents
  const prepared = await prepareReturn(context, { lease, lender, consents })
  if (!prepared.ok) return later(prepared.refusals.map(({ reason }) => reason).join('; '))
  const raised = await context.db.transaction().execute((tx) =>
    raiseReturn(tx, context, prepared.value, {
      lease,
      lender,
      why: 'expired',
      reason: givenBack?.reason,
      after: lease.setback?.request,
    }),
  )
  if (!raised.ok) return later(raised.refusals.map(({ reason }) => reason).join('; '))
  context.wake.run()
  context.wake.deliver()
}

const FAILED: readonly RequestState[] = ['rolled-back', 'void', 'denied', 'cancelled', 'expired', 'resolved']

/** A release that came to nothing leads back to where the lease was; success has ended the lease in its own commit. */
const followRelease = async (context: Context, lease: Lease): Promise<void> => {
  if (lease.state !== 'releasing') return
  const request = await findRequest(context.db, lease.request)
  if (!request || !FAILED.includes(request.state)) return
  const [view] = await hostViews(context.db, [request.plan.host])
  const at = context.clock.now()
  const gone = view?.facts && !isStillLent(view.facts, lease)
  const why = whyOf(request)
  await context.db.transaction().execute(async (tx) => {
    const next = await changeLease(
      tx,
      lease,
      gone ? { kind: 'lose', at, found: `after ${request.id}` } : { kind: 'fail-release', at, why },
    )
    if (!next.ok) return
    await refreshLender(tx, next.value, at)
    if (overdueOf(lease.back) !== null) return
    const telling = await tellingOf(tx, context, lease, at)
    const notice = gone
      ? leaseNewsNotice(next.value, `it was found gone after ${request.id}`)
      : notGivenBackNotice(next.value, `it could not be given back by ${request.id}: ${why}`, telling)
    await tellHolder(tx, next.value, notice, { at })
    if (overdueOf(next.value) !== null) await tellOverdue(tx, context, next.value, { beside: request.id, at })
  })
  context.wake.deliver()
}

/** It ends a sentence that goes on to end itself. */
const withoutStop = (text: string): string => text.replace(/\.$/, '')

const whyOf = (request: Request): string => {
  if (request.state === 'rolled-back') return withoutStop(request.why)
  return request.state === 'void'
    ? withoutStop(request.changes.join(' '))
    : `${request.id} was ${request.state}`
}
