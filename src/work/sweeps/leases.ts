/**
 * Leases as time passes: reminders, the end, the release after the grace, and releases that came to nothing. Each is
 * one transaction with the posts that it causes, on the lease as it was read: whoever extends it meanwhile wins, and
 * the lease is looked at afresh. A process that dies between two leaves the rest due.
 */
import { leaseNewsNotice, notGivenBackNotice, overNotice, reminderNotice } from '../../core/cards/lease'
import { messageOf } from '../../core/errors'
import { vmById } from '../../core/inventory/inventory'
import { automaticRelease, graceOf, type EndPolicy } from '../../core/lease/automatic'
import type { LeaseEvent } from '../../core/lease/event'
import { overdueOf, type Lease } from '../../core/lease/lease'
import { MARKS } from '../../core/lease/marks'
import { dueNow, type Moment } from '../../core/lease/moments'
import type { Request, RequestState } from '../../core/request/request'
import { hostViews } from '../../store/fleet'
import { changeLease, dueLeases, leasesBeingReleased } from '../../store/leases'
import { findRequest, VersionMoved } from '../../store/requests'
import type { Parts } from '../context/parts'
import { dropVainExtensions } from '../changes/lease/extension'
import { isThere } from '../changes/lease/found'
import { prepareReturn, raiseReturn } from '../changes/lease/give-back'
import { refreshLender } from '../changes/lease/lend'
import { areTold, giveNotice, GUEST_SHUTDOWN, haveHadTime, othersIn } from '../changes/lease/others'
import { lookAgain, tellOverdue, waitLonger } from './overdue'
import { tellHolder, tellWatchers } from '../telling/holders'
import { tellingOf } from '../telling/lease-card'

/** Those who watch are told once that it ends; the holder more often. */
const WATCHERS_MARK = MARKS[1]

/** Does all that is due. One lease that cannot be tended does not keep the others waiting. */
export const tendLeases = async (parts: Parts): Promise<void> => {
  const now = parts.clock.now()
  for (const lease of await dueLeases(parts.db, now)) {
    const moment = dueNow(lease, now)
    if (moment) await alone(parts, lease, () => tend(parts, lease, moment))
  }
  for (const lease of await leasesBeingReleased(parts.db))
    await alone(parts, lease, () => followRelease(parts, lease))
  await dropVainExtensions(parts)
}

const alone = async (parts: Parts, lease: Lease, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof VersionMoved))
      parts.log.error({ lease: lease.id, error: messageOf(error) }, 'tending a lease')
  }
}

const tend = async (parts: Parts, lease: Lease, moment: Moment): Promise<void> => {
  if (moment.kind === 'release') return releaseByItself(parts, lease)
  const policy = parts.policy.inForce()
  const at = parts.clock.now()
  const telling = await tellingOf(parts.db, parts, lease, at)
  const event: LeaseEvent =
    moment.kind === 'remind'
      ? { kind: 'remind', at, mark: moment.mark }
      : { kind: 'end', at, graceMs: graceOf(policy.leases.end) }
  await parts.db.transaction().execute(async (tx) => {
    const next = await changeLease(tx, lease, event)
    if (!next.ok) return
    const { value } = next
    if (moment.kind === 'remind' && value.state === 'held') {
      await tellHolder(tx, value, reminderNotice(value, moment.mark, telling), { at })
      if (moment.mark === WATCHERS_MARK) await tellWatchers(tx, parts, value, 'ending')
    }
    if (value.state === 'grace') {
      await tellHolder(tx, value, overNotice(value, telling), { at })
      await tellWatchers(tx, parts, value, 'over')
      await refreshLender(tx, value, at)
    }
  })
  parts.log.info({ lease: lease.id, event: event.kind }, 'lease tended')
  parts.wake.deliver()
}

/** What its holder gave back is taken from the VM whatever the policy says of an end. */
const BY_ITS_HOLDER: EndPolicy = { kind: 'shutdown', graceMs: 0 }

/** On the authority of the request that made the lease, with no more consent than the policy gives. */
const releaseByItself = async (parts: Parts, lease: Lease): Promise<void> => {
  const later = (why: string): Promise<void> => waitLonger(parts, lease, why)
  const lender = await findRequest(parts.db, lease.id)
  const [view] = lender ? await hostViews(parts.db, [lender.plan.host]) : []
  // Who paused the host knows that nothing begins there.
  if (view?.paused) return lookAgain(parts, lease)
  const vm = view?.facts && vmById(view.facts, lease.vm.id)
  if (!lender || !vm) return later('its VM is not known')
  const givenBack = lease.state === 'grace' ? lease.givenBack : undefined
  const allowed = automaticRelease(givenBack ? BY_ITS_HOLDER : parts.policy.inForce().leases.end, vm)
  if (allowed.kind === 'wait') return later(allowed.why)
  const others = vm.state === 'Running' ? await othersIn(parts, lease) : []
  if (others.length > 0 && !areTold(parts, lease, others)) return giveNotice(parts, lease, others)
  if (others.length > 0 && !(await haveHadTime(parts, lease))) return lookAgain(parts, lease)
  const consents = others.length > 0 ? GUEST_SHUTDOWN : allowed.consents
  const prepared = await prepareReturn(parts, { lease, lender, consents })
  if (!prepared.ok) return later(prepared.refusals.map(({ reason }) => reason).join('; '))
  const raised = await parts.db.transaction().execute((tx) =>
    raiseReturn(tx, parts, prepared.value, {
      lease,
      lender,
      why: 'expired',
      reason: givenBack?.reason,
      after: lease.setback?.request,
    }),
  )
  if (!raised.ok) return later(raised.refusals.map(({ reason }) => reason).join('; '))
  parts.wake.run()
  parts.wake.deliver()
}

const FAILED: readonly RequestState[] = ['rolled-back', 'void', 'denied', 'cancelled', 'expired', 'resolved']

/** A release that came to nothing leads back to where the lease was; success has ended the lease in its own commit. */
const followRelease = async (parts: Parts, lease: Lease): Promise<void> => {
  if (lease.state !== 'releasing') return
  const request = await findRequest(parts.db, lease.request)
  if (!request || !FAILED.includes(request.state)) return
  const [view] = await hostViews(parts.db, [request.plan.host])
  const at = parts.clock.now()
  const gone = view?.facts && !isThere(view.facts, lease)
  const why = whyOf(request)
  await parts.db.transaction().execute(async (tx) => {
    const next = await changeLease(
      tx,
      lease,
      gone ? { kind: 'lose', at, found: `after ${request.id}` } : { kind: 'fail-release', at, why },
    )
    if (!next.ok) return
    await refreshLender(tx, next.value, at)
    if (overdueOf(lease.back) !== null) return
    const telling = await tellingOf(tx, parts, lease, at)
    const notice = gone
      ? leaseNewsNotice(next.value, `it was found gone after ${request.id}`)
      : notGivenBackNotice(next.value, `it could not be given back by ${request.id}: ${why}`, telling)
    await tellHolder(tx, next.value, notice, { at })
    if (overdueOf(next.value) !== null) await tellOverdue(tx, parts, next.value, { beside: request.id, at })
  })
  parts.wake.deliver()
}

/** It ends a sentence that goes on to end itself. */
const withoutStop = (text: string): string => text.replace(/\.$/, '')

const whyOf = (request: Request): string => {
  if (request.state === 'rolled-back') return withoutStop(request.why)
  return request.state === 'void'
    ? withoutStop(request.changes.join(' '))
    : `${request.id} was ${request.state}`
}
