/** Reads a command's arguments, in order, and says what it expected where something else stands. */
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import type { Argument, Spec } from '../command/values/spec'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { isKeyword, joined, quote, spot, textOf, type Word } from '../text/words'

interface Place {
  /** The word before the one in question; the command itself at first. */
  readonly behind: Word
  readonly usage: string
  /** Those of the spec. */
  readonly keywords: readonly string[]
}

/** "after `x` I expected ..., not `y` at character 9". */
const expected = (what: string, found: Word | undefined, { behind, usage }: Place): Refusal => {
  const instead = found === undefined ? 'but nothing follows' : `not ${spot(found)}`
  return refusal('syntax', `after \`${shown(behind.text)}\` I expected ${what}, ${instead}`, usage)
}

/** As the usage line has it: `to VM`, with the word that stands before it. */
const labelOf = (argument: Argument): string =>
  argument.after === null ? argument.what : `\`${argument.after} ${argument.label}\``

type Step =
  | { readonly kind: 'read'; readonly value: string | number; readonly used: readonly Word[] }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'wrong'; readonly refusals: readonly Refusal[] }

/** Keywords stand where they mean themselves; as a name they are quoted. */
const isAnyKeyword = (word: Word, { keywords }: Place): boolean =>
  ['to', 'for', 'until', 'by', 'into', ...keywords].some((keyword) => isKeyword(word, keyword))

/** Everything behind the word that leads it. */
const readRest = (argument: Argument, [lead, ...rest]: readonly Word[]): Step => {
  const [first] = rest
  if (lead === undefined || first === undefined) return { kind: 'skipped' }
  const read = argument.read({ ...first, text: textOf(rest) })
  return read.ok
    ? { kind: 'read', value: read.value, used: [lead, ...rest] }
    : { kind: 'wrong', refusals: read.refusals }
}

const readOne = (argument: Argument, words: readonly Word[], place: Place): Step => {
  const [first, second] = words
  const led =
    first !== undefined &&
    (argument.after === null ? !isAnyKeyword(first, place) : isKeyword(first, argument.after))
  if (!argument.required && !(led && (argument.fits?.(first) ?? true))) return { kind: 'skipped' }
  if (!led) return { kind: 'wrong', refusals: [expected(labelOf(argument), first, place)] }
  const word = argument.after === null ? first : second
  if (word === undefined || isAnyKeyword(word, place)) {
    if (argument.alone !== undefined) return { kind: 'read', value: argument.alone, used: [first] }
    const behind = argument.after === null ? place.behind : first
    return { kind: 'wrong', refusals: [expected(argument.what, word, { ...place, behind })] }
  }
  if (argument.takes === 'rest') return readRest(argument, words)
  const value = joined([word, ...words.slice(argument.after === null ? 1 : 2)], argument.joins)
  const read = argument.read({ ...word, text: textOf(value) })
  if (!read.ok) return { kind: 'wrong', refusals: read.refusals }
  const used = argument.after === null ? value : [first, ...value]
  const behind = words[used.length]
  const trailing = behind && argument.then !== undefined && isKeyword(behind, argument.then) ? [behind] : []
  return { kind: 'read', value: read.value, used: [...used, ...trailing] }
}

/** A flag without its hyphens, a name without its quotes, or simply too much. */
const refuseExtra = (
  extra: readonly Word[],
  spec: Spec,
  left: Place & { last: Argument | undefined },
): Refusal => {
  const [word] = extra
  const { last, behind, usage } = left
  if (word === undefined) return refusal('syntax', 'a word too many', usage)
  const open = spec.arguments.filter(({ required, after }) => !required && after !== null)
  const wanted = last?.required === false ? [] : open.filter((each) => each !== last).map(labelOf)
  const what = [...wanted, 'the end'].join(' or ')
  const names = spec.flags.map(({ name }) => name.slice(2))
  // `-- shutdown` is a flag with a blank in it.
  const cut = !word.quoted && /^\p{Pd}{1,3}$/u.test(word.text)
  const meant = cut ? (extra[1] ?? word) : word
  const flag = word.quoted ? null : didYouMean(nearest(meant.text, names, 1).map((name) => `--${name}`))
  const spaced =
    !cut && last?.isName === true
      ? `A name with spaces needs quotes: \`${quote(shown(`${behind.text} ${word.text}`))}\`.`
      : null
  return refusal(
    'syntax',
    `after \`${shown(behind.text)}\` I expected ${what}, not ${spot(word)}`,
    [flag, spaced, usage].filter((each) => each !== null).join(' '),
  )
}

/** `head` is the word of the command; `words` what is left once flags and reason are taken out. */
export const readArguments = (
  head: Word,
  words: readonly Word[],
  { spec, usage }: { readonly spec: Spec; readonly usage: string },
): Outcome<Readonly<Record<string, string | number>>> => {
  const fields: Record<string, string | number> = {}
  const keywords = spec.arguments.flatMap(({ after }) => after ?? [])
  let behind = head
  let left = words
  let last: Argument | undefined
  for (const argument of spec.arguments) {
    if (argument.insteadOf !== undefined && argument.insteadOf in fields) continue
    const step = readOne(argument, left, { behind, usage, keywords })
    if (step.kind === 'wrong') return refused(...step.refusals)
    if (step.kind === 'skipped') continue
    fields[argument.field] = step.value
    behind = step.used.at(-1) ?? behind
    left = left.slice(step.used.length)
    last = argument
  }
  return left.length > 0
    ? refused(refuseExtra(left, spec, { behind, last, usage, keywords }))
    : accepted(fields)
}
