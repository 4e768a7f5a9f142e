/** Amounts of memory such as `8GiB`, `8 GB` or `8192MiB`. */
import { accepted, refusal, refused, type Outcome } from '../../errors'
import { spot, type Word } from '../../text/words'

const UNIT_BYTES = { m: 2 ** 20, g: 2 ** 30 } as const
const FORM = /^(\d{1,6})\s?([mg])(?:i?b)?$/i
const RIGHT = 'Write a whole number of GiB or MiB, such as `8GiB` or `6144MiB`.'

const whyNot = (text: string): string => {
  if (/^-/.test(text)) return 'is negative'
  if (/^\d+$/.test(text)) return 'has no unit'
  if (/^\d*[.,]\d/.test(text)) return 'has a fraction'
  return 'is not an amount of memory'
}

/** Whether it is written as an amount of memory, blank or not. */
export const isSize = (text: string): boolean => FORM.test(text)

/** Bytes. As GPUs are sold, `8GB` is 8 GiB too. Refused: fractions, other units, nothing at all. */
export const readSize = (word: Word): Outcome<number> => {
  const [, count, unit] = FORM.exec(word.text) ?? []
  const bytes = Number(count) * UNIT_BYTES[unit?.toLowerCase() === 'm' ? 'm' : 'g']
  if (count === undefined) return refused(refusal('syntax', `${spot(word)} ${whyNot(word.text)}`, RIGHT))
  return bytes > 0 ? accepted(bytes) : refused(refusal('syntax', `${spot(word)} is no memory at all`, RIGHT))
}

/** What `readSize` reads as these bytes, a whole number of MiB. */
export const sizeText = (bytes: number): string =>
  bytes % UNIT_BYTES.g === 0 ? `${bytes / UNIT_BYTES.g}GiB` : `${bytes / UNIT_BYTES.m}MiB`
