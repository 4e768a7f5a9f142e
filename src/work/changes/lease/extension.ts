/**
 * A request for more time on a lease. It is judged as lending that GPU for the whole time would be, from the start of
 * the lease to the end that is asked for, so that nobody gets by steps what a rule does not lend at once. Nothing on a
 * host is touched: once approved it is carried out in one transaction.
 */
import { doneNotice } from '../../../core/answers/done'
import { refusalNotice } from '../../../core/answers/refusal'
import { extendedNotice } from '../../../core/cards/lease'
import { Fault, refusal, type Refusal } from '../../../core/errors'
import type { HostFacts } from '../../../core/inventory/inventory'
import { isOpenLease, type Lease } from '../../../core/lease/lease'
import type { Notice } from '../../../core/notice/notice'
import { isExtension, planExtension } from '../../../core/plan/extension'
import type { Plan } from '../../../core/plan/plan'
import { lapseReasons } from '../../../core/request/permission'
import { isUnsupported, wishOf, type Basis } from '../../../core/policy/judge'
import { personOf, rolesOf } from '../../../core/policy/policy'
import { holderOf, type Request, type RequestEvent, type RequestIn } from '../../../core/request/request'
import type { Tx } from '../../../store/database'
import { hostViews } from '../../../store/fleet'
import { changeLease, findLease } from '../../../store/leases'
import { apply, findRequest, requestsIn } from '../../../store/requests'
import { announce } from '../../telling/announce'
import { refreshCard } from '../../telling/card'
import type { Caller } from '../../context/effect'
import type { Context } from '../../context/context'
import { raise } from '../request/raise'
import { judgedAnew } from '../request/rejudge'
import { settleVoid } from '../request/voided'
import { boundOf } from '../../snapshot/caps'
import { refreshLender } from './lend'
import { refuseAnyhow } from './limits'
import { tellCalledOff } from './others'
import { noLease } from './refusals'
import { isHolder, tellHolder } from '../../telling/holders'

interface Wanted {
  readonly lease: Lease
  readonly to: number
  readonly byMs: number
  /** Why it is not done at once. */
  readonly why: string
  readonly caller: Caller
}

/** Raises the request, where approvers see the one by which it was lent. */
export const askToExtend = async (tx: Tx, context: Context, wanted: Wanted): Promise<Notice> => {
  const { lease, to, byMs, why, caller } = wanted
  const policy = context.policy.inForce()
  const lender = await findRequest(tx, lease.id)
  if (!lender) return refusalNotice([noLease(lease.id)])
  const busy = (await openExtensions(tx)).find((each) => each.extends?.lease === lease.id)
  if (busy) return refusalNotice([underWay(lease, busy.id)])
  const facts = await factsOf(tx, context, lender.plan.host)
  if (!facts) return refusalNotice([notRead(lender.plan.host)])
  const plan = planExtension({ ...lender.plan, to: lease.vm }, facts)
  const person = personOf(policy, caller.account)
  const own = isHolder(policy, lease, caller.account)
  const on = { roles: rolesOf(policy, person), ...basisOf(plan, facts, { own, lease, to }) }
  const raised = await raise(tx, context, {
    plan,
    command: { kind: 'extend', requestId: lease.id, byMs },
    asked: { by: caller.account, person: person ?? caller.account, name: caller.name.slice(0, 200) },
    channel: lender.channel,
    back: caller.back,
    privately: caller.privately,
    lends: own ? {} : { holder: { ...holderOf(lender), account: lease.holder } },
    interrupts: [],
    extends: { lease: lease.id, from: lease.endsAt ?? to, to },
    grounds: { kind: 'judged', on, breakGlass: false },
  })
  if (!raised.ok) return refusalNotice([beyond(lease, why), ...raised.refusals])
  return doneNotice(`${raised.value.id} asks for it, since ${why}.`)
}

const underWay = ({ id }: Lease, request: string): Refusal =>
  refusal('busy', `${request} asks for more time on ${id} already`, `See \`show ${request}\`.`)

const notRead = (host: string): Refusal =>
  refusal('unreachable', `${host} has not been read yet`, 'Try again once it has been.')

const beyond = ({ id }: Lease, why: string): Refusal =>
  refusal('not-allowed', `more time on ${id} must be asked for, since ${why}`, 'The policy says who may.')

const factsOf = async (tx: Tx, context: Context, host: string) => {
  const views = await hostViews(tx, [...context.hosts.keys()])
  return views.find(({ name }) => name === host)?.facts ?? null
}

const basisOf = (
  plan: Plan,
  facts: HostFacts,
  { own, lease, to }: { readonly own: boolean; readonly lease: Lease; readonly to: number },
): Basis => ({
  own,
  lentMs: to - lease.capsFrom,
  unsupportedPartitioning: isUnsupported(plan, facts),
})

const openExtensions = async (tx: Parameters<typeof requestsIn>[0]): Promise<Request[]> =>
  (await requestsIn(tx, ['pending', 'approved'])).filter(({ plan }) => isExtension(plan))

/** The lease has another end now: what was asked for on top of the old one is not what anybody would approve. */
export const voidOlder = async (tx: Tx, context: Context, lease: Lease, at: number): Promise<void> => {
  for (const each of await openExtensions(tx))
    if (each.extends?.lease === lease.id)
      await applied(tx, context, each, {
        kind: 'void',
        at,
        changes: [`Lease ${lease.id} was extended meanwhile.`],
      })
}

/** Carries out an approved one. Whether it did anything: it waits while the policy does not know whom it names. */
export const extendAsApproved = async (context: Context, { id }: Request): Promise<boolean> => {
  if (context.policy.incomplete() !== null) return false
  await context.db.transaction().execute(async (tx) => {
    const request = await findRequest(tx, id)
    if (request?.state !== 'approved' || !request.extends) return
    const lease = await findLease(tx, request.extends.lease)
    const at = context.clock.now()
    const against = await changesIn(tx, context, request, { lease, at })
    if (against.length > 0 || lease === null)
      await applied(tx, context, request, { kind: 'void', at, changes: against })
    else await carryOut(tx, context, { request, lease, to: request.extends.to, at })
  })
  context.wake.deliver()
  return true
}

const carryOut = async (
  tx: Tx,
  context: Context,
  { request, lease, to, at }: { request: RequestIn<'approved'>; lease: Lease; to: number; at: number },
): Promise<void> => {
  const policy = context.policy.inForce()
  const bound = await boundOf(tx, policy, lease)
  const next = await changeLease(tx, lease, {
    kind: 'extend',
    by: request.asked.by,
    at,
    to,
    caps: policy.leases.caps,
    approvedUntil: bound === null ? null : Math.max(bound, to),
  })
  if (!next.ok)
    throw new Fault(
      'internal',
      `extending lease ${lease.id}: ${next.refusals.map(({ reason }) => reason).join('; ')}`,
    )
  const running = await applied(tx, context, request, { kind: 'claim', at, fence: 0 })
  const verification = { kind: 'not-checked', why: 'nothing was changed in the guest' } as const
  await applied(tx, context, running, { kind: 'succeed', at, verification })
  await refreshLender(tx, next.value, at)
  await tellCalledOff(tx, context, lease, at)
  await tellHolder(tx, next.value, extendedNotice(next.value), { at })
  context.log.info({ lease: lease.id, request: request.id, to }, 'lease extended')
}

const applied = async (tx: Tx, context: Context, request: Request, event: RequestEvent): Promise<Request> => {
  const next = await apply(tx, request, event)
  if (!next.ok) throw new Fault('internal', `extending by ${request.id}: it cannot ${event.kind}`)
  if (next.value.state === 'void') await settleVoid(context, tx, next.value, event.at)
  if (next.value.state === 'succeeded') {
    await refreshCard(tx, next.value, event.at)
    await announce(context, tx, [{ kind: 'request', request: next.value }], { at: event.at })
  }
  return next.value
}

/** What it rests on, as it is now: one sentence for each reason against it. */
const changesIn = async (
  tx: Tx,
  context: Context,
  request: RequestIn<'approved'>,
  { lease, at }: { readonly lease: Lease | null; readonly at: number },
): Promise<string[]> => {
  const policy = context.policy.inForce()
  const wanted = request.extends
  if (!wanted || lease === null || !isOpenLease(lease)) return ['The lease has ended meanwhile.']
  if (lease.endsAt !== wanted.from) return ['The lease has another end meanwhile.']
  const facts = await factsOf(tx, context, request.plan.host)
  const own = isHolder(policy, lease, request.asked.by)
  const { to } = wanted
  const base = Math.max(wanted.from, at)
  const anyhow = await refuseAnyhow(tx, policy, lease, { at, to, byMs: to - base })
  return [
    ...anyhow.map(({ reason }) => `Not allowed any more: ${reason}.`),
    ...(await judgedAnew(tx, policy, request)),
    ...(facts
      ? lapseReasons(policy, request, wishOf(request.plan, basisOf(request.plan, facts, { own, lease, to })))
      : []),
  ]
}

/** What asks for more time on a lease that has ended is void. */
export const dropVainExtensions = async (context: Context): Promise<void> => {
  for (const { id } of await openExtensions(context.db))
    await context.db.transaction().execute(async (tx) => {
      const request = await findRequest(tx, id)
      const lease = request?.extends && (await findLease(tx, request.extends.lease))
      if (!request || (lease && isOpenLease(lease))) return
      if (request.state !== 'pending' && request.state !== 'approved') return
      const changes = ['The lease has ended meanwhile.']
      await applied(tx, context, request, { kind: 'void', at: context.clock.now(), changes })
      context.wake.deliver()
    })
}
