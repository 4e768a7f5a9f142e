/**
 * How a thing is, such as a host that answers or does not, and what was told of it. A change is told once it has
 * lasted; the more was told of late, the longer it has to last, so that what comes and goes makes few messages.
 */

export interface Condition {
  readonly is: string
  readonly since: number
  /** How it is by what was told last, and since when it was so. */
  readonly told: string
  readonly toldSince: number
  readonly toldAt: number | null
  /** Without a calm in between. */
  readonly tellings: number
}

const LASTING_MS = 30_000
const LONGEST_MS = 3_600_000
const CALM_MS = 6 * 3_600_000

/** Both ways once, then twice as long for both ways, and so on up to an hour. */
const lastingMs = (tellings: number): number =>
  Math.min(LONGEST_MS, LASTING_MS * 2 ** Math.min(20, Math.floor(tellings / 2)))

/** Nothing is told of what never was otherwise than `usual`. */
export const firstSeen = (is: string, usual: string, now: number): Condition => ({
  is,
  since: now,
  told: usual,
  toldSince: now,
  toldAt: null,
  tellings: 0,
})

/** Nothing has to be kept anew. */
export const isSameCondition = (before: Condition | undefined, next: Condition): boolean =>
  JSON.stringify(before) === JSON.stringify(next)

/** The condition as it is now, and whether to tell of it: `was` is what it is told to be no more, and since when. */
export const observe = (
  before: Condition,
  is: string,
  now: number,
): {
  readonly next: Condition
  readonly tell: { readonly since: number; readonly was: { readonly since: number } } | null
} => {
  const calm = before.toldAt !== null && now - before.toldAt >= CALM_MS
  const tellings = calm ? 0 : before.tellings
  const since = is === before.is ? before.since : now
  const seen = { ...before, is, since, tellings }
  if (is === before.told || now - since < lastingMs(tellings)) return { next: seen, tell: null }
  return {
    next: { ...seen, told: is, toldSince: since, toldAt: now, tellings: tellings + 1 },
    tell: { since, was: { since: before.toldSince } },
  }
}
