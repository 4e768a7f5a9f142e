/** While quiet hours or a freeze hold nothing is offered, and the time to answer an offer does not pass. */
import { afterOpenTime, holdAt, type Hold } from '../policy/calendar'
import type { Subject } from '../policy/judge'
import type { Entry } from './entry'
import type { Snapshot } from './snapshot'
import type { Candidate } from './order'

export interface OfferTimes {
  /** What holds a change of this GPU for them now; null when nothing does. */
  readonly holdOn: (entry: Entry, gpu: Candidate, now: number) => Hold | null
  /** When an offer ends that was made then. */
  readonly untilOf: (entry: Entry, gpu: Candidate, offeredAt: number) => number
}

export const offerTimesOf = ({ policy, waiters }: Pick<Snapshot, 'policy' | 'waiters'>): OfferTimes => {
  const vms = new Map(waiters.map(({ entry, vm }) => [entry.id, vm] as const))
  const subjectsOf = ({ id }: Entry, { host, alias, model }: Candidate): Subject[] => [
    { host, gpu: alias, model, vms: [vms.get(id) ?? []].flat() },
  ]
  return {
    holdOn: (entry, gpu, now) => holdAt(policy, subjectsOf(entry, gpu), now),
    untilOf: (entry, gpu, offeredAt) =>
      afterOpenTime(policy, subjectsOf(entry, gpu), { from: offeredAt, ms: policy.queue.offer }),
  }
}
