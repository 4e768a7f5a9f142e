/** Does somebody wait for a GPU that is lent? Its lease is not put off then without asking anybody. */
import { gpuByPath, type HostView } from '../inventory'
import type { Lease } from '../lease/lease'
import { isSamePerson, type Policy } from '../policy/policy'
import { candidateOf } from './candidates'
import { isWaiting } from './entry'
import { fits } from './order'
import type { Waiter } from './waiter'

/** Somebody else, who has nothing on offer yet. The queue is for whole GPUs: nobody waits for a part of one. */
export const isWaitedFor = (
  lease: Lease,
  {
    policy,
    views,
    waiters,
  }: {
    readonly policy: Policy
    readonly views: readonly HostView[]
    readonly waiters: readonly Waiter[]
  },
): boolean => {
  const facts = views.find(({ name }) => lease.gpu.alias.startsWith(`${name}/`))?.facts
  const gpu = facts && gpuByPath(facts, lease.gpu.locationPath)
  if (!facts || !gpu || lease.part < 1) return false
  const candidate = candidateOf(policy, facts, gpu)
  return waiters.some(
    ({ entry }) =>
      isWaiting(entry) && fits(entry.want, candidate) && !isSamePerson(policy, entry.by, lease.holder),
  )
}
