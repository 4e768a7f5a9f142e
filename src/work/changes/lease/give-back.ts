/** Giving back what a lease lent: by its holder, or by the bot when its time is over. Plan, journal and undo as always. */
import { refusalNotice } from '../../../core/answers/refusal'
import { refusal, refused, type Outcome, type Refusal } from '../../../core/errors'
import type { LeaseEvent } from '../../../core/lease/event'
import { isOpenLease, notYours, type Lease } from '../../../core/lease/lease'
import type { Change, Consents } from '../../../core/change/change'
import { stopsVm } from '../../../core/plan/plan'
import { personOf } from '../../../core/policy/policy'
import { holderOf, type Request } from '../../../core/request/request'
import type { Tx } from '../../../store/database'
import { hostViews } from '../../../store/fleet'
import { changeLease, findLease } from '../../../store/leases'
import { findRequest } from '../../../store/requests'
import { say, type Caller, type Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { prepare, type Prepared } from '../../planning/planning'
import { raise } from '../request/raise'
import { isStillLent } from './found'
import { refreshLender } from './lend'
import { areTold, giveBackLater, othersIn } from './others'
import { noLease, refuseVersion } from './refusals'
import { isHolder } from '../../telling/holders'

export interface Returning {
  readonly leaseId: string
  readonly consents: Consents
  /** The version that the button showed; absent when typed. */
  readonly version?: number | undefined
  readonly reason?: string | undefined
}

/** `done`: the holder ends the lease now. */
export const done = async (context: Context, returning: Returning, caller: Caller): Promise<Effect> => {
  const lease = await findLease(context.db, returning.leaseId)
  const lender = lease && (await findRequest(context.db, lease.id))
  if (!lease || !lender) return say(refusalNotice([noLease(returning.leaseId)]))
  if (!isHolder(context.policy.inForce(), lease, caller.account)) return say(refusalNotice([notYours(lease)]))
  const stale = refuseVersion(lease, returning.version)
  if (stale) return say(refusalNotice([stale]))
  const prepared = await prepareReturn(context, { lease, lender, consents: returning.consents })
  if (!prepared.ok) return say(refusalNotice(prepared.refusals))
  const others = stopsVm(prepared.value.plan) ? await othersIn(context, lease) : []
  if (others.length > 0)
    return lease.state === 'grace' && lease.givenBack && areTold(context, lease, others)
      ? say(refusalNotice([givenBackAlready(lease)]))
      : giveBackLater(context, lease, { others, reason: returning.reason })
  return async (tx) => {
    const raised = await raiseReturn(tx, context, prepared.value, {
      lease,
      lender,
      why: 'done',
      reason: returning.reason,
    })
    return raised.ok ? null : refusalNotice(raised.refusals)
  }
}

const givenBackAlready = ({ id, gpu, vm }: Lease): Refusal =>
  refusal(
    'not-possible',
    `${id} is given back already; the others in ${vm.name} have been told`,
    `\`show ${gpu.alias}\` says when it is taken from the VM.`,
  )

interface Lent {
  readonly lease: Lease
  /** The request that made the lease. */
  readonly lender: Request
}

/** The plan of a release of what was lent, with these consents and no others. */
export const prepareReturn = async (
  context: Context,
  { lease, lender, consents }: Lent & { readonly consents: Consents },
): Promise<Outcome<Prepared>> => {
  const { host, mode } = lender.plan
  const [view] = await hostViews(context.db, [host])
  const target = { host, gpus: [lease.gpu.locationPath], consents, action: 'release' } as const
  const change: Change = mode === 'partition' ? { ...target, mode, vm: lease.vm.id } : { ...target, mode }
  if (!isOpenLease(lease) || !view?.facts || !isStillLent(view.facts, lease)) return refused(isGone(lease))
  const prepared = await prepare(context, change)
  // Who has it since may be somebody else, from whom this takes nothing.
  return prepared.ok && !isStillLent(prepared.value.facts, lease) ? refused(isGone(lease)) : prepared
}

const isGone = ({ id, gpu }: Lease): Refusal =>
  refusal('not-possible', `what lease ${id} lent is not there any more`, `See \`show ${gpu.alias}\`.`)

type Ends = NonNullable<Request['ends']>

/** Raised on the authority of the lease's end. Refused by what is so at this very moment. */
export const raiseReturn = (
  tx: Tx,
  context: Context,
  prepared: Prepared,
  {
    lease,
    lender,
    why,
    after,
    reason,
  }: Lent & Pick<Ends, 'why' | 'after'> & { readonly reason?: string | undefined },
): Promise<Outcome<Request>> => {
  const by = lease.holder
  const { person: known, privately } = holderOf(lender)
  const person = personOf(context.policy.inForce(), by) ?? known
  return raise(tx, context, {
    ...prepared,
    asked: reason === undefined ? { by, person } : { by, person, reason },
    channel: lender.channel,
    back: privately ?? lender.channel,
    privately,
    lends: {},
    grounds: { kind: 'lease-end', ends: { lease: lease.id, why, ...(after === undefined ? {} : { after }) } },
    answers: {
      id: lease.id,
      tell: async (inTx, request) => {
        const at = context.clock.now()
        const next = await changeLease(inTx, lease, eventOf(why, { by, at, request }))
        if (!next.ok) return next.refusals
        await refreshLender(inTx, next.value, at)
        return []
      },
    },
  })
}

const eventOf = (
  why: Ends['why'],
  { by, at, request }: { readonly by: string; readonly at: number; readonly request: string },
): LeaseEvent =>
  why === 'done' ? { kind: 'done', by, at, request } : { kind: 'begin-release', by: null, at, request }
