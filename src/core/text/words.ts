/**
 * A line of text cut into words. Quotes count only where a word begins, so the apostrophe of `bob's-vm` is a letter.
 * Phones and Slack turn straight quotes into curved ones: both kinds open and close, in any mixture. Back quotes, which
 * mark code in both chats, count around a word only: in a reason they are letters.
 */
import { accepted, refusal, refused, type Outcome } from '../errors'
import { shown } from './shown'

/** `at` is the position of the first character, counted from 1 in the text as it was typed. */
export interface Word {
  readonly text: string
  readonly at: number
  readonly quoted: boolean
}

/** `because` cuts the line: what follows is a reason, not words. */
export interface Line {
  readonly words: readonly Word[]
  readonly because: { readonly word: Word; readonly rest: Tail } | null
}

/** The end of a line, as characters, and the position of the first of them. */
export interface Tail {
  readonly characters: readonly string[]
  readonly at: number
}

const DOUBLE = '"“”„‟＂'
const SINGLE = "'‘’‚‛"
const BACK = '`'
const QUOTES: readonly string[] = [DOUBLE, SINGLE]
const WORD_QUOTES: readonly string[] = [...QUOTES, BACK]
/** `2 days 4 hours 30 minutes` */
const LONGEST_RUN = 6
export const KEYWORDS: readonly string[] = [
  'to',
  'from',
  'for',
  'until',
  'by',
  'into',
  'with',
  'any',
  'because',
]

/** Zero-width "spaces" are not white here: they stay in the word and are refused there. */
const isWhite = (character: string): boolean => /[\t\n\r\p{Zs}]/u.test(character)
const familyOf = (character: string, families = QUOTES): string | undefined =>
  character === '' ? undefined : families.find((family) => family.includes(character))

/** Unquoted and equal, whatever the case. */
export const isKeyword = (word: Word, keyword: string): boolean =>
  !word.quoted && word.text.toLowerCase() === keyword

/** How a message points at a word. */
export const spot = (word: Word): string => `\`${shown(word.text)}\` at character ${word.at}`

/**
 * The longest run of words at the beginning that is one value with blanks in it, as `8 hours` is; else the first alone.
 * Words in quotes are not joined to what stands before them.
 */
export const joined = (
  words: readonly [Word, ...Word[]],
  isOne: ((text: string) => boolean) | undefined,
): readonly [Word, ...Word[]] => {
  const [first, ...rest] = words
  const quoted = rest.findIndex((word) => word.quoted)
  const open = rest.slice(0, Math.min(quoted === -1 ? rest.length : quoted, LONGEST_RUN - 1))
  for (let count = isOne ? open.length : 0; isOne && count > 0; count--) {
    const run = open.slice(0, count)
    if (isOne(textOf([first, ...run]))) return [first, ...run]
  }
  return [first]
}

export const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ')

/** Reads the quoted text that begins at `start`; null when the quote is never closed. `end` is behind the closing quote. */
export const unquote = (
  characters: readonly string[],
  start: number,
  families = QUOTES,
): { readonly text: string; readonly end: number } | null => {
  const family = familyOf(characters[start] ?? '', families)
  if (family === undefined) return null
  let text = ''
  for (let index = start + 1; index < characters.length; index++) {
    const character = characters[index] ?? ''
    const following = characters[index + 1] ?? ' '
    if (character === '\\' && (following === '\\' || familyOf(following) !== undefined)) {
      text += following
      index++
    } else if (family.includes(character)) return { text, end: index + 1 }
    else text += character
  }
  return null
}

/** One word as it must be typed: in quotes where it would otherwise be cut, or taken for a keyword or a flag. */
export const quoteWord = (text: string): string =>
  /^[a-z0-9][\w./-]*$/i.test(text) && !KEYWORDS.includes(text.toLowerCase()) ? text : quote(text)

export const quote = (text: string): string => `"${text.replace(/["“”„‟＂\\]/gu, '\\$&')}"`

const endOfBare = (characters: readonly string[], start: number): number => {
  const length = characters.slice(start).findIndex(isWhite)
  return length === -1 ? characters.length : start + length
}

/** Words between white space, quotes being letters like any other. */
export const bareWords = (tail: Tail): Word[] => {
  const words: Word[] = []
  let index = 0
  while (index < tail.characters.length) {
    if (isWhite(tail.characters[index] ?? '')) index++
    else {
      const end = endOfBare(tail.characters, index)
      words.push({ text: tail.characters.slice(index, end).join(''), at: tail.at + index, quoted: false })
      index = end
    }
  }
  return words
}

const quotedWord = (
  characters: readonly string[],
  start: number,
): Outcome<{ readonly word: Word; readonly end: number }> => {
  const at = start + 1
  const piece = shown(characters.slice(start).join(''))
  const read = unquote(characters, start, WORD_QUOTES)
  if (read === null)
    return refused(
      refusal(
        'syntax',
        `the quote that opens at character ${at} is never closed: \`${piece}\``,
        'Close it with the same quote, such as `"my vm"`; a quote inside is written `\\"`.',
      ),
    )
  const following = characters[read.end]
  if (following !== undefined && !isWhite(following))
    return refused(
      refusal(
        'syntax',
        `the quote that opens at character ${at} closes at character ${read.end}, in the middle of a word: \`${piece}\``,
        'Put a space after the closing quote; a quote inside is written `\\"`, such as `"the \\"big\\" vm"`.',
      ),
    )
  return accepted({ word: { text: read.text, at, quoted: true }, end: read.end })
}

/**
 * Cuts a line into words, up to `because`, or up to the prose behind so many words. Refused: a quote that is not closed, or
 * closes in the middle of a word.
 */
export const scan = (text: string, proseBehind = Infinity): Outcome<Line> => {
  const characters = Array.from(text)
  const words: Word[] = []
  let index = 0
  while (index < characters.length) {
    const character = characters[index] ?? ''
    if (isWhite(character)) {
      index++
      continue
    }
    const last = words.at(-1)
    if (last && words.length >= proseBehind)
      return accepted({
        words,
        because: { word: last, rest: { characters: characters.slice(index), at: index + 1 } },
      })
    if (familyOf(character, WORD_QUOTES) !== undefined) {
      const read = quotedWord(characters, index)
      if (!read.ok) return read
      words.push(read.value.word)
      index = read.value.end
      continue
    }
    const end = endOfBare(characters, index)
    const word: Word = { text: characters.slice(index, end).join(''), at: index + 1, quoted: false }
    if (words.length > 0 && isKeyword(word, 'because'))
      return accepted({ words, because: { word, rest: { characters: characters.slice(end), at: end + 1 } } })
    words.push(word)
    index = end
  }
  return accepted({ words, because: null })
}
