/** All that the queue is decided by. */
import type { HostView } from '../inventory/inventory'
import type { Lease } from '../lease/lease'
import type { Policy } from '../policy/policy'
import type { Request } from '../request/request'
import type { Waiter } from './waiter'

export interface Snapshot {
  readonly policy: Policy
  readonly views: readonly HostView[]
  /** Open requests. */
  readonly requests: readonly Request[]
  /** All that were open within the windows over which use and quotas count. */
  readonly leases: readonly Lease[]
  /** Those who stand in the line. */
  readonly waiters: readonly Waiter[]
}
