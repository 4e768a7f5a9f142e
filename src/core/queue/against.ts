/** May somebody who waits take a GPU at this moment? By the policy, and by what they and their team have already. */
import type { Refusal } from '../errors'
import type { PersonWords } from '../lease/quota'
import type { Entry } from './entry'
import type { Snapshot } from './snapshot'
import { queueLimits } from './limits'
import type { Candidate } from './order'
import { againstPerson } from './rights'
import { wantingOf } from './waiter'

/** Every reason against it; none where they may. `entries`: as they are by now. */
export type Against = (entry: Entry, gpu: Candidate, entries: readonly Entry[]) => readonly Refusal[]

/** `called`: how the person is called in it; absent: it is they who are told. */
export const againstOf = (snapshot: Snapshot, now: number, called?: PersonWords): Against => {
  const { policy, views } = snapshot
  const limits = queueLimits(snapshot, now, called)
  const vms = new Map(snapshot.waiters.map(({ entry, vm }) => [entry.id, vm] as const))
  return (entry, gpu, entries) => {
    const byPolicy = againstPerson(policy, wantingOf({ entry, vm: vms.get(entry.id) ?? null }), gpu, views)
    return byPolicy.length > 0 ? byPolicy : limits(entry, entries)
  }
}
