/**
 * Who comes first. The team with the least use, then the oldest entry; but whoever has waited longer than the patience
 * of the queue goes before all who have not, oldest first. So a team that asks for much cannot push the others back,
 * and nobody is passed for ever: after the patience, no entry that came later goes first.
 */
import { gpuHours, type Window } from '../lease/usage'
import type { Lease } from '../lease/lease'
import { isOffered, isWaiting, type Entry, type EntryIn, type Place, type Want } from './entry'

export interface Fairness {
  readonly patienceMs: number
  /** Use counts over this time. */
  readonly windowMs: number
  /** What an entry that does not say for how long is taken to want. */
  readonly usualMs: number
}

/** What is known of a GPU for the queue; `freeBytes` is the memory that could be had of it if it were free. */
export interface Candidate extends Place {
  readonly model: string
  readonly freeBytes: number | null
  /** The classes of the policy that it is of. */
  readonly classes?: readonly string[]
}

const HOUR_MS = 3_600_000
const fold = (text: string): string => text.normalize('NFC').toLowerCase()

/** Where a GPU is, whatever it is called. */
export type Spot = Pick<Place, 'host' | 'locationPath'>

export const isSameGpu = (a: Spot, b: Spot): boolean => a.host === b.host && a.locationPath === b.locationPath

/** Would this GPU do? A model is words of its name: `A40` of `NVIDIA A40`, but not of `NVIDIA A400`. */
export const fits = (want: Want, gpu: Candidate): boolean => {
  if (want.kind === 'gpu') return want.host === gpu.host && want.locationPath === gpu.locationPath
  if (want.host !== undefined && want.host !== gpu.host) return false
  const words = fold(gpu.model).split(/[\s-]+/)
  const wanted = want.model === null ? [] : fold(want.model).split(/[\s-]+/)
  const named = wanted.every((word) => words.includes(word))
  const classed = want.class === undefined || gpu.classes?.includes(want.class) === true
  return (
    named &&
    classed &&
    (want.freeBytes === null || (gpu.freeBytes !== null && gpu.freeBytes >= want.freeBytes))
  )
}

export type Use = ReadonlyMap<string, number>

/**
 * GPU-hours of each team: used in the window, booked ahead, and on offer. Offers count so that of several GPUs that
 * are free at once not all go to the team that happens to be first.
 */
export const recentUse = (
  leases: readonly Lease[],
  entries: readonly Entry[],
  fairness: Fairness,
  now: number,
): Use => {
  const use = new Map<string, number>()
  const add = (team: string, hours: number) => use.set(team, (use.get(team) ?? 0) + hours)
  const window: Window = { from: now - fairness.windowMs, now }
  for (const lease of leases) add(lease.team, gpuHours(lease, window))
  for (const { team, forMs } of entries.filter(isOffered)) add(team, (forMs ?? fairness.usualMs) / HOUR_MS)
  return use
}

type Waiting = EntryIn<'waiting'>

const byAge = (a: Waiting, b: Waiting): number => a.since - b.since || (a.id < b.id ? -1 : 1)

/** All that wait, first to last. */
export const inOrder = (
  entries: readonly Entry[],
  use: Use,
  { patienceMs }: Fairness,
  now: number,
): Waiting[] => {
  const isOverdue = ({ since }: Waiting) => now - since >= patienceMs
  const waiting = entries.filter(isWaiting)
  const rest = waiting.filter((entry) => !isOverdue(entry))
  return [
    ...waiting.filter(isOverdue).sort(byAge),
    ...rest.sort((a, b) => (use.get(a.team) ?? 0) - (use.get(b.team) ?? 0) || byAge(a, b)),
  ]
}
