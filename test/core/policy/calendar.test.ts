import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { afterOpenTime, holdAt, holdText } from '../../../src/core/policy/calendar'
import { aPolicy, aWish } from './team'

const at = (text: string): number => Date.parse(text)
const held = (changes: object, when: string, wish = aWish()): string | null => {
  const policy = aPolicy({ timeZone: 'Europe/Berlin', ...changes })
  const hold = holdAt(policy, [wish], at(when))
  return hold && holdText(policy, hold)
}

describe('a change freeze', () => {
  const freezes = [{ name: 'year-end', from: '2026-12-20 08:00', until: '2027-01-07 08:00' }]

  it('holds changes between its dates, by the clock of the policy', () => {
    expect(held({ freezes }, '2026-12-20T06:59:59Z')).toBeNull()
    expect(held({ freezes }, '2026-12-20T07:00:00Z')).toBe(
      'the change freeze year-end lasts until 2027-01-07 08:00 (Europe/Berlin)',
    )
    expect(held({ freezes }, '2027-01-07T06:59:59Z')).not.toBeNull()
    expect(held({ freezes }, '2027-01-07T07:00:00Z')).toBeNull()
  })

  it('holds only what is among the places that it names', () => {
    const of = (places: object) => [{ ...freezes[0], ...places }]
    const when = '2026-12-24T12:00:00Z'

    expect(held({ freezes: of({ hosts: ['hv0*'] }) }, when)).not.toBeNull()
    expect(held({ freezes: of({ hosts: ['lab*'] }) }, when)).toBeNull()
    expect(held({ freezes: of({ classes: ['training'] }) }, when)).not.toBeNull()
    expect(held({ freezes: of({ vms: ['prod-*'] }) }, when)).toBeNull()
    expect(held({ freezes: of({ vms: ['train-*'] }) }, when, aWish({ vms: [] }))).toBeNull()
  })

  it('holds what may be among them, where the model is not known', () => {
    const of = (places: object) => [{ ...freezes[0], ...places }]
    const unknown = aWish({ model: 'NVIDIA device 10DE:2399' })
    const when = '2026-12-24T12:00:00Z'

    expect(held({ freezes: of({ models: ['*H100*'] }) }, when, unknown)).not.toBeNull()
    expect(held({ freezes: of({ classes: ['training'] }) }, when, unknown)).not.toBeNull()
    expect(held({ freezes: of({ models: ['AMD *'] }) }, when, unknown)).toBeNull()
  })

  it('holds a move for the sake of either VM', () => {
    const vms = ['train-01', 'prod-web'].map((name) => ({ id: `id-of-${name}`, name }))

    expect(
      held({ freezes: [{ ...freezes[0], vms: ['prod-*'] }] }, '2026-12-24T12:00:00Z', aWish({ vms })),
    ).not.toBeNull()
  })
})

describe('quiet hours', () => {
  const quietHours = [{ name: 'nights', days: ['mon', 'fri'], from: '22:00', until: '07:00' }]

  it('go over midnight, and belong to the day on which they begin', () => {
    expect(held({ quietHours }, '2026-11-23T20:59:00Z')).toBeNull()
    expect(held({ quietHours }, '2026-11-23T21:00:00Z')).toBe(
      'the quiet hours nights last until 2026-11-24 07:00 (Europe/Berlin)',
    )
    expect(held({ quietHours }, '2026-11-24T05:59:00Z')).not.toBeNull()
    expect(held({ quietHours }, '2026-11-24T06:00:00Z')).toBeNull()
    expect(held({ quietHours }, '2026-11-24T21:30:00Z')).toBeNull()
    expect(held({ quietHours }, '2026-11-28T05:00:00Z')).not.toBeNull()
  })

  it('come every day unless days are named, and last a whole day where they end when they begin', () => {
    const always = [{ name: 'always', from: '12:00', until: '12:00' }]
    const anyMoment = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })

    fc.assert(
      fc.property(anyMoment, (now) => {
        expect(held({ quietHours: always }, new Date(now).toISOString())).not.toBeNull()
      }),
    )
  })

  it('keep to the clock on the wall where it is put back or forward', () => {
    const short = [{ name: 'nights', from: '22:00', until: '07:00' }]

    expect(held({ quietHours: short }, '2026-10-25T05:59:00Z')).not.toBeNull()
    expect(held({ quietHours: short }, '2026-10-25T06:00:00Z')).toBeNull()
    expect(held({ quietHours: short }, '2026-03-29T04:59:00Z')).not.toBeNull()
    expect(held({ quietHours: short }, '2026-03-29T05:00:00Z')).toBeNull()
  })
})

describe('several at once', () => {
  it('are told by the one that lasts longest', () => {
    const freezes = [{ name: 'release-week', from: '2026-11-23 00:00', until: '2026-11-30 00:00' }]
    const quietHours = [{ name: 'nights', from: '22:00', until: '07:00' }]

    expect(held({ freezes, quietHours }, '2026-11-23T22:00:00Z')).toContain('release-week')
    expect(held({ freezes, quietHours }, '2026-11-29T22:30:00Z')).toContain('nights')
  })

  it('change nothing about what was approved: the revision of the policy stays', () => {
    const freezes = [{ name: 'x', from: '2026-11-23 00:00', until: '2026-11-30 00:00' }]

    expect(aPolicy({ freezes }).revision).toBe(aPolicy().revision)
  })
})

describe('time in which nothing holds', () => {
  const MINUTE = 60_000
  const after = (changes: object, from: string, minutes: number): string => {
    const policy = aPolicy({ timeZone: 'Europe/Berlin', ...changes })
    return new Date(afterOpenTime(policy, [aWish()], { from: at(from), ms: minutes * MINUTE })).toISOString()
  }
  const nights = [{ name: 'nights', from: '22:00', until: '07:00' }]

  it.each([
    {
      says: 'all of it, where nothing holds',
      changes: {},
      from: '2026-11-23T10:00Z',
      until: '2026-11-23T10:30',
    },
    {
      says: 'what is left goes on in the morning',
      changes: { quietHours: nights },
      from: '2026-11-23T20:50Z',
      until: '2026-11-24T06:20',
    },
    {
      says: 'all of it before they begin is all of it',
      changes: { quietHours: nights },
      from: '2026-11-23T20:30Z',
      until: '2026-11-23T21:00',
    },
    {
      says: 'a night in which clocks are put back is longer',
      changes: { quietHours: nights },
      from: '2026-10-24T19:50Z',
      until: '2026-10-25T06:20',
    },
    {
      says: 'a night in which they are put forward is shorter',
      changes: { quietHours: nights },
      from: '2026-03-28T20:50Z',
      until: '2026-03-29T05:20',
    },
    {
      says: 'a night goes over into a freeze',
      changes: {
        quietHours: nights,
        freezes: [{ name: 'tuesday', from: '2026-11-24 06:00', until: '2026-11-25 12:00' }],
      },
      from: '2026-11-23T20:50Z',
      until: '2026-11-25T11:20',
    },
    {
      says: 'those of other places do not count',
      changes: { quietHours: [{ ...nights[0], hosts: ['hv09'] }] },
      from: '2026-11-23T20:50Z',
      until: '2026-11-23T21:20',
    },
    {
      says: 'a freeze without an end is counted for a year',
      changes: { freezes: [{ name: 'x', from: '2026-11-23 10:00', until: '9999-12-31 00:00' }] },
      from: '2026-11-23T08:50Z',
      until: '2027-11-23T08:50',
    },
    {
      says: 'so are quiet hours all day',
      changes: { quietHours: [{ name: 'x', from: '10:00', until: '10:00' }] },
      from: '2026-11-23T08:50Z',
      until: '2027-11-23T08:50',
    },
  ])('$says', ({ changes, from, until }) => {
    expect(after(changes, from, 30)).toBe(`${until}:00.000Z`)
  })

  it('is what a clock would count that stops while something holds, in whatever night of the year', () => {
    const policy = aPolicy({
      timeZone: 'Europe/Berlin',
      quietHours: [...nights, { name: 'noon', days: ['sun', 'wed'], from: '12:10', until: '12:40' }],
    })
    const minutes = fc.integer({
      min: at('2026-01-01T00:00Z') / MINUTE,
      max: at('2027-01-01T00:00Z') / MINUTE,
    })
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 600 }), (start, count) => {
        let [now, left] = [start * MINUTE, count]
        for (; left > 0; now += MINUTE) if (holdAt(policy, [aWish()], now) === null) left -= 1
        expect(afterOpenTime(policy, [aWish()], { from: start * MINUTE, ms: count * MINUTE })).toBe(now)
      }),
      { numRuns: 20 },
    )
  })
})
