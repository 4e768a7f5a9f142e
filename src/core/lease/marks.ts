/** When a holder is reminded: at marks before the end of a lease. */
import { z } from 'zod'

const MINUTE_MS = 60_000
export const MARKS = [1440 * MINUTE_MS, 60 * MINUTE_MS, 10 * MINUTE_MS] as const

/** Milliseconds before the end. */
export const mark = z.literal(MARKS)
export type ReminderMark = z.infer<typeof mark>

/** The marks that still lie ahead, longest first; none without an end. A lease of an hour has no mark of an hour. */
export const marksAhead = (endsAt: number | null, at: number): ReminderMark[] =>
  endsAt === null ? [] : MARKS.filter((mark) => endsAt - mark > at)
