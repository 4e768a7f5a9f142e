/** How far a lease may be extended on what was approved: by an approver's `for`, and by the rules on which it was lent. */
import type { Authority } from '../../core/policy/approval'
import { earliest } from '../../core/lease/caps'
import type { Lease } from '../../core/lease/lease'
import { endOf } from '../../core/time/until'
import type { Policy } from '../../core/policy/policy'
import { authorityOf, type Request } from '../../core/request/request'
import type { Db, Tx } from '../../store/database'
import { findRequest } from '../../store/requests'

type Start = Pick<Lease, 'startedAt' | 'capsFrom'>

/** Of the lease that the request makes. What becomes of the rules afterwards, changes nothing. */
export const approvedUntil = (
  policy: Policy,
  request: Request,
  { startedAt, capsFrom }: Start,
): number | null => {
  const longestMs = request.longestMs === undefined ? longestNow(policy, request) : request.longestMs
  return earliest([
    longestMs === null ? null : capsFrom + longestMs,
    isShortened(request) && request.lease ? endOf(request.lease, startedAt) : null,
  ])
}

/** Leases from before it was kept are bounded by the rules as they are now, as they always were, and by an approver's `for`. */
export const boundOf = async (db: Db | Tx, policy: Policy, lease: Lease): Promise<number | null> => {
  if (lease.approvedUntil !== undefined) return lease.approvedUntil
  const lender = await findRequest(db, lease.id)
  return lender && approvedUntil(policy, lender, lease)
}

/** Requests from before it was said show it where they asked for another length, or for none. */
const isShortened = ({ shortened, command, lease }: Request): boolean => {
  if (shortened !== undefined || lease?.kind !== 'for') return shortened === true
  return (command?.kind === 'assign' || command?.kind === 'move') && command.forMs !== lease.ms
}

/** The shortest `longest` of these rules; null where none has one. */
export const longestOf = (policy: Policy, names: readonly string[]): number | null =>
  earliest(policy.rules.filter(({ name }) => names.includes(name)).map(({ longest }) => longest))

const longestNow = (policy: Policy, request: Request): number | null =>
  longestOf(policy, [...request.needs.map(({ rule }) => rule), ...automaticRules(authorityOf(request))])

const automaticRules = (authority: Authority | null): string[] =>
  authority?.kind === 'automatic' ? authority.rules : []
