import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { scan } from '../../../src/core/text/words'
import { endOf, readUntil, shortened } from '../../../src/core/time/until'
import { timeZone, zoned, type Wall } from '../../../src/core/time/zone'
import { DAY, HOUR } from '../lease/leases'

const wordsOf = (text: string) => {
  const line = scan(text)
  if (!line.ok) throw new Error(text)
  return line.value.words
}
const zone = (name: string) => timeZone.parse(name)
const until = (text: string, now: string, name = 'Europe/Berlin') =>
  readUntil(wordsOf(text), Date.parse(now), zone(name))
const iso = (read: ReturnType<typeof readUntil>) =>
  read.ok ? new Date(endOf(read.value, 0)).toISOString().slice(0, 16) : read.refusals[0]?.reason

/** A Wednesday, noon in Berlin, 6 o'clock in New York. */
const NOW = '2026-11-25T11:00Z'

describe('until', () => {
  it.each([
    { text: '18:00', is: '2026-11-25T17:00', because: 'the next one is today' },
    { text: '9:00', is: '2026-11-26T08:00', because: 'the next one is tomorrow' },
    { text: '12:00', is: '2026-11-26T11:00', because: 'this very moment is over' },
    { text: '00:00', is: '2026-11-25T23:00', because: 'midnight begins the next day' },
    { text: 'today', is: '2026-11-25T23:00', because: 'a day lasts to its end' },
    { text: 'today 18:00', is: '2026-11-25T17:00', because: 'a day may have a time' },
    { text: 'tomorrow 09:00', is: '2026-11-26T08:00', because: 'that is a day too' },
    { text: 'friday', is: '2026-11-27T23:00', because: 'friday counts as well' },
    { text: 'Fri 18:00', is: '2026-11-27T17:00', because: 'three letters are enough' },
    { text: 'tuesday', is: '2026-12-01T23:00', because: 'that is in the next week and month' },
    { text: '2026-12-01', is: '2026-12-01T23:00', because: 'a date lasts to its end' },
    { text: '2026-12-01 09:00', is: '2026-12-01T08:00', because: 'it is in the zone of who asks' },
    { text: '2026-12-01T09:00', is: '2026-12-01T08:00', because: 'ISO is written so' },
    { text: '"2026-12-01 09:00"', is: '2026-12-01T08:00', because: 'quotes do not matter' },
    { text: '6pm', is: '2026-11-25T17:00', because: 'the afternoon has the same hours' },
    { text: '9 am', is: '2026-11-26T08:00', because: 'a blank does not matter' },
    { text: '9:30 p.m.', is: '2026-11-25T20:30', because: 'nor do full stops' },
    { text: 'friday 12:30 am', is: '2026-11-26T23:30', because: 'the first hour is the twelfth' },
    { text: '6pm friday', is: '2026-11-27T17:00', because: 'the day may stand last' },
    { text: '09:00 in New York', is: '2026-11-25T14:00', because: 'a city names its zone' },
    { text: 'friday in Asia/Tokyo', is: '2026-11-27T15:00', because: 'so does the zone itself' },
    { text: '2026-12-01 9am IN kolkata', is: '2026-12-01T03:30', because: 'all of it together' },
    { text: '2027-02-28 00:00', is: '2027-02-27T23:00', because: 'the year turns' },
  ])('`$text`: $because', ({ text, is }) => {
    expect(iso(until(text, NOW))).toBe(is)
  })

  it('is read in the zone of who asks', () => {
    expect(iso(until('18:00', NOW, 'America/New_York'))).toBe('2026-11-25T23:00')
    expect(iso(until('today', '2026-11-25T23:30Z', 'Asia/Kolkata'))).toBe('2026-11-26T18:30')
  })

  it.each([
    { text: 'firday', why: 'is neither a day nor a time', next: /^Did you mean `until friday`\?/ },
    { text: 'later', why: 'is neither a day nor a time', next: /^Write `until 18:00`/ },
    {
      text: '12pm',
      why: 'may end at midnight or at noon',
      next: /`until 00:00` .* or `until 12:00` for noon/,
    },
    { text: 'friday 12 am in Oslo', why: 'midnight or at noon', next: /`until friday 00:00 in Oslo` / },
    { text: '13pm', why: 'is no time of day', next: /18:00/ },
    { text: '9:75 am', why: 'is no time of day', next: /18:00/ },
    { text: '18:00 in Berln', why: 'is no time zone', next: /^Did you mean `in Berlin`\?/ },
    { text: '18:00 in', why: 'is neither a day nor a time', next: /18:00/ },
    { text: 'in Berlin', why: 'where a time such as', next: /18:00/ },
    { text: 'wed 6pm in Oslo', why: 'today or in a week', next: /`until today 18:00 in Oslo` or / },
    { text: '25:00', why: 'is no time of day', next: /18:00/ },
    { text: '18:60', why: 'is no time of day', next: /18:00/ },
    { text: '24:00', why: 'ends a day with 24:00', next: /00:00/ },
    { text: '2026-02-30', why: 'is in no calendar', next: /2026-12-01/ },
    { text: '2026-13-01', why: 'is in no calendar', next: /2026-12-01/ },
    { text: '1.12.2026', why: 'is read differently in different places', next: /2026-12-01/ },
    { text: '12/1', why: 'is read differently in different places', next: /2026-12-01/ },
    { text: '8h', why: 'is a length of time', next: /^Write `for 8h`\.$/ },
    { text: 'friday noon', why: 'has `noon` where a time', next: /18:00/ },
    { text: 'friday 18:00 sharp', why: 'has more words', next: /18:00/ },
    { text: '', why: 'names no time', next: /18:00/ },
    { text: '2026-11-25 11:59', why: 'is over already', next: /later/ },
    { text: '2025-12-01', why: 'is over already', next: /later/ },
    { text: '2027-12-01', why: 'is more than 365 days away', next: /earlier/ },
    { text: 'wednesday', why: 'may be today or in a week', next: /`until today` or `until 2026-12-02`/ },
    { text: 'wed 18:00', why: 'today or in a week', next: /`until today 18:00` or `until 2026-12-02 18:00`/ },
  ])('`$text` is refused: it $why', ({ text, why, next }) => {
    expect(until(text, NOW)).toMatchObject({
      ok: false,
      refusals: [
        {
          code: 'syntax',
          reason: expect.stringContaining(why),
          next: expect.stringMatching(next),
        },
      ],
    })
  })

  it.each([
    { says: 'Berlin skips 02:30 in March', text: '02:30', now: '2027-03-28T00:00Z', is: '2027-03-28T01:30' },
    {
      says: 'and has 02:30 twice in October',
      text: '02:30',
      now: '2026-10-24T23:00Z',
      is: '2026-10-25T01:30',
    },
    {
      says: 'the first of which may be over',
      text: '02:30',
      now: '2026-10-25T00:45Z',
      is: '2026-10-25T01:30',
    },
    { says: 'a day may last 23 hours', text: 'sunday', now: '2027-03-27T12:00Z', is: '2027-03-28T22:00' },
    { says: 'or 25', text: 'sunday', now: '2026-10-24T12:00Z', is: '2026-10-25T23:00' },
  ])('daylight saving: $says', ({ text, now, is }) => {
    expect(iso(until(text, now))).toBe(is)
  })

  it.each([
    { zone: 'America/New_York', text: '2027-03-14 02:30', is: '2027-03-14T07:30' },
    { zone: 'America/New_York', text: '2026-11-01 01:30', is: '2026-11-01T06:30' },
    { zone: 'Africa/Cairo', text: '2027-04-30 00:00', is: '2027-04-29T22:00' },
    { zone: 'Australia/Lord_Howe', text: '2027-04-04 01:45', is: '2027-04-03T15:15' },
  ])('daylight saving of $zone: $text', ({ zone, text, is }) => {
    expect(iso(until(text, '2026-10-20T12:00Z', zone))).toBe(is)
  })

  it.each(['Mars/Olympus', '+02:00', '', 'local'])('no zone is called %j', (name) => {
    expect(timeZone.safeParse(name).success).toBe(false)
  })
})

describe('for', () => {
  it('counts from the start of the lease', () => {
    expect(endOf({ kind: 'for', ms: 8 * HOUR }, 5)).toBe(8 * HOUR + 5)
  })
})

describe('wall clocks', () => {
  const ZONES = [
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'UTC',
  ]
  const moment = fc
    .integer({ min: Date.UTC(2024, 0) / 60_000, max: Date.UTC(2034, 0) / 60_000 })
    .map((m) => m * 60_000)
  const same = (a: Wall, b: Wall) => JSON.stringify(a) === JSON.stringify(b)

  it.each(ZONES)(
    'of %s: the moment of what a clock shows is that moment, or the same time once more',
    (name) => {
      const clock = zoned(zone(name))
      fc.assert(
        fc.property(moment, (at) => {
          const back = clock.momentOf(clock.wallAt(at))
          expect(same(clock.wallAt(back), clock.wallAt(at))).toBe(true)
          expect([0, HOUR / 2, HOUR]).toContain(back - at)
        }),
        { numRuns: 300 },
      )
    },
  )

  it.each(ZONES)('of %s: an end is ahead, and a clock time is within a day and an hour', (name) => {
    fc.assert(
      fc.property(moment, fc.nat({ max: 23 }), fc.nat({ max: 59 }), (now, hour, minute) => {
        const read = readUntil(wordsOf(`${hour}:${String(minute).padStart(2, '0')}`), now, zone(name))
        const ahead = read.ok ? endOf(read.value, 0) - now : 0
        expect(ahead).toBeGreaterThan(0)
        expect(ahead).toBeLessThanOrEqual(DAY + HOUR)
      }),
      { numRuns: 300 },
    )
  })
})

describe('an approver who lends for less', () => {
  const now = Date.parse(NOW)

  it.each([
    { asked: undefined, ms: HOUR, is: { kind: 'for', ms: HOUR } },
    { asked: { kind: 'for', ms: 8 * HOUR } as const, ms: 8 * HOUR, is: { kind: 'for', ms: 8 * HOUR } },
    { asked: { kind: 'for', ms: 8 * HOUR } as const, ms: 8 * HOUR + 1, is: null },
    { asked: { kind: 'until', at: now + HOUR } as const, ms: HOUR, is: { kind: 'until', at: now + HOUR } },
    { asked: { kind: 'until', at: now + HOUR } as const, ms: HOUR + 1, is: null },
  ])('%j', ({ asked, ms, is }) => {
    const read = shortened(asked, ms, now)

    expect(read.ok ? read.value : null).toEqual(is)
  })
})
