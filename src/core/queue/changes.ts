/** What is to be done in the queue at this moment: offers that end, places that are lost, and GPUs that are offered. */
import { gpuByPath, type HostName } from '../inventory/inventory'
import { againstOf, type Against } from './against'
import { offerTimesOf, type OfferTimes } from './offer-times'
import { candidatesOf, freeAmong, isOn, takenOf } from './candidates'
import { isOffered, nextEntry, type Entry, type EntryEvent, type EntryIn, type Place } from './entry'
import type { Fleet, TakenGpu } from './forecast'
import type { Snapshot } from './snapshot'
import { nextOffers, type OfferRule } from './offers'
import { fits, isSameGpu } from './order'
import { losesAll } from './rights'
import { fairnessOf, wantingOf, type Waiter } from './waiter'

/** With what keeps GPUs from being offered. */
type WholeFleet = Fleet & { readonly taken: readonly TakenGpu[] }

export interface QueueChange {
  readonly before: Waiter
  readonly after: Entry
  /** The host on whose facts it rests; null where facts change nothing. */
  readonly restsOn: HostName | null
  /** What its person is told of an offer that is taken back. */
  readonly why: string | null
}

/** So late nobody was there to note the lapse, nor to take an acceptance: the bot was down. */
const MISSED_MS = 60_000

export const fleetOf = ({ policy, views, requests, leases, waiters }: Snapshot): WholeFleet => {
  const gpus = candidatesOf(policy, views)
  const entries = waiters.map(({ entry }) => entry)
  return { gpus, leases, entries, taken: takenOf(gpus, { views, requests, leases }) }
}

/** One change of an entry at most; what follows from it comes the next time. */
export const queueChanges = (snapshot: Snapshot, now: number): QueueChange[] => {
  const fleet = fleetOf(snapshot)
  const turn = { now, against: againstOf(snapshot, now), ...offerTimesOf(snapshot) }
  const ends = snapshot.waiters.flatMap((waiter) => endOf(snapshot, fleet, waiter, turn) ?? [])
  const gone = new Set(ends.map(({ before }) => before.entry.id))
  return [...ends, ...offersOf(snapshot, fleet, { ...turn, gone })]
}

interface Turn extends OfferTimes {
  readonly now: number
  readonly against: Against
}

const endOf = (snapshot: Snapshot, fleet: WholeFleet, waiter: Waiter, turn: Turn): QueueChange | null => {
  const { now } = turn
  const { entry } = waiter
  const gone = vanished(snapshot, entry)
  if (gone) return changed(waiter, drop(now, `${gone.alias} is not there any more`), gone.host)
  const suitable = fleet.gpus.filter((gpu) => fits(entry.want, gpu))
  const lost = losesAll(snapshot.policy, wantingOf(waiter), suitable, snapshot.views)
  if (lost) return changed(waiter, drop(now, lost.reason), null)
  return isOffered(entry) ? endOfOffer(snapshot, fleet, { ...turn, waiter, entry }) : null
}

const drop = (at: number, why: string): EntryEvent => ({ kind: 'drop', at, why })

const changed = (
  before: Waiter,
  event: EntryEvent,
  restsOn: HostName | null,
  why: string | null = null,
): QueueChange | null => {
  const next = nextEntry(before.entry, event)
  return next.ok ? { before, after: next.value, restsOn, why } : null
}

/**
 * The one GPU that somebody waits for, if its host knows it no more. One that is pulled may be put back, and while a
 * request moves it, it is on its way.
 */
const vanished = ({ views, requests }: Snapshot, { want }: Entry): Place | null => {
  if (want.kind !== 'gpu') return null
  const view = views.find(({ name }) => name === want.host)
  if (!view?.facts || view.error !== null) return null
  const moving = requests.some(({ plan }) => isOn(plan, want))
  return gpuByPath(view.facts, want.locationPath) || moving ? null : want
}

/**
 * What cannot be had is taken back, or not by them any more, and so is what nobody could answer to; nobody loses their
 * place for that.
 */
const endOfOffer = (
  snapshot: Snapshot,
  fleet: WholeFleet,
  { waiter, entry, ...turn }: Turn & { waiter: Waiter; entry: EntryIn<'offered'> },
): QueueChange | null => {
  const { views } = snapshot
  const { now } = turn
  const { gpu, until } = entry
  const view = views.find(({ name }) => name === gpu.host)
  const takeBack = (why: string, restsOn: HostName | null) =>
    changed(waiter, { kind: 'take-back', at: now }, restsOn, why)
  const silent = view === undefined || view.error !== null
  const against = silent ? null : notFree(fleet, gpu)
  if (against !== null) return takeBack(against, gpu.host)
  const lost = snapshot.policy.unread.length > 0 ? null : notTheirs(fleet, entry, turn.against)
  if (lost !== null) return takeBack(lost, null)
  const anew = silent ? null : countedAnew(fleet, entry, turn)
  if (anew !== null) return changed(waiter, anew, null)
  if (now < until) return null
  if (silent) return takeBack(`${gpu.host} does not answer`, null)
  if (now - until >= MISSED_MS) return takeBack('the bot was down when it ended', null)
  return changed(waiter, { kind: 'lapse', at: now }, null)
}

/** Freezes or quiet hours were added or taken out since it was made: its end is not that which it would have by now. */
const countedAnew = (
  fleet: WholeFleet,
  entry: EntryIn<'offered'>,
  { now, untilOf }: Turn,
): EntryEvent | null => {
  const gpu = fleet.gpus.find((each) => isSameGpu(each, entry.gpu))
  if (!gpu || untilOf(entry, gpu, entry.offeredAt) === entry.until) return null
  return { kind: 'begin-anew', at: now, until: untilOf(entry, gpu, now) }
}

/** They have got another one meanwhile, or the policy has changed. */
const notTheirs = (fleet: WholeFleet, entry: EntryIn<'offered'>, against: Against): string | null => {
  const gpu = fleet.gpus.find((each) => isSameGpu(each, entry.gpu))
  const [first] = gpu ? against(entry, gpu, fleet.entries) : []
  return first?.reason ?? null
}

const notFree = (fleet: WholeFleet, gpu: Place): string | null => {
  if (!fleet.gpus.some((each) => isSameGpu(each, gpu))) return `${gpu.alias} cannot be given to a VM now`
  if (isFree(fleet, gpu)) return null
  return fleet.taken.find((each) => isSameGpu(each, gpu))?.why ?? `somebody has ${gpu.alias}`
}

const isFree = (fleet: WholeFleet, gpu: Place): boolean =>
  freeAmong(fleet.gpus, fleet).some((each) => isSameGpu(each, gpu))

const offersOf = (
  snapshot: Snapshot,
  fleet: WholeFleet,
  { gone, now, against, holdOn, untilOf }: Turn & { gone: ReadonlySet<string> },
): QueueChange[] => {
  const { policy, waiters } = snapshot
  const byId = new Map(waiters.map((waiter) => [waiter.entry.id, waiter] as const))
  const mayHave: OfferRule['mayHave'] = (entry, gpu, entries) =>
    !gone.has(entry.id) && holdOn(entry, gpu, now) === null && against(entry, gpu, entries).length === 0
  return nextOffers(
    { ...fleet, free: freeAmong(fleet.gpus, fleet) },
    { fairness: fairnessOf(policy), untilOf, mayHave },
    now,
  ).flatMap((after): QueueChange[] => {
    const before = byId.get(after.id)
    return before && isOffered(after) ? [{ before, after, restsOn: after.gpu.host, why: null }] : []
  })
}
