/** Which free GPU is offered to whom. */
import type { Lease } from '../lease/lease'
import { isOffered, nextEntry, type Entry, type EntryIn } from './entry'
import { fits, inOrder, isSameGpu, recentUse, type Candidate, type Fairness } from './order'

export interface QueueState {
  readonly entries: readonly Entry[]
  /** All that were open within the window of the rule. */
  readonly leases: readonly Lease[]
  /** GPUs that nobody holds and no open request is about. Those on offer may be among them. */
  readonly free: readonly Candidate[]
}

export interface OfferRule {
  readonly fairness: Fairness
  /** When an offer ends that is made now. */
  readonly untilOf: (entry: Entry, gpu: Candidate, now: number) => number
  /** Quotas and policy, as they are now. Who may not have it is passed over and keeps waiting. */
  readonly mayHave: (entry: Entry, gpu: Candidate, entries: readonly Entry[]) => boolean
}

/** The scarcest GPU that will do: no large one for whom a small one is enough. */
const smallestFirst = (a: Candidate, b: Candidate): number =>
  (a.freeBytes ?? Infinity) - (b.freeBytes ?? Infinity) || (a.alias < b.alias ? -1 : 1)

/** The entry that comes first among those for which a GPU is free, with the GPU for it; null when none is. */
const next = (state: QueueState, rule: OfferRule, now: number): Entry | null => {
  const offered = state.entries.filter(isOffered)
  const free = state.free
    .filter((gpu) => !offered.some((entry) => isSameGpu(entry.gpu, gpu)))
    .sort(smallestFirst)
  if (free.length === 0) return null
  const use = recentUse(state.leases, state.entries, rule.fairness, now)
  for (const entry of inOrder(state.entries, use, rule.fairness, now)) {
    const found = free.find((each) => fits(entry.want, each) && rule.mayHave(entry, each, state.entries))
    if (!found) continue
    const { alias, host, locationPath } = found
    const gpu = { alias, host, locationPath }
    const made = nextEntry(entry, { kind: 'offer', at: now, gpu, until: rule.untilOf(entry, found, now) })
    if (made.ok) return made.value
  }
  return null
}

/** The entries to which something is offered now, as they become. One after the other: each offer counts as use. */
export const nextOffers = (state: QueueState, rule: OfferRule, now: number): Entry[] => {
  const offers: Entry[] = []
  let { entries } = state
  for (let entry = next(state, rule, now); entry; entry = next({ ...state, entries }, rule, now)) {
    const { id } = entry
    entries = entries.filter((each) => each.id !== id).concat(entry)
    offers.push(entry)
  }
  return offers
}

/** The offers whose time is over, as they become. */
export const lapsedOffers = (entries: readonly Entry[], now: number): Entry[] =>
  entries.filter(isOffered).flatMap((entry) => {
    const lapsed = nextEntry(entry, { kind: 'lapse', at: now })
    return lapsed.ok ? [lapsed.value] : []
  })

/** When the next offer lapses; null without offers. */
export const nextLapse = (entries: readonly Entry[]): number | null => {
  const ends = entries.filter(isOffered).map(({ until }: EntryIn<'offered'>) => until)
  return ends.length === 0 ? null : Math.min(...ends)
}
