/** What decides how far a lease may be extended at this moment, and whether somebody has to be asked. */
import type { Telling } from '../../core/cards/lease'
import type { Lease } from '../../core/lease/lease'
import { isWaitedFor } from '../../core/queue/waited'
import type { Db, Tx } from '../../store/database'
import { openWaiters } from '../../store/queue'
import type { Parts } from '../context/parts'
import { groundOf } from '../snapshot/ground'
import { boundOf } from '../snapshot/caps'

export const tellingOf = async (db: Db | Tx, parts: Parts, lease: Lease, at: number): Promise<Telling> => {
  const policy = parts.policy.inForce()
  const ground = (await openWaiters(db)).length === 0 ? null : await groundOf(db, parts)
  return {
    at,
    caps: policy.leases.caps,
    approvedUntil: await boundOf(db, policy, lease),
    waitedFor: ground !== null && isWaitedFor(lease, ground, at),
  }
}
