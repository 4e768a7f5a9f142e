/** What is due with a lease, and when. */
import type { Lease } from './lease'
import type { ReminderMark } from './marks'

export type LeaseMoment =
  | { readonly kind: 'remind'; readonly at: number; readonly mark: ReminderMark }
  | { readonly kind: 'end'; readonly at: number }
  /** The bot itself may begin the release. */
  | { readonly kind: 'release'; readonly at: number }

const FIRST_RETRY_MS = 15 * 60_000
const LONGEST_RETRY_MS = 6 * 3_600_000

/** A release that failed is tried again after a quarter of an hour, then after twice as long each time, up to 6 hours. */
export const releaseRetryMs = (times: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (times - 1))

/** The earliest thing that is due; null when nothing ever is unless somebody acts. */
export const nextMoment = (lease: Lease): LeaseMoment | null => {
  switch (lease.state) {
    case 'held': {
      if (lease.endsAt === null) return null
      const [mark] = lease.marks
      return mark === undefined
        ? { kind: 'end', at: lease.endsAt }
        : { kind: 'remind', at: lease.endsAt - mark, mark }
    }
    case 'grace': {
      if (lease.until === null) return null
      const retryAt = lease.setback ? lease.setback.at + releaseRetryMs(lease.setback.times) : lease.until
      return { kind: 'release', at: Math.max(lease.until, retryAt) }
    }
    case 'releasing':
    case 'ended':
      return null
  }
}

/** What to do now. After an outage several things may be due: the last of them stands for all. */
export const dueNow = (lease: Lease, now: number): LeaseMoment | null => {
  const next = nextMoment(lease)
  if (next === null || next.at > now) return null
  if (lease.state !== 'held' || lease.endsAt === null) return next
  const { endsAt } = lease
  if (endsAt <= now) return { kind: 'end', at: endsAt }
  const mark = lease.marks.findLast((each) => endsAt - each <= now)
  return mark === undefined ? null : { kind: 'remind', at: endsAt - mark, mark }
}
