/** What becomes of leases when a request has succeeded, in the commit in which it does. */
import type { Said } from '../../../core/policy/approval'
import { leaseGoesOnNotice, leaseNewsNotice } from '../../../core/cards/lease'
import { Fault } from '../../../core/errors'
import { earliest } from '../../../core/lease/caps'
import type { HostFacts } from '../../../core/inventory/inventory'
import type { LeaseEvent } from '../../../core/lease/event'
import { continuedLease, newLease, type Lease } from '../../../core/lease/lease'
import type { Policy } from '../../../core/policy/policy'
import { authorityOf, type Request } from '../../../core/request/request'
import type { Tx } from '../../../store/database'
import { changeLease, findLease, insertLease } from '../../../store/leases'
import { findRequest } from '../../../store/requests'
import { refreshCard } from '../../telling/card'
import type { Context } from '../../context/context'
import { approvedUntil, boundOf } from '../../snapshot/caps'
import { leaseDraft, leasesTaken } from '../../snapshot/drafts'
import { wantedEnd } from './heir'
import { lends } from './terms'
import { isHolder, tellHolder } from '../../telling/holders'

/** What was taken has ended, and what was given is lent. The host is as planned: nothing here can be refused any more. */
export const lend = async (
  tx: Tx,
  context: Context,
  { request, facts, at }: { readonly request: Request; readonly facts: HostFacts; readonly at: number },
): Promise<void> => {
  const { plan } = request
  const taken = await leasesTaken(tx, plan)
  for (const lease of taken) {
    const ended = await endLease(tx, lease, { request, at })
    if (request.ends?.why !== 'done' && !isOwnDoing(context, lease, request) && !goesOn(lease, request))
      await tellHolder(tx, ended, leaseNewsNotice(ended, `it has ended (${request.id})`, deedOf(request)), {
        at,
      })
  }
  if (!lends(plan)) return
  const policy = context.policy.inForce()
  const draft = leaseDraft(policy, request, { facts, at, end: await wantedEnd(tx, request) })
  const before = await continuedBy(tx, context, request, taken)
  const begun = before ? continuedLease(before, draft) : newLease(draft)
  const lease = { ...begun, approvedUntil: await boundFor(tx, policy, request, { begun, before }) }
  await insertLease(tx, lease, plan)
  if (before && request.holder)
    await tellHolder(tx, lease, leaseGoesOnNotice(lease, before, deedOf(request)), { at })
}

/** What goes on stays as far approved as it was, at most, unless people have approved another end. */
const boundFor = async (
  tx: Tx,
  policy: Policy,
  request: Request,
  { begun, before }: { readonly begun: Lease; readonly before: Lease | null },
): Promise<number | null> =>
  earliest([
    approvedUntil(policy, request, begun),
    before && (request.lease === undefined || !isByPeople(request))
      ? await boundOf(tx, policy, before)
      : null,
  ])

const isByPeople = (request: Request): boolean => authorityOf(request)?.kind === 'quorum'

const goesOn = ({ id }: Lease, { holder, continues }: Request): boolean =>
  holder !== undefined && continues === id

/** The lease that goes on in the new one. A move that was asked for by an earlier version does not say which. */
const continuedBy = async (
  tx: Tx,
  { policy }: Context,
  { plan, asked, continues }: Request,
  [first]: readonly Lease[],
): Promise<Lease | null> => {
  if (continues !== undefined) return findLease(tx, continues)
  return plan.action === 'move' && first && isHolder(policy.inForce(), first, asked.by) ? first : null
}

const endLease = async (
  tx: Tx,
  lease: Lease,
  { request, at }: { readonly request: Request; readonly at: number },
): Promise<Lease> => {
  const events = endingOf(lease, request, at)
  let now = lease
  for (const event of events) {
    const next = await changeLease(tx, now, event)
    if (!next.ok) throw new Fault('internal', `ending lease ${lease.id}: it cannot ${event.kind}`)
    now = next.value
  }
  await refreshLender(tx, now, at)
  return now
}

/** What the end of a lease began, nobody did; its holder is told all the same. */
const deedOf = ({ ends, asked }: Request): Said | null => (ends ? null : asked)

const isOwnDoing = ({ policy }: Context, lease: Lease, { ends, asked }: Request): boolean =>
  ends === undefined && isHolder(policy.inForce(), lease, asked.by)

const endingOf = (lease: Lease, { id, plan, asked: { by } }: Request, at: number): LeaseEvent[] => {
  switch (plan.action) {
    case 'move':
      return [{ kind: 'move', by, at }]
    case 'release':
      if (lease.state === 'releasing' && lease.request === id) return [{ kind: 'finish-release', at }]
      return lease.state === 'releasing'
        ? [{ kind: 'lose', at, found: `released by ${id}` }]
        : [
            { kind: 'begin-release', by, at, request: id },
            { kind: 'finish-release', at },
          ]
    case 'assign':
    case 'partition':
    case 'resize':
    case 'extend':
      return [{ kind: 'lose', at, found: `given to another VM by ${id}` }]
  }
}

/** The card of the request that made the lease shows it as it is now. */
export const refreshLender = async (tx: Tx, lease: Lease, at: number): Promise<void> => {
  const request = await findRequest(tx, lease.id)
  if (request) await refreshCard(tx, request, at)
}
