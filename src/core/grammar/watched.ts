/** What can be watched, as it is typed; and the time and the zone of a digest. */
import { accepted, refusal, refused, type Outcome } from '../errors'
import { ALL } from '../news/news'
import { timeZone } from '../lease/zone'
import { readGpu, readHost } from './values'
import { spot, type Word } from './words'

/** The word for a daily digest, beside what there is to watch. */
export const DIGEST = 'digest'

const wrong = (reason: string, next: string): Outcome<never> => refused(refusal('syntax', reason, next))

/** A GPU, a host, `all`, or `digest`. */
export const readWatched = (word: Word): Outcome<string> => {
  const name = word.text.toLowerCase()
  if (name === ALL || name === DIGEST) return accepted(name)
  return word.text.includes('/') ? readGpu(word) : readHost(word)
}

/** Where else could it be? It may be said all the same. */
export const readHere = (word: Word): Outcome<string> =>
  word.text.toLowerCase() === 'here'
    ? accepted('here')
    : wrong(`${spot(word)} is out of place`, 'What is watched is watched where you say it: `watch all here`.')

/** `9:00` and `09:00` are `09:00`. */
export const readClock = (word: Word): Outcome<string> =>
  /^(?:[01]?\d|2[0-3]):[0-5]\d$/.test(word.text)
    ? accepted(word.text.padStart(5, '0'))
    : wrong(`${spot(word)} is no time of day`, 'Write it on the 24-hour clock, such as `at 09:00`.')

export const readZone = (word: Word): Outcome<string> => {
  const zone = timeZone.safeParse(word.text)
  return zone.success
    ? accepted(zone.data)
    : wrong(`${spot(word)} is no time zone`, 'Write a place of the time zone, such as `in Europe/Berlin`.')
}
