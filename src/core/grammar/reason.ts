/**
 * What follows `because`. Everything to the end of the line is the reason, except flags at the very end: there they
 * are still flags, since people add `--dry-run` last. A reason that is quoted as a whole may contain anything.
 */
import { accepted, refusal, refused, type Outcome } from '../errors'
import { flagNameOf } from './flag-name'
import type { Flag } from '../command/values/spec'
import { inlineValue, unknownFlag } from './flags'
import { codePointOf, isHidden, shown } from '../text/shown'
import { bareWords, spot, textOf, unquote, type Line, type Tail, type Word } from '../text/words'

const LONGEST = 500
/** Emoji and several scripts are written with joiners and variation selectors; a reason is prose and may have them. */
const PROSE = /\u200C|\u200D|\uFE0E|\uFE0F|\p{Co}|\p{Cn}/u

export interface Reason {
  readonly text: string
  /** Flags found behind the reason, with their values. */
  readonly flags: readonly Word[]
}

/** How many words at the end are flags of the command (with values), or the refusal of one that looks like a flag. */
const countFlags = (words: readonly Word[], flags: readonly Flag[], usage: string): Outcome<number> => {
  let first = words.length
  while (first > 0) {
    const last = words[first - 1]
    const count = lengthOfFlag(words.slice(Math.max(0, first - 3), first), flags)
    if (count > 0) first -= count
    else if (last && /^--[a-z]+[a-z=-]*$/i.test(last.text)) {
      const { reason, next = usage } = unknownFlag(last, flags, usage)
      const quoting = 'To have it in the reason, put the whole reason in quotes.'
      return refused(refusal('syntax', reason, `${next} ${quoting}`))
    } else break
  }
  return accepted(words.length - first)
}

/** How many of these words, up to the last of them, are one flag with its value, such as `--vram 6 GB`; 0 for none. */
const lengthOfFlag = (words: readonly Word[], flags: readonly Flag[]): 0 | 1 | 2 | 3 => {
  const [last, before, first] = words.toReversed()
  if (last && isFlag(last, flags)) return 1
  if (!last || !before) return 0
  if (isFlag(before, flags, 'with a value')) return 2
  const inline = inlineValue(before)
  if (inline !== null && isFlag(before, flags) && isJoined(before, flags, [inline, last])) return 2
  return first && isFlag(first, flags, 'with a value') && isJoined(first, flags, [before, last]) ? 3 : 0
}

const isJoined = (word: Word, flags: readonly Flag[], value: readonly Word[]): boolean =>
  flags.find(({ name }) => name === flagNameOf(word))?.takes?.joins?.(textOf(value)) === true

const isFlag = (word: Word, flags: readonly Flag[], shape: 'any' | 'with a value' = 'any'): boolean => {
  // A single hyphen before a word is prose here.
  if (/^-[^-]/.test(word.text)) return false
  const name = flagNameOf(word)
  const flag = flags.find((each) => each.name === name)
  return flag !== undefined && (shape === 'any' || (flag.takes !== null && !word.text.includes('=')))
}

/** Refused: no reason, more than 500 characters, characters that hide or reorder what approvers read. */
export const readReason = (
  because: NonNullable<Line['because']>,
  flags: readonly Flag[],
  usage: string,
): Outcome<Reason> => {
  const words = wordsBehindQuote(because.rest)
  const count = countFlags(words, flags, usage)
  if (!count.ok) return count
  const behind = words.slice(words.length - count.value)
  const end = (behind[0]?.at ?? Infinity) - because.rest.at
  const text = proseOf(because.rest.characters.slice(0, Math.min(end, because.rest.characters.length)))
  const wrong = refuseReason(text, because.word)
  return wrong ? refused(wrong) : accepted({ text, flags: behind })
}

/** Words in a quoted reason are never flags. */
const wordsBehindQuote = (rest: Tail): Word[] => {
  const start = rest.characters.findIndex((each) => each.trim() !== '')
  const behind = unquote(rest.characters, start)?.end ?? 0
  const from = (rest.characters[behind] ?? ' ').trim() === '' ? behind : 0
  return bareWords({ characters: rest.characters.slice(from), at: rest.at + from })
}

const proseOf = (characters: readonly string[]): string => {
  const trimmed = Array.from(characters.join('').trim())
  const read = unquote(trimmed, 0)
  if (read?.end === trimmed.length) return read.text.replace(/[\t\r\n]+/g, ' ').trim()
  return trimmed.join('').replace(/[\t\r\n\p{Zs}]+/gu, ' ')
}

const refuseReason = (text: string, word: Word) => {
  const characters = Array.from(text)
  if (characters.length === 0)
    return refusal(
      'syntax',
      `no reason follows ${spot(word)}`,
      'Write the reason after it, such as `because training run`, or leave `because` away.',
    )
  if (characters.length > LONGEST)
    return refusal(
      'syntax',
      `the reason after ${spot(word)} has ${characters.length} characters; the limit is ${LONGEST}`,
      `Shorten it by ${characters.length - LONGEST}.`,
    )
  const hidden = characters.find((each) => isHidden(each) && !PROSE.test(each))
  if (hidden === undefined) return null
  return refusal(
    'syntax',
    `the reason after ${spot(word)} has a character in it that cannot be seen, ${codePointOf(hidden)}: \`${shown(text)}\``,
    'Type the reason by hand instead of pasting it.',
  )
}
