/** How flags are taken out of a command's words, wherever they stand. */
import type { Flag } from '../command/values/spec'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { joined, spot, textOf, type Word } from '../text/words'
import { mendCutFlags } from './cut-flags'
import { flagNameOf } from './flag-name'

/** Says which flags there are, and the nearest. */
export const unknownFlag = (word: Word, flags: readonly Flag[], usage: string): Refusal => {
  const names = flags.map((flag) => flag.name)
  const hint = didYouMean(nearest(flagNameOf(word) ?? word.text, names, 1))
  const known = names.length === 0 ? 'This command has no flags.' : null
  return refusal(
    'syntax',
    `${spot(word)} is not a flag of this command`,
    [hint, known, usage].filter((each) => each !== null).join(' '),
  )
}

export interface TakenFlags {
  readonly fields: Readonly<Record<string, string | number | boolean>>
  readonly rest: readonly Word[]
}

type Read = { readonly value: Outcome<string | number | boolean>; readonly used: number }

/** What stands behind the `=`. */
export const inlineValue = (word: Word): Word | null => {
  const before = word.text.indexOf('=')
  if (before === -1) return null
  const at = word.at + Array.from(word.text.slice(0, before)).length + 1
  return { text: word.text.slice(before + 1), at, quoted: true }
}

const readValue = (takes: NonNullable<Flag['takes']>, words: readonly [Word, ...Word[]]): Read => {
  const run = joined(words, takes.joins)
  return { value: takes.read({ ...run[0], text: textOf(run) }), used: run.length }
}

const readFlag = (flag: Flag, word: Word, behind: readonly Word[]): Read => {
  const [following, ...more] = behind
  const inline = inlineValue(word)
  if (flag.takes === null) {
    if (inline === null) return { value: accepted(true), used: 1 }
    const wrong = refusal(
      'syntax',
      `${spot(word)}: \`${flag.name}\` takes no value`,
      `Write \`${flag.name}\`.`,
    )
    return { value: refused(wrong), used: 1 }
  }
  if (inline !== null && inline.text !== '') return readValue(flag.takes, [inline, ...behind])
  if (inline === null && following !== undefined && flagNameOf(following) === null) {
    const { value, used } = readValue(flag.takes, [following, ...more])
    return { value, used: 1 + used }
  }
  const missing = refusal(
    'syntax',
    `after ${spot(word)} I expected ${flag.takes.what}${following ? `, not \`${shown(following.text)}\`` : ', but nothing follows'}`,
    `Write ${flag.takes.what} after \`${flag.name}\`.`,
  )
  return { value: refused(missing), used: 1 }
}

/** Takes the flags out, wherever they stand. Every wrong one is refused at once. */
export const takeFlags = (
  typed: readonly Word[],
  flags: readonly Flag[],
  usage: string,
): Outcome<TakenFlags> => {
  const words = mendCutFlags(typed, flags)
  const fields: Record<string, string | number | boolean> = {}
  for (const { field, otherwise } of flags) if (otherwise !== undefined) fields[field] = otherwise
  const given = new Set<string>()
  const rest: Word[] = []
  const wrong: Refusal[] = []
  for (let index = 0; index < words.length;) {
    const word = words[index]
    if (word === undefined) break
    const name = flagNameOf(word)
    const flag = flags.find((each) => each.name === name)
    if (flag === undefined) {
      if (name === null) rest.push(word)
      else wrong.push(unknownFlag(word, flags, usage))
      index++
      continue
    }
    const { value, used } = readFlag(flag, word, words.slice(index + 1))
    index += used
    if (!value.ok) wrong.push(...value.refusals)
    else if (flag.takes !== null && given.has(flag.name))
      wrong.push(refusal('syntax', `${spot(word)} is there twice`, 'Give it once.'))
    else fields[flag.field] = value.value
    given.add(flag.name)
  }
  return wrong.length > 0 ? refused(...new Set(wrong)) : accepted({ fields, rest })
}
