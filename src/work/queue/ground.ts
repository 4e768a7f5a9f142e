/** All that the queue is decided by, as it is stored at this moment. */
import type { Ground } from '../../core/queue/changes'
import type { Db, Tx } from '../../store/database'
import { hostViews } from '../../store/fleet'
import { leasesSince } from '../../store/leases'
import { openWaiters } from '../../store/queue'
import { requestsIn } from '../../store/requests'
import type { Parts } from '../parts'

export const groundOf = async (db: Db | Tx, parts: Parts): Promise<Ground> => {
  const policy = parts.policy.inForce()
  const views = await hostViews(db, [...parts.hosts.keys()])
  return {
    policy,
    views,
    requests: await requestsIn(db, ['pending', 'approved', 'running', 'needs-attention']),
    leases: await leasesSince(db, parts.clock.now() - policy.queue.window),
    waiters: await openWaiters(db),
  }
}
