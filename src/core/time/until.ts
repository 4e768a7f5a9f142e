/**
 * The end of a lease as people type it: `for 8h`, `until 18:00`, `until 9am in Berlin`, `until friday`, `until 2026-12-01
 * 09:00`. A clock time alone is the next one; a day alone lasts to its end. What can be read in two ways is refused, with both.
 */
import { z } from 'zod'
import { accepted, refusal, refused, type Outcome } from '../errors'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import type { Word } from '../text/words'
import { LONGEST_LEASE_MS, span } from './span'
import { meridiemIn } from './meridiem'
import { readPlace } from './places'
import { dateText, isDate, weekdayOf, zoned, type TimeZone, type Wall, type Zoned } from './zone'

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const DAYS: readonly string[] = [...WEEKDAYS, 'today', 'tomorrow']
const RIGHT =
  'Write `until 18:00`, `until friday`, `until tomorrow 09:00`, `until 2026-12-01` or `until 2026-12-01 09:00`.'

/** An end as it was asked for: a length counts from the start of the lease, which nobody knows yet. */
export const askedEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('for'), ms: z.number().positive() }),
  z.object({ kind: z.literal('until'), at: z.number() }),
])
export type AskedEnd = z.infer<typeof askedEnd>

/** The end of a lease that starts at this moment. */
export const endOf = (asked: AskedEnd, startsAt: number): number =>
  asked.kind === 'for' ? startsAt + asked.ms : asked.at

/** How long a lease that starts at this moment would last, in milliseconds; null: without an end. */
export const lentMsOf = (asked: AskedEnd | null, startsAt: number): number | null =>
  asked && endOf(asked, startsAt) - startsAt

/**
 * Whoever approves may lend for less than was asked for, never for more. An `until` then counts from the approval, since
 * the lease would otherwise begin late and end later than was asked.
 */
export const shortened = (asked: AskedEnd | undefined, ms: number, now: number): Outcome<AskedEnd> => {
  if (asked?.kind === 'until')
    return now + ms <= asked.at
      ? accepted({ kind: 'until', at: now + ms })
      : tooLong(
          ms,
          `it was asked for until ${new Date(asked.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        )
  return asked === undefined || ms <= asked.ms
    ? accepted({ kind: 'for', ms })
    : tooLong(ms, `it was asked for ${span(asked.ms)}`)
}

const tooLong = (ms: number, why: string): Outcome<never> =>
  refused(
    refusal(
      'not-possible',
      `${why}, and ${span(ms)} is longer`,
      'Approve it for less, or without `for` as it was asked.',
    ),
  )

interface Time {
  readonly hour: number
  readonly minute: number
}
type CalendarDate = Omit<Wall, keyof Time>

interface Asked {
  readonly text: string
  /** ` in Berlin`, where it was said. */
  readonly place: string
  readonly now: number
  readonly clock: Zoned
}

/**
 * The words behind `until`, in the time zone that they end with, or in that of who typed them. Refused: what is no time, is
 * over, or is too far.
 */
export const readUntil = (words: readonly Word[], now: number, zone: TimeZone): Outcome<AskedEnd> => {
  const text = words.map((word) => word.text).join(' ')
  const [, time = text, place] = /^(.*?\S)\s+in\s+(\S.*)$/is.exec(text.trim()) ?? []
  const there = place === undefined ? accepted(zone) : readPlace(place)
  if (!there.ok) return there
  const asked = { text, place: place === undefined ? '' : ` in ${place}`, now, clock: zoned(there.value) }
  const clock = onTwentyFour(asked, time)
  if (!clock.ok) return clock
  const read = readMoment(asked, piecesOf(clock.value))
  if (!read.ok) return read
  const at = read.value
  if (at <= now) return wrong(asked, 'is over already', 'Name a later one.')
  if (at - now > LONGEST_LEASE_MS) return wrong(asked, 'is more than 365 days away', 'Name an earlier one.')
  return accepted({ kind: 'until', at })
}

const wrong = ({ text }: Asked, why: string, next = RIGHT): Outcome<never> =>
  refused(refusal('syntax', `\`until ${shown(text)}\` ${why}`, next))

/** `9am` is `09:00`. */
const onTwentyFour = (asked: Asked, text: string): Outcome<string> => {
  const found = meridiemIn(text)
  if (found === null) return accepted(text)
  const { before, after, read } = found
  if (read.kind === 'time') return accepted(`${before}${read.text}${after}`)
  if (read.kind === 'wrong') return wrong(asked, 'is no time of day: am and pm go with hours from 1 to 12')
  const written = (time: string): string => `\`until ${shown(`${before}${time}${after}${asked.place}`)}\``
  return wrong(
    asked,
    'may end at midnight or at noon',
    `Write ${written('00:00')} for midnight, or ${written('12:00')} for noon.`,
  )
}

/** A day and a time, in this order. */
const piecesOf = (text: string): string[] => {
  const pieces = text
    .trim()
    .toLowerCase()
    .split(/\s+|(?<=^\d{4}-\d\d-\d\d)t/)
  const [first, second] = pieces
  return first !== undefined && second !== undefined && /^\d{1,2}:/.test(first)
    ? [second, first, ...pieces.slice(2)]
    : pieces
}

const readMoment = (asked: Asked, pieces: readonly string[]): Outcome<number> => {
  const [first = '', second, ...more] = pieces
  if (first === '') return wrong(asked, 'names no time')
  if (more.length > 0) return wrong(asked, 'has more words than a day and a time')
  if (second === undefined && /^\d{1,2}:/.test(first)) {
    const time = readTime(asked, first)
    return time.ok ? accepted(nextAt(asked, time.value)) : time
  }
  const time = second === undefined ? accepted(null) : readTime(asked, second)
  if (!time.ok) return time
  const date = readDate(asked, first, second)
  return date.ok ? accepted(onDate(asked, date.value, time.value)) : date
}

/** A day without a time ends where the next one begins. */
const onDate = ({ clock }: Asked, date: CalendarDate, time: Time | null): number =>
  clock.momentOf(time ? { ...date, ...time } : { ...date, day: date.day + 1, hour: 0, minute: 0 })

/** Today, or tomorrow where it is over today. */
const nextAt = ({ now, clock }: Asked, time: Time): number => {
  const today = { ...clock.wallAt(now), ...time }
  const at = clock.momentOf(today)
  return at > now ? at : clock.momentOf({ ...today, day: today.day + 1 })
}

const readTime = (asked: Asked, text: string): Outcome<Time> => {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined)
    return wrong(asked, `has \`${shown(text)}\` where a time such as \`18:00\` belongs`)
  const time = { hour: Number(hours), minute: Number(minutes) }
  if (time.hour === 24 && time.minute === 0)
    return wrong(asked, 'ends a day with 24:00', 'Leave the time out, or write 00:00 with the day after.')
  return time.hour > 23 || time.minute > 59
    ? wrong(asked, 'is no time of day: hours go to 23, minutes to 59')
    : accepted(time)
}

const readDate = (asked: Asked, text: string, time: string | undefined): Outcome<CalendarDate> => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (day !== undefined) {
    const date = { year: Number(year), month: Number(month), day: Number(day) }
    return isDate({ ...date, hour: 0, minute: 0 })
      ? accepted(date)
      : wrong(asked, 'is in no calendar: dates are year-month-day')
  }
  const today = asked.clock.wallAt(asked.now)
  const { year: thisYear, month: thisMonth } = today
  const inDays = (days: number): CalendarDate => ({ year: thisYear, month: thisMonth, day: today.day + days })
  if (text === 'today' || text === 'tomorrow') return accepted(inDays(text === 'today' ? 0 : 1))
  const weekday = WEEKDAYS.findIndex((each) => text === each || text === each.slice(0, 3))
  if (weekday === -1) return notADate(asked, text)
  const ahead = (weekday - weekdayOf(today) + 7) % 7
  if (ahead > 0) return accepted(inDays(ahead))
  const next = dateText({ ...today, day: today.day + 7 })
  const rest = `${time === undefined ? '' : ` ${shown(time)}`}${shown(asked.place)}`
  return wrong(
    asked,
    'may be today or in a week: today is that day',
    `Write \`until today${rest}\` or \`until ${next}${rest}\`.`,
  )
}

const notADate = (asked: Asked, text: string): Outcome<never> => {
  if (/^\d+[dhm]/.test(text)) return wrong(asked, 'is a length of time', `Write \`for ${shown(text)}\`.`)
  if (/^\d{1,4}[./-]\d{1,2}([./-]\d{0,4})?$/.test(text))
    return wrong(asked, 'is a date that is read differently in different places', RIGHT)
  const near = didYouMean(nearest(text, DAYS).map((day) => `until ${day}`))
  return wrong(asked, 'is neither a day nor a time', near === null ? RIGHT : `${near} ${RIGHT}`)
}
