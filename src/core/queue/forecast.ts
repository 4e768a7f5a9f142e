/** Where an entry stands: its position, what is in its way, and when its turn may come. */
import { isOpenLease as isOpenLease, overdueOf, type Lease } from '../lease/lease'
import { isOffered, type Entry, type EntryIn, type Place } from './entry'
import { fits, inOrder, isSameGpu, recentUse, type Candidate, type Fairness, type Use } from './order'

export interface Forecast {
  /** 1 is next among those who want the same, or some of the same. */
  readonly position: number
  /** Epoch milliseconds; null where it depends on a lease or an entry without an end. */
  readonly estimatedStart: number | null
  readonly blockers: readonly Blocker[]
}

export type Blocker =
  /** The fleet has no such GPU: waiting is in vain until it does. */
  | { readonly kind: 'no-such-gpu' }
  | {
      readonly kind: 'lease'
      readonly lease: string
      readonly gpu: string
      readonly holder: string
      readonly until: number | null
      readonly state: 'held' | 'overdue' | 'releasing'
    }
  /** `why` in words: an open request, a VM to which somebody gave it by hand, a host that is paused. */
  | { readonly kind: 'taken'; readonly gpu: string; readonly why: string }
  | { readonly kind: 'offer'; readonly gpu: string; readonly until: number }
  /** Quiet hours, or a freeze. */
  | { readonly kind: 'held'; readonly why: string }
  /** They are passed over when one is free, as long as this holds. */
  | { readonly kind: 'passed-over'; readonly why: string }
  | { readonly kind: 'ahead'; readonly entries: number; readonly teams: readonly string[] }

export interface TakenGpu extends Place {
  readonly why: string
}

/** Everything that queues and is queued for. */
export interface Fleet {
  readonly gpus: readonly Candidate[]
  /** All that were open within the window of the rule. */
  readonly leases: readonly Lease[]
  readonly entries: readonly Entry[]
  /** GPUs that cannot be had now, for a reason that no lease tells. */
  readonly taken?: readonly TakenGpu[]
  /** What is against them having it now; null: nothing. */
  readonly against?: (entry: Entry, gpu: Candidate) => string | null
  /** What keeps it from being offered to anybody now; null: nothing. */
  readonly hold?: (entry: Entry, gpu: Candidate) => { readonly why: string; readonly until: number } | null
}

interface Line {
  readonly fleet: Fleet
  readonly entry: Entry
  readonly ahead: readonly EntryIn<'waiting'>[]
  readonly suitable: readonly Candidate[]
}

const share = (gpus: readonly Candidate[], a: Entry, b: Entry): boolean =>
  gpus.some((gpu) => fits(a.want, gpu) && fits(b.want, gpu))

/** What the entry waits for, as it stands now. Null for an entry that does not wait. */
export const forecastFor = (id: string, fleet: Fleet, fairness: Fairness, now: number): Forecast | null => {
  const use: Use = recentUse(fleet.leases, fleet.entries, fairness, now)
  const order = inOrder(fleet.entries, use, fairness, now)
  const at = order.findIndex((each) => each.id === id)
  const entry = order[at]
  if (!entry) return null
  const ahead = order.slice(0, at)
  const rivals = ahead.filter((each) => share(fleet.gpus, each, entry))
  const suitable = fleet.gpus.filter((gpu) => fits(entry.want, gpu))
  return {
    position: rivals.length + 1,
    estimatedStart: estimate({ fleet, entry, ahead, suitable }, fairness, now),
    blockers: blockers({ fleet, entry, ahead: rivals, suitable }),
  }
}

const leaseOn = (leases: readonly Lease[], gpu: Place): Lease[] =>
  leases.filter((lease) => isOpenLease(lease) && lease.gpu.alias === gpu.alias)
const offerOf = (entries: readonly Entry[], gpu: Place): EntryIn<'offered'> | undefined =>
  entries.filter(isOffered).find((each) => isSameGpu(each.gpu, gpu))

const takenOn = ({ taken = [] }: Fleet, gpu: Place): TakenGpu[] =>
  taken.filter((each) => isSameGpu(each, gpu))

const against = ({ fleet, entry }: Pick<Line, 'fleet' | 'entry'>, gpu: Candidate): string | null =>
  fleet.against?.(entry, gpu) ?? null

const holdOn = ({ fleet, entry }: Pick<Line, 'fleet' | 'entry'>, gpu: Candidate) =>
  fleet.hold?.(entry, gpu) ?? null

const blockers = (line: Line): Blocker[] => {
  const { fleet, ahead, suitable } = line
  if (suitable.length === 0) return [{ kind: 'no-such-gpu' }]
  const reasons = new Set(suitable.flatMap((gpu) => against(line, gpu) ?? []))
  const holds = new Set(suitable.flatMap((gpu) => holdOn(line, gpu)?.why ?? []))
  const passed: Blocker[] = [
    ...[...reasons].map((why) => ({ kind: 'passed-over' as const, why })),
    ...[...holds].map((why) => ({ kind: 'held' as const, why })),
  ]
  const found = suitable.flatMap((gpu): Blocker[] => {
    const offer = offerOf(fleet.entries, gpu)
    if (offer) return [{ kind: 'offer', gpu: gpu.alias, until: offer.until }]
    return [
      ...leaseOn(fleet.leases, gpu).map((lease) => ({
        kind: 'lease' as const,
        lease: lease.id,
        gpu: gpu.alias,
        holder: lease.holder,
        until: backAt(lease) ?? lease.endsAt,
        state: stateOf(lease),
      })),
      ...takenOn(fleet, gpu).map(({ why }) => ({ kind: 'taken' as const, gpu: gpu.alias, why })),
    ]
  })
  if (ahead.length === 0) return [...passed, ...found]
  const teams = [...new Set(ahead.map(({ team }) => team))]
  return [...passed, ...found, { kind: 'ahead', entries: ahead.length, teams }]
}

const stateOf = (lease: Lease): Extract<Blocker, { kind: 'lease' }>['state'] => {
  if (lease.state === 'releasing') return 'releasing'
  return overdueOf(lease) === null ? 'held' : 'overdue'
}

/** Null where nobody knows. What is past its end is taken back after its grace. */
const backAt = (lease: Lease): number | null => {
  if (overdueOf(lease) !== null) return null
  return lease.state === 'grace' ? (lease.until ?? lease.endsAt) : lease.endsAt
}

/** When this GPU is free: Infinity where nobody knows. What is past its end may come back at any moment. */
const freeAt = (fleet: Fleet, gpu: Candidate, fairness: Fairness, now: number): number => {
  const offer = offerOf(fleet.entries, gpu)
  if (offer) return now + (offer.forMs ?? fairness.usualMs)
  if (takenOn(fleet, gpu).length > 0) return Infinity
  return Math.max(now, ...leaseOn(fleet.leases, gpu).map((lease) => backAt(lease) ?? Infinity))
}

/** As if all leases ended when they say, each entry took the first GPU that will do, and the order stayed. */
const estimate = (line: Line, fairness: Fairness, now: number): number | null => {
  const { fleet, ahead, suitable } = line
  const times = new Map(fleet.gpus.map((gpu) => [gpu, freeAt(fleet, gpu, fairness, now)] as const))
  const timeOf = (gpu: Candidate) => times.get(gpu) ?? Infinity
  for (const each of ahead) {
    const gpus = fleet.gpus.filter((gpu) => fits(each.want, gpu)).sort((a, b) => timeOf(a) - timeOf(b))
    const [first] = gpus
    if (first) times.set(first, timeOf(first) + (each.forMs ?? fairness.usualMs))
  }
  const theirs = suitable.filter((gpu) => against(line, gpu) === null)
  const start = Math.min(
    ...theirs.map((gpu) => Math.max(timeOf(gpu), holdOn(line, gpu)?.until ?? 0)),
    Infinity,
  )
  return Number.isFinite(start) ? start : null
}
