/** How long a lease may be, in all and by one extension. */
import { refusal, type Refusal } from '../errors'
import { LONGEST_LEASE_MS, span } from './span'

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
  if (totalMs === null || (endsAt !== null && endsAt - startsAt <= totalMs)) return null
  const what =
    endsAt === null ? 'it was asked for without an end' : `${span(endsAt - startsAt)} were asked for`
  return refusal(
    'not-allowed',
    `the policy lets a lease last ${span(totalMs)} at most, and ${what}`,
    `Ask for it \`for ${span(totalMs)}\`, or for less.`,
  )
}

/** A rule that lets something be lent for so long at most holds for its extensions too. */
export const narrowed = (caps: LeaseCaps, longest: readonly (number | undefined)[]): LeaseCaps => {
  const total = Math.min(caps.totalMs ?? Infinity, ...longest.map((each) => each ?? Infinity))
  return { ...caps, totalMs: total === Infinity ? null : total }
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
}

/** An extension counts from the end, or from now where the end has passed: time already overrun is not paid twice. */
const baseOf = ({ endsAt }: Running, at: number): number => Math.max(endsAt, at)

/** The farthest end that this lease may be given now; Infinity without caps. */
export const latestEnd = (lease: Running, { at, caps }: Omit<Extension, 'to'>): number =>
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
  const latest = latestEnd(lease, extension)
  if (to <= latest) return null
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
