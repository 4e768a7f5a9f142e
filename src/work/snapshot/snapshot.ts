/** All that the queue is decided by, as it is stored at this moment. */
import { OPEN_STATES } from '../../core/request/request'
import { isExtension } from '../../core/plan/extension'
import type { Snapshot } from '../../core/queue/snapshot'
import { isLimited } from '../../core/lease/quota'
import type { Db, Tx } from '../../store/database'
import { hostViews } from '../../store/fleet'
import { leasesSince } from '../../store/leases'
import { openWaiters } from '../../store/queue'
import { requestsIn } from '../../store/requests'
import type { Context } from '../context/context'

/**
 * Without the leases, which take longer to read the more there have been. They decide who comes first, and who has as
 * much as a quota lets them; whether there may be anything to offer at all, the rest says.
 */
export const glanceAt = async (db: Db | Tx, context: Context): Promise<Snapshot> => ({
  policy: context.policy.inForce(),
  views: await hostViews(db, [...context.hosts.keys()]),
  requests: (await requestsIn(db, OPEN_STATES)).filter(({ plan }) => !isExtension(plan)),
  leases: [],
  waiters: await openWaiters(db),
})

export const snapshotOf = async (db: Db | Tx, context: Context): Promise<Snapshot> => {
  const glance = await glanceAt(db, context)
  const { queue, leases } = glance.policy
  const longest = Math.max(queue.window, isLimited(leases.quota) ? leases.quota.windowMs : 0)
  return { ...glance, leases: await leasesSince(db, context.clock.now() - longest) }
}
