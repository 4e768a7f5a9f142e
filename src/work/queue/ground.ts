/** All that the queue is decided by, as it is stored at this moment. */
import { isExtension } from '../../core/plan/extension'
import type { Ground } from '../../core/queue/changes'
import type { Db, Tx } from '../../store/database'
import { hostViews } from '../../store/fleet'
import { leasesSince } from '../../store/leases'
import { openWaiters } from '../../store/queue'
import { requestsIn } from '../../store/requests'
import type { Parts } from '../parts'

/**
 * Without the leases, which take longer to read the more there have been. They decide who comes first; whether there is
 * anything to do at all, the rest says.
 */
export const glanceAt = async (db: Db | Tx, parts: Parts): Promise<Ground> => ({
  policy: parts.policy.inForce(),
  views: await hostViews(db, [...parts.hosts.keys()]),
  requests: (await requestsIn(db, ['pending', 'approved', 'running', 'needs-attention'])).filter(
    ({ plan }) => !isExtension(plan),
  ),
  leases: [],
  waiters: await openWaiters(db),
})

export const groundOf = async (db: Db | Tx, parts: Parts): Promise<Ground> => {
  const glance = await glanceAt(db, parts)
  const from = parts.clock.now() - glance.policy.queue.window
  return { ...glance, leases: await leasesSince(db, from) }
}
