/** How far a lease may be extended: by the caps of the policy, and by the rules on which it was lent. */
import { narrowed, type LeaseCaps } from '../../core/lease/caps'
import type { Lease } from '../../core/lease/lease'
import type { Policy } from '../../core/policy/policy'
import type { Authority } from '../../core/approval'
import { authorityOf, type Request } from '../../core/request'
import type { Db, Tx } from '../../store/database'
import { findRequest } from '../../store/requests'

/** Of the rules as they are now: one that is gone bounds nothing any more. */
export const capsOf = async (db: Db | Tx, policy: Policy, lease: Lease): Promise<LeaseCaps> => {
  const lender = await findRequest(db, lease.id)
  const names = lender ? rulesBehind(lender) : []
  return narrowed(
    policy.leases.caps,
    policy.rules.filter(({ name }) => names.includes(name)).map(({ longest }) => longest),
  )
}

const rulesBehind = (request: Request): string[] => [
  ...request.needs.map(({ rule }) => rule),
  ...automaticRules(authorityOf(request)),
]

const automaticRules = (authority: Authority | null): string[] =>
  authority?.kind === 'automatic' ? authority.rules : []
