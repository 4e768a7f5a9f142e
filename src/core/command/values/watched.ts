/** What can be watched, as it is typed; and the time and the zone of a digest. */
import { accepted, refusal, refused, type Outcome } from '../../errors'
import { meridiemIn } from '../../time/meridiem'
import { readPlace } from '../../time/places'
import type { TimeZone } from '../../time/zone'
import { readGpu, readHost } from './names'
import { spot, type Word } from '../../text/words'

/** The whole fleet. */
export const ALL = 'all'
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

/** Whether it is a time on the 12-hour clock, with or without a blank. */
export const isMeridiem = (text: string): boolean => {
  const found = meridiemIn(text)
  return found !== null && found.before === '' && found.after === ''
}

/** `9:00`, `09:00` and `9 am` are `09:00`. */
export const readClock = (word: Word): Outcome<string> => {
  const half = isMeridiem(word.text) ? meridiemIn(word.text)?.read : null
  if (half?.kind === 'time') return accepted(half.text)
  if (half?.kind === 'twelve')
    return wrong(
      `${spot(word)} may be midnight or noon`,
      'Write `at 00:00` for midnight, or `at 12:00` for noon.',
    )
  return /^(?:[01]?\d|2[0-3]):[0-5]\d$/.test(word.text)
    ? accepted(word.text.padStart(5, '0'))
    : wrong(`${spot(word)} is no time of day`, 'Write it such as `at 09:00` or `at 9am`.')
}

export const readZone = (word: Word): Outcome<TimeZone> => readPlace(word.text)
