/** What is to be done in the queue at this moment: offers that end, places that are lost, and GPUs that are offered. */
import { gpuByPath, type HostName, type HostView } from '../inventory'
import type { Lease } from '../lease/lease'
import type { Policy } from '../policy/policy'
import { candidatesOf, freeAmong, isOn, takenOf } from './candidates'
import { isOffered, transition, type Entry, type EntryEvent, type EntryIn, type Place } from './entry'
import type { Fleet, Taken } from './forecast'
import { nextOffers } from './offers'
import { fits, isSame, type Candidate } from './order'
import { againstPerson, losesAll, type Wanting } from './rights'
import { fairnessOf, type Waiter } from './waiter'
import type { Request } from '../request'

/** With what keeps GPUs from being offered. */
type WholeFleet = Fleet & { readonly taken: readonly Taken[] }

/** All that the queue is decided by. */
export interface Ground {
  readonly policy: Policy
  readonly views: readonly HostView[]
  /** Open requests. */
  readonly requests: readonly Request[]
  /** All that were open within the window over which use counts. */
  readonly leases: readonly Lease[]
  /** Those who stand in the line. */
  readonly waiters: readonly Waiter[]
}

export interface Change {
  readonly before: Waiter
  readonly after: Entry
  /** The host on whose facts it rests; null where facts change nothing. */
  readonly restsOn: HostName | null
  /** What its person is told of an offer that is taken back. */
  readonly why: string | null
}

/** So late nobody was there to note the lapse, nor to take an acceptance: the bot was down. */
const MISSED_MS = 60_000

export const fleetOf = ({ policy, views, requests, leases, waiters }: Ground): WholeFleet => {
  const gpus = candidatesOf(policy, views)
  const entries = waiters.map(({ entry }) => entry)
  return { gpus, leases, entries, taken: takenOf(gpus, { views, requests, leases }) }
}

/** One change of an entry at most; what follows from it comes the next time. */
export const changesOf = (ground: Ground, now: number): Change[] => {
  const fleet = fleetOf(ground)
  const ends = ground.waiters.flatMap((waiter) => endOf(ground, fleet, waiter, now) ?? [])
  const gone = new Set(ends.map(({ before }) => before.entry.id))
  return [...ends, ...offersOf(ground, fleet, { gone, now })]
}

const endOf = (ground: Ground, fleet: WholeFleet, waiter: Waiter, now: number): Change | null => {
  const { entry } = waiter
  const gone = vanished(ground, entry)
  if (gone) return changed(waiter, drop(now, `${gone.alias} is not there any more`), gone.host)
  const suitable = fleet.gpus.filter((gpu) => fits(entry.want, gpu))
  const lost = losesAll(ground.policy, wantingOf(waiter), suitable, ground.views)
  if (lost) return changed(waiter, drop(now, lost.reason), null)
  return isOffered(entry) ? endOfOffer(ground, fleet, { waiter, entry, now }) : null
}

const wantingOf = ({ entry: { by, forMs }, vm }: Waiter): Wanting => ({ by, vm, forMs })

const drop = (at: number, why: string): EntryEvent => ({ kind: 'drop', at, why })

const changed = (
  before: Waiter,
  event: EntryEvent,
  restsOn: HostName | null,
  why: string | null = null,
): Change | null => {
  const next = transition(before.entry, event)
  return next.ok ? { before, after: next.value, restsOn, why } : null
}

/**
 * The one GPU that somebody waits for, if its host knows it no more. One that is pulled may be put back, and while a
 * request moves it, it is on its way.
 */
const vanished = ({ views, requests }: Ground, { want }: Entry): Place | null => {
  if (want.kind !== 'gpu') return null
  const view = views.find(({ name }) => name === want.host)
  if (!view?.facts || view.error !== null) return null
  const moving = requests.some(({ plan }) => isOn(plan, want))
  return gpuByPath(view.facts, want.locationPath) || moving ? null : want
}

/** What cannot be had is taken back, and so is what nobody could answer to; nobody loses their place for that. */
const endOfOffer = (
  { views }: Ground,
  fleet: WholeFleet,
  { waiter, entry, now }: { waiter: Waiter; entry: EntryIn<'offered'>; now: number },
): Change | null => {
  const { gpu, until } = entry
  const view = views.find(({ name }) => name === gpu.host)
  const takeBack = (why: string, restsOn: HostName | null) =>
    changed(waiter, { kind: 'take-back', at: now }, restsOn, why)
  const silent = view === undefined || view.error !== null
  const against = silent ? null : notFree(fleet, gpu)
  if (against !== null) return takeBack(against, gpu.host)
  if (now < until) return null
  if (silent) return takeBack(`${gpu.host} does not answer`, null)
  if (now - until >= MISSED_MS) return takeBack('the bot was down when it ended', null)
  return changed(waiter, { kind: 'lapse', at: now }, null)
}

const notFree = (fleet: WholeFleet, gpu: Place): string | null => {
  if (!fleet.gpus.some((each) => isSame(each, gpu))) return `${gpu.alias} cannot be given to a VM now`
  if (isFree(fleet, gpu)) return null
  return fleet.taken.find((each) => isSame(each, gpu))?.why ?? `somebody has ${gpu.alias}`
}

const isFree = (fleet: WholeFleet, gpu: Place): boolean =>
  freeAmong(fleet.gpus, fleet).some((each) => isSame(each, gpu))

const offersOf = (
  ground: Ground,
  fleet: WholeFleet,
  { gone, now }: { gone: ReadonlySet<string>; now: number },
): Change[] => {
  const { policy, views, waiters } = ground
  const byId = new Map(waiters.map((waiter) => [waiter.entry.id, waiter] as const))
  const mayHave = ({ id }: Entry, gpu: Candidate): boolean => {
    const waiter = byId.get(id)
    return (
      waiter !== undefined &&
      !gone.has(id) &&
      againstPerson(policy, wantingOf(waiter), gpu, views).length === 0
    )
  }
  return nextOffers(
    { ...fleet, free: freeAmong(fleet.gpus, fleet) },
    { fairness: fairnessOf(policy), offerMs: policy.queue.offer, mayHave },
    now,
  ).flatMap((after): Change[] => {
    const before = byId.get(after.id)
    return before && isOffered(after) ? [{ before, after, restsOn: after.gpu.host, why: null }] : []
  })
}
