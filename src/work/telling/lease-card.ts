/** What decides how far a lease may be extended at this moment, and whether somebody has to be asked. */
import type { ExtensionBounds } from '../../core/cards/lease'
import type { Lease } from '../../core/lease/lease'
import { isWaitedFor } from '../../core/queue/waited'
import type { Db, Tx } from '../../store/database'
import { openWaiters } from '../../store/queue'
import type { Context } from '../context/context'
import { snapshotOf } from '../snapshot/snapshot'
import { boundOf } from '../snapshot/caps'

export const tellingOf = async (
  db: Db | Tx,
  context: Context,
  lease: Lease,
  at: number,
): Promise<ExtensionBounds> => {
  const policy = context.policy.inForce()
  const snapshot = (await openWaiters(db)).length === 0 ? null : await snapshotOf(db, context)
  return {
    at,
    caps: policy.leases.caps,
    approvedUntil: await boundOf(db, policy, lease),
    waitedFor: snapshot !== null && isWaitedFor(lease, snapshot, at),
  }
}
