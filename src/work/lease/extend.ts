/** `extend`: by its holder, or by an administrator, as far as caps and quotas go. */
import { refusalNotice } from '../../core/answers/refusal'
import { extendedNotice } from '../../core/cards/lease'
import { refusal, type Refusal } from '../../core/errors'
import { isOpen, type Lease } from '../../core/lease/lease'
import { mayHold } from '../../core/lease/quota'
import { may } from '../../core/policy/commands'
import { personOf, type Policy } from '../../core/policy/policy'
import type { Tx } from '../../store/database'
import { changeLease, findLease, leasesSince } from '../../store/leases'
import type { Caller, Consequence } from '../consequence'
import type { Parts } from '../parts'
import { capsOf } from './caps'
import { refreshLender } from './lend'
import { noLease, refuseVersion } from './refusals'
import { isHolder } from './tell'

export interface Extending {
  readonly leaseId: string
  readonly byMs: number
  /** The version that the button showed; absent when typed. */
  readonly version?: number | undefined
}

export const extend =
  (parts: Parts, { leaseId, byMs, version }: Extending, caller: Caller): Consequence =>
  async (tx) => {
    const lease = await findLease(tx, leaseId)
    if (!lease) return refusalNotice([noLease(leaseId)])
    const at = parts.clock.now()
    const policy = parts.policy.inForce()
    const refused = refuseVersion(lease, version) ?? refuseCaller(policy, lease, caller)
    if (refused) return refusalNotice([refused])
    const to = Math.max(lease.endsAt ?? at, at) + byMs
    const hours = await refuseHours(tx, policy, lease, { at, byMs })
    if (hours.length > 0) return refusalNotice(hours)
    const caps = await capsOf(tx, policy, lease)
    const next = await changeLease(tx, lease, { kind: 'extend', by: caller.account, at, to, caps })
    if (!next.ok) return refusalNotice(next.refusals)
    await refreshLender(tx, next.value, at)
    parts.log.info({ lease: lease.id, by: caller.account, to }, 'lease extended')
    return extendedNotice(next.value)
  }

const refuseCaller = (policy: Policy, lease: Lease, { account }: Caller): Refusal | null => {
  if (isOpen(lease) && lease.endsAt === null)
    return refusal(
      'not-possible',
      `lease ${lease.id} has no end that could be put off`,
      'Nothing is to be done.',
    )
  return isHolder(policy, lease, account) || may(policy, account, 'pause')
    ? null
    : refusal(
        'not-allowed',
        `lease ${lease.id} is not yours`,
        'Its holder, or an administrator, can extend it.',
      )
}

/** Only the hours count: the GPU itself is held already. */
const refuseHours = async (
  tx: Tx,
  policy: Policy,
  lease: Lease,
  { at, byMs }: { readonly at: number; readonly byMs: number },
): Promise<readonly Refusal[]> => {
  const { quota } = policy.leases
  const all = (await leasesSince(tx, at - quota.windowMs)).map((each) => ({
    ...each,
    holder: personOf(policy, each.holder) ?? each.holder,
  }))
  const holder = personOf(policy, lease.holder) ?? lease.holder
  const wish = { holder, team: lease.team, part: lease.part, at, endsAt: at + byMs }
  const held = mayHold(wish, all, {
    ...quota,
    person: { ...quota.person, gpus: null },
    team: { ...quota.team, gpus: null },
  })
  return held.ok ? [] : held.refusals
}
