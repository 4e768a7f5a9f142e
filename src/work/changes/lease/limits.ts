/** What speaks against more time on a lease, whoever approves it. */
import { OPEN_STATES } from '../../../core/request/request'
import type { Refusal } from '../../../core/errors'
import type { Lease } from '../../../core/lease/lease'
import { nextLease } from '../../../core/lease/transition'
import { mayHold } from '../../../core/lease/quota'
import { personOf, type Policy } from '../../../core/policy/policy'
import type { Tx } from '../../../store/database'
import { heldNow } from './terms'

/** Caps, quotas, and what a lease is in no state for. */
export const refuseAnyhow = async (
  tx: Tx,
  policy: Policy,
  lease: Lease,
  wanted: { readonly at: number; readonly to: number; readonly byMs: number },
): Promise<readonly Refusal[]> => {
  const hours = await refuseHours(tx, policy, lease, wanted)
  if (hours.length > 0) return hours
  const { at, to } = wanted
  const { caps } = policy.leases
  const next = nextLease(lease, { kind: 'extend', by: lease.holder, at, to, caps, approvedUntil: null })
  return next.ok ? [] : next.refusals
}

/** Only the hours count: the GPU itself is held already. */
const refuseHours = async (
  tx: Tx,
  policy: Policy,
  lease: Lease,
  { at, byMs }: { readonly at: number; readonly byMs: number },
): Promise<readonly Refusal[]> => {
  const { quota } = policy.leases
  const { leases, asked } = await heldNow(tx, policy, { at, states: OPEN_STATES })
  const all = leases.map((each) => ({
    ...each,
    holder: personOf(policy, each.holder) ?? each.holder,
  }))
  const holder = personOf(policy, lease.holder) ?? lease.holder
  const wish = { holder, team: lease.team, part: lease.part, at, endsAt: at + byMs }
  const hours = {
    ...quota,
    person: { ...quota.person, gpus: null },
    team: { ...quota.team, gpus: null },
  }
  const held = mayHold(wish, all, hours, asked)
  return held.ok ? [] : held.refusals
}
