/** Wall clocks. The rules of each time zone are those of the runtime (ECMAScript Intl, from the IANA database). */
import { z } from 'zod'

const FORMS = new Map<string, Intl.DateTimeFormat>()

/** Made once for each zone: making one takes longer than all else here. Throws RangeError where there is no such zone. */
const formIn = (zone: string): Intl.DateTimeFormat => {
  const known = FORMS.get(zone)
  if (known) return known
  const form = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  FORMS.set(zone, form)
  return form
}

const isKnown = (name: string): boolean => {
  try {
    formIn(name)
    return true
  } catch {
    return false
  }
}

/** An IANA name such as `Europe/Berlin`. A fixed offset is none: it has no daylight saving. */
export const timeZone = z
  .string()
  .refine((name) => !/^[+-]/.test(name) && isKnown(name), 'is no time zone such as Europe/Berlin')
  .brand<'TimeZone'>()
export type TimeZone = z.infer<typeof timeZone>

const DAY_MS = 86_400_000

/** What a clock on the wall shows. `day` may lie outside of its month: it is counted on. */
export interface Wall {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

export interface Zoned {
  readonly wallAt: (at: number) => Wall
  readonly momentOf: (wall: Wall) => number
}

/** Conversions for one zone. */
export const zoned = (zone: TimeZone): Zoned => {
  const form = formIn(zone)
  const fieldsAt = (at: number) => {
    const parts = new Map(form.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const field = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    return {
      wall: {
        year: field('year'),
        month: field('month'),
        day: field('day'),
        hour: field('hour'),
        minute: field('minute'),
      },
      second: field('second'),
    }
  }
  const offsetAt = (at: number): number => {
    const { wall, second } = fieldsAt(at)
    return asUtc(wall) + second * 1000 - Math.floor(at / 1000) * 1000
  }
  return {
    wallAt: (at) => fieldsAt(at).wall,
    /**
     * Where the clocks are put back a wall time comes twice, and where they are put forward it does not come at all:
     * in both cases it is the later of the two readings, so that nobody loses a GPU earlier than their clock says.
     */
    momentOf: (wall) => {
      const utc = asUtc(wall)
      const readings = [offsetAt(utc - DAY_MS), offsetAt(utc + DAY_MS)].map((offset) => utc - offset)
      const real = readings.filter((at) => at + offsetAt(at) === utc)
      return Math.max(...(real.length > 0 ? real : readings))
    },
  }
}

const asUtc = ({ year, month, day, hour, minute }: Wall): number =>
  Date.UTC(year, month - 1, day, hour, minute)

/** 0 for Sunday to 6 for Saturday. */
export const weekdayOf = (wall: Wall): number => new Date(asUtc(wall)).getUTCDay()

/** The same date, if the calendar has it: there is no 31 April. */
export const isDate = (wall: Wall): boolean => {
  const date = new Date(asUtc(wall))
  return date.getUTCMonth() === wall.month - 1 && date.getUTCDate() === wall.day
}

/** `2026-12-01` */
export const dateText = (wall: Wall): string => new Date(asUtc(wall)).toISOString().slice(0, 10)
