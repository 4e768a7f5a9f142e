/** How long a lease may be, in all and by one extension. */
import { refusal, type Refusal } from '../errors'
import { LONGEST_LEASE_MS, span } from '../time/span'

/** Milliseconds; null: no cap. */
export interface LeaseCaps {
  readonly totalMs: number | null
  readonly extensionMs: number | null
}

/** Null when a lease that starts now may have this end. Where there is a cap, a lease without an end is over it. */
export const refuseEnd = (
  endsAt: number | null,
  startsAt: number,
  { totalMs }: LeaseCaps,
): Refusal | null => {
  const askedMs = endsAt === null ? null : endsAt - startsAt
  return totalMs === null || (askedMs !== null && askedMs <= totalMs)
    ? null
    : refuseLength('the policy', askedMs, totalMs)
}

/** `who` lets it be lent for `mostMs`; `askedMs` is longer, or null: without an end. */
export const refuseLength = (who: string, askedMs: number | null, mostMs: number): Refusal => {
  const what = askedMs === null ? 'it was asked for without an end' : `${span(askedMs)} were asked for`
  return refusal(
    'not-allowed',
    `${who} lets a lease last ${span(mostMs)} at most, and ${what}`,
    `Ask for it \`for ${span(mostMs)}\`, or for less.`,
  )
}

/** For how long it is lent to somebody who asked for so long; null: without an end, or asked for without one. */
export const lengthWithin = (askedMs: number | null, { totalMs }: LeaseCaps): number | null =>
  totalMs === null ? askedMs : Math.min(askedMs ?? Infinity, totalMs)

/** What was approved bounds a lease: the earliest of these moments; null where none does. */
export const earliest = (moments: readonly (number | null | undefined)[]): number | null => {
  const first = Math.min(...moments.map((each) => each ?? Infinity))
  return first === Infinity ? null : first
}

export interface Extension {
  readonly at: number
  readonly to: number
  readonly caps: LeaseCaps
}
interface Running {
  readonly id: string
  readonly capsFrom: number
  readonly endsAt: number
  readonly approvedUntil?: number | null | undefined
}

/** An extension counts from the end, or from now where the end has passed: time already overrun is not paid twice. */
const baseOf = ({ endsAt }: Running, at: number): number => Math.max(endsAt, at)

/** The farthest end that this lease may be given now; Infinity without caps and without a bound of what was approved. */
export const latestEnd = (lease: Running, moment: Omit<Extension, 'to'>): number =>
  Math.min(latestByPolicy(lease, moment), lease.approvedUntil ?? Infinity)

/** The same, whatever was approved: beyond it, it can be asked for. */
export const latestByPolicy = (lease: Running, { at, caps }: Omit<Extension, 'to'>): number =>
  Math.min(
    at + LONGEST_LEASE_MS,
    caps.totalMs === null ? Infinity : lease.capsFrom + caps.totalMs,
    caps.extensionMs === null ? Infinity : baseOf(lease, at) + caps.extensionMs,
  )

/** Null when the lease may be extended so. */
export const refuseExtension = (lease: Running, extension: Extension): Refusal | null => {
  const { at, to, caps } = extension
  const base = baseOf(lease, at)
  if (to <= base)
    return refusal(
      'not-possible',
      `that would not extend lease ${lease.id}: ${lease.endsAt >= at ? `it lasts ${span(lease.endsAt - at)} longer already` : 'that time has passed'}`,
      'Name a later end; to end it now, use `done`.',
    )
  const latest = latestByPolicy(lease, extension)
  if (to <= latest) return refuseBeyond(lease, base, to)
  if (latest === at + LONGEST_LEASE_MS)
    return refusal(
      'not-possible',
      `no lease ends more than 365 days from now, and ${span(to - at)} were asked for`,
      latest > base ? `Use: extend ${lease.id} by ${span(latest - base)}` : 'Ask again later.',
    )
  if (caps.totalMs !== null && lease.capsFrom + caps.totalMs <= base)
    return refusal(
      'not-allowed',
      `lease ${lease.id} has reached the ${span(caps.totalMs)} that the policy lets a lease last`,
      'Give the GPU back and ask for it anew, or wait for it with `queue`.',
    )
  return refusal(
    'not-allowed',
    `the policy lets lease ${lease.id} be extended by ${span(latest - base)} at most now`,
    `Use: extend ${lease.id} by ${span(latest - base)}`,
  )
}

/** It was approved for less. */
const refuseBeyond = ({ id, approvedUntil }: Running, base: number, to: number): Refusal | null => {
  if (approvedUntil == null || to <= approvedUntil) return null
  const left = approvedUntil - base
  return refusal(
    'not-allowed',
    left < 60_000
      ? `lease ${id} lasts as long as was approved`
      : `what was approved lets lease ${id} be extended by ${span(left)} at most now`,
    left < 60_000 ? 'More must be approved anew.' : `Use: extend ${id} by ${span(left)}`,
  )
}
