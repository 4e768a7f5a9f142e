/** What samples of nvidia-smi say about the health of GPUs. NVIDIA states no temperature for all of them: a limit is set, or there is none. */
import type { Condition } from './condition'

export const WORKS = 'works'
export const COOL = 'cool'
export const HOT = 'hot'

/** A GPU at its limit is not hot and cool by turns. */
const COOLER_BY = 5

/** Hot from the limit on, and cool again some degrees below it. */
export const heatOf = (celsius: number, limit: number, before: Condition | null): string => {
  if (celsius >= limit) return HOT
  return celsius > limit - COOLER_BY && before !== null ? before.is : COOL
}

const APART_MS = 3_600_000

/**
 * Errors count up until the driver is loaded anew: then they begin at none again. More of them are told at once, and
 * what comes in the hour after that is told at its end.
 */
export const countErrors = (
  before: Condition | null,
  count: number,
  now: number,
): { readonly next: Condition; readonly tell: boolean } => {
  const is = String(count)
  const told = Number(before?.told ?? 0)
  const toldAt = before?.toldAt ?? null
  const since = before?.is === is ? before.since : now
  const same = { is, since, toldSince: before?.toldSince ?? now, toldAt, tellings: before?.tellings ?? 0 }
  if (count <= told) return { next: { ...same, told: is }, tell: false }
  if (toldAt !== null && now - toldAt < APART_MS)
    return { next: { ...same, told: String(told) }, tell: false }
  return { next: { ...same, told: is, toldSince: now, toldAt: now, tellings: same.tellings + 1 }, tell: true }
}
