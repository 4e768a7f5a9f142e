/**
 * `extend`: by its holder, or by an administrator, as far as caps and quotas go. Within what was approved it is done at
 * once; beyond that, and while somebody waits for that GPU, it is a request (see extension.ts).
 */
import { refusalNotice } from '../../../core/answers/refusal'
import { extendedNotice, type ExtensionBounds } from '../../../core/cards/lease'
import { refusal, type Refusal } from '../../../core/errors'
import { isOpenLease, type Lease } from '../../../core/lease/lease'
import { may } from '../../../core/request/permission'
import type { Policy } from '../../../core/policy/policy'
import { changeLease, findLease } from '../../../store/leases'
import type { Caller, Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { askToExtend, voidOlder } from './extension'
import { refreshLender } from './lend'
import { refuseAnyhow } from './limits'
import { tellCalledOff } from './others'
import { noLease, refuseVersion } from './refusals'
import { isHolder } from '../../telling/holders'
import { tellingOf } from '../../telling/lease-card'

export interface Extending {
  readonly leaseId: string
  readonly byMs: number
  /** The version that the button showed; absent when typed. */
  readonly version?: number | undefined
}

export const extend =
  (context: Context, { leaseId, byMs, version }: Extending, caller: Caller): Effect =>
  async (tx) => {
    const lease = await findLease(tx, leaseId)
    if (!lease) return refusalNotice([noLease(leaseId)])
    const at = context.clock.now()
    const policy = context.policy.inForce()
    const refused = refuseVersion(lease, version) ?? refuseCaller(policy, lease, caller)
    if (refused) return refusalNotice([refused])
    const to = Math.max(lease.endsAt ?? at, at) + byMs
    const against = await refuseAnyhow(tx, policy, lease, { at, to, byMs })
    if (against.length > 0) return refusalNotice(against)
    const telling = await tellingOf(tx, context, lease, at)
    const why = whyAsk(lease, telling, to)
    if (why !== null) return askToExtend(tx, context, { lease, to, byMs, why, caller })
    const { caps, approvedUntil } = telling
    const by = caller.account
    const next = await changeLease(tx, lease, { kind: 'extend', by, at, to, caps, approvedUntil })
    if (!next.ok) return refusalNotice(next.refusals)
    await refreshLender(tx, next.value, at)
    await tellCalledOff(tx, context, lease, at)
    await voidOlder(tx, context, next.value, at)
    context.log.info({ lease: lease.id, by, to }, 'lease extended')
    return extendedNotice(next.value)
  }

/** Null where nobody has to be asked. */
const whyAsk = (
  { id, gpu }: Lease,
  { approvedUntil, waitedFor }: ExtensionBounds,
  to: number,
): string | null => {
  if (approvedUntil !== null && to > approvedUntil) return `it goes beyond what was approved with ${id}`
  return waitedFor ? `somebody waits for ${gpu.alias}` : null
}

const refuseCaller = (policy: Policy, lease: Lease, { account }: Caller): Refusal | null => {
  if (isOpenLease(lease) && lease.endsAt === null)
    return refusal(
      'not-possible',
      `lease ${lease.id} has no end that could be put off`,
      'There is nothing to do.',
    )
  return isHolder(policy, lease, account) || may(policy, account, 'pause')
    ? null
    : refusal(
        'not-allowed',
        `lease ${lease.id} is not yours`,
        'Its holder, or an administrator, can extend it.',
      )
}
