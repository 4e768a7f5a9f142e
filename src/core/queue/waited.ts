/** Does somebody wait for a GPU that is lent? Its lease is not put off then without asking anybody. */
import { gpuByPath } from '../inventory/inventory'
import type { Lease } from '../lease/lease'
import { isSamePerson } from '../policy/policy'
import { quarantineOf } from '../inventory/quarantine'
import { againstOf } from './against'
import { candidateOf } from './candidates'
import { isWaiting } from './entry'
import type { Snapshot } from './snapshot'
import { fits } from './order'

/**
 * Somebody else, who has nothing on offer yet, and to whom it would be offered once it is given back. The queue is for whole
 * GPUs: nobody waits for a part of one.
 */
export const isWaitedFor = (lease: Lease, snapshot: Snapshot, now: number): boolean => {
  const { policy, views, leases, waiters } = snapshot
  const view = views.find(({ name }) => lease.gpu.alias.startsWith(`${name}/`))
  const facts = view?.facts
  const gpu = facts && gpuByPath(facts, lease.gpu.locationPath)
  if (!facts || !gpu || lease.part < 1 || quarantineOf(facts, gpu, view.marks)) return false
  const candidate = candidateOf(policy, facts, gpu)
  // What is given back counts against nobody.
  const against = againstOf({ ...snapshot, leases: leases.filter(({ id }) => id !== lease.id) }, now)
  const entries = waiters.map(({ entry }) => entry)
  return entries.some(
    (entry) =>
      isWaiting(entry) &&
      fits(entry.want, candidate) &&
      !isSamePerson(policy, entry.by, lease.holder) &&
      against(entry, candidate, entries).length === 0,
  )
}
