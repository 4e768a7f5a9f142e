import { describe, expect, it } from '@jest/globals'
import { readPlace, type Zones } from '../../../src/core/time/places'

const read = (place: string, zones?: Zones) => {
  const outcome = readPlace(place, zones)
  return outcome.ok ? outcome.value : outcome.refusals[0]
}

describe('a time zone', () => {
  it.each([
    ['Berlin', 'Europe/Berlin'],
    ['berlin', 'Europe/Berlin'],
    ['New York', 'America/New_York'],
    ['new_york', 'America/New_York'],
    ['Port au Prince', 'America/Port-au-Prince'],
    ['Zürich', 'Europe/Zurich'],
    ['Kolkata', 'Asia/Kolkata'],
    ['Kyiv', 'Europe/Kyiv'],
    ['Istanbul', 'Europe/Istanbul'],
    ['Vevay', 'America/Indiana/Vevay'],
    ['Europe/Berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
  ])('of %s is %s', (place, zone) => {
    expect(read(place)).toBe(zone)
  })

  it.each(['Springfield', 'Europe', '', ' ', '../Berlin', '+02:00', 'Berlin\u202e', 'constructor'])(
    'of %j is not known',
    (place) => {
      expect(read(place)).toMatchObject({
        code: 'syntax',
        reason: expect.stringContaining('is no time zone'),
      })
    },
  )

  it('of a city that several zones have is refused, and they are named', () => {
    const zones: Zones = {
      areas: ['America', 'Europe'],
      nameOf: (zone) => (zone.endsWith('/Springfield') ? zone : null),
    }

    expect(read('springfield', zones)).toEqual({
      code: 'syntax',
      reason: '`springfield` is a city of several time zones',
      next: 'Write `in America/Springfield` or `in Europe/Springfield`.',
    })
  })
})
