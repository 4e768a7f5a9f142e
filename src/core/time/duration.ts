/** Durations such as `8h`, `30m`, `2d` or `1h30m`, and as people say them: `8 hours`, `1 hour 30 minutes`, `2 weeks`. */
import { accepted, refusal, refused, type Outcome } from '../errors'
import { LONGEST_LEASE_MS } from './span'
import { spot, type Word } from '../text/words'

const MINUTE_MS = 60_000
const UNIT_MS = { w: 10_080 * MINUTE_MS, d: 1440 * MINUTE_MS, h: 60 * MINUTE_MS, m: MINUTE_MS } as const
const PIECES = ['w|weeks?', 'd|days?', 'h|hrs?|hours?', 'm|mins?|minutes?'].map(
  (unit) => `(?:(\\d{1,6}) ?(?:${unit})(?![a-z]))?`,
)
const FORM = new RegExp(`^${PIECES.join(' ?')}$`, 'i')
const RIGHT = 'Write whole days, hours and minutes, largest first, such as `8h`, `30m`, `2d` or `1h30m`.'

const wrong = (word: Word, why: string): Outcome<never> =>
  refused(refusal('syntax', `${spot(word)} ${why}`, RIGHT))

const whyNot = (text: string): string => {
  if (/^-/.test(text)) return 'is negative; a duration is longer than nothing'
  if (/^\d+$/.test(text)) return 'has no unit; a duration is a number with `d`, `h` or `m`'
  if (/^\d*[.,]\d/.test(text)) return 'has a fraction; a duration counts in whole days, hours and minutes'
  if (/^(\d+ ?[wdhm])+$/i.test(text))
    return 'has its units twice or out of order, or a number of more than 6 digits'
  return 'is not a duration'
}

const oneBlank = (text: string): string => text.trim().replace(/\s+/g, ' ')

/** Whether it is written as a duration, blanks or not. */
export const isDuration = (text: string): boolean => FORM.test(oneBlank(text)) && text.trim() !== ''

/** Milliseconds. Refused: anything but whole weeks, days, hours and minutes in this order; zero; more than 365 days. */
export const durationMs = (word: Word): Outcome<number> => {
  const match = FORM.exec(oneBlank(word.text))
  if (match === null || match[0] === '') return wrong(word, whyNot(word.text))
  const [, weeks = '0', days = '0', hours = '0', minutes = '0'] = match
  const ms =
    Number(weeks) * UNIT_MS.w +
    Number(days) * UNIT_MS.d +
    Number(hours) * UNIT_MS.h +
    Number(minutes) * UNIT_MS.m
  if (ms === 0) return wrong(word, 'is no time at all')
  return ms > LONGEST_LEASE_MS ? wrong(word, 'is longer than 365 days') : accepted(ms)
}
