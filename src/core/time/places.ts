/** Time zones by the city in their name: `Berlin` is Europe/Berlin. The zones are those of the runtime, from the IANA database. */
import { accepted, refusal, refused, type Outcome } from '../errors'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { timeZone, type TimeZone } from './zone'

/** The names of zones, as a runtime has them. */
export interface Zones {
  /** What stands before the city: `Europe`, `America/Indiana`. */
  readonly areas: readonly string[]
  /** The one name of a zone, whichever of its names is given; null where there is no such zone. */
  readonly nameOf: (zone: string) => string | null
}

const NAMES = Intl.supportedValuesOf('timeZone')
const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1)
const CITIES = NAMES.map((name) => cityOf(name).replaceAll('_', ' '))

const OF_THE_RUNTIME: Zones = {
  areas: [...new Set(NAMES.flatMap((name) => /^(.+)\/[^/]+$/.exec(name)?.[1] ?? []))],
  nameOf: (zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
    } catch {
      return null
    }
  },
}

/** `são paulo` as `Sao_Paulo`. Most cities are joined by `_`, some by `-`. */
const spellings = (place: string): string[] => {
  const words = place
    .normalize('NFD')
    .replace(/[\p{M}.'’]/gu, '')
    .split(/[\s_]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
  return words.every((word) => /^[a-z-]+$/i.test(word))
    ? [...new Set([words.join('_'), words.join('-')])]
    : []
}

/** Every zone that has a city of this name, each once however many names it has. */
const zonesOf = (place: string, { areas, nameOf }: Zones): string[] => {
  const found = new Map<string, string>()
  for (const city of spellings(place))
    for (const area of areas) {
      const zone = nameOf(`${area}/${city}`)
      if (zone === null || found.has(zone)) continue
      // The runtime may call it by an older name than the one that was typed.
      const isCalledSo = cityOf(zone).toLowerCase() === city.toLowerCase()
      found.set(zone, isCalledSo ? zone : `${area}/${city}`)
    }
  return [...found.values()]
}

/** Whether it is the name of a zone, or of a city that has one. */
export const isPlace = (place: string): boolean =>
  timeZone.safeParse(place).success || zonesOf(place, OF_THE_RUNTIME).length > 0

/** A zone by its name, or by its city. Refused: what no zone has in its name, and a city of several. */
export const readPlace = (place: string, zones = OF_THE_RUNTIME): Outcome<TimeZone> => {
  const named = timeZone.safeParse(place)
  if (named.success) return accepted(named.data)
  const [zone, ...others] = zonesOf(place, zones)
  if (zone === undefined) return refused(noZone(place))
  if (others.length === 0) return accepted(timeZone.parse(zone))
  const choices = [zone, ...others].map((each) => `\`in ${each}\``).join(' or ')
  return refused(
    refusal('syntax', `\`${shown(place)}\` is a city of several time zones`, `Write ${choices}.`),
  )
}

const noZone = (place: string) => {
  const near = didYouMean(nearest(place, CITIES, 1).map((city) => `in ${city}`))
  return refusal(
    'syntax',
    `\`${shown(place)}\` is no time zone`,
    `${near === null ? '' : `${near} `}Write a place of the time zone, such as \`in Europe/Berlin\`, or its city.`,
  )
}
