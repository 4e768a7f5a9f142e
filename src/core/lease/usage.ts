/** GPU-hours of leases: what was used, and what is booked ahead. */
import { isOpenLease, type Lease } from './lease'

const HOUR_MS = 3_600_000

/** From where hours count, and what now is. */
export interface Window {
  readonly from: number
  readonly now: number
}

/**
 * GPU-hours since `from`, and until its end what the lease is booked for. Without an end nothing is booked ahead; past
 * its end it goes on counting until the GPU is back. Part of a GPU counts as that part of an hour.
 */
export const gpuHours = (lease: Lease, { from, now }: Window): number => {
  const until = lease.state === 'ended' ? lease.endedAt : Math.max(now, lease.endsAt ?? now)
  return (Math.max(0, until - Math.max(from, lease.startedAt)) / HOUR_MS) * lease.part
}

/** GPUs held now: a quarter of a GPU is a quarter. */
export const gpusHeld = (leases: readonly Lease[]): number =>
  leases.filter(isOpenLease).reduce((sum, { part }) => sum + part, 0)
