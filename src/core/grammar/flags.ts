/** Flags: which there are, and how they are taken out of a command's words, wherever they stand. */
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { mendCutFlags } from './cut-flags'
import { flagNameOf } from './flag-name'
import { isSize, readSize, sizeText } from './size'
import { readHost, readPage, readRequest } from './values'
import { joined, spot, textOf, type Word } from '../text/words'

export interface Flag {
  readonly name: `--${string}`
  /** The field of the command it fills. */
  readonly field: string
  /** What it holds when it is not given; undefined leaves the field away. */
  readonly otherwise: boolean | number | undefined
  /** Null for a switch. `write` is for values that are read from more than their digits. */
  readonly takes: {
    readonly what: string
    readonly read: (word: Word) => Outcome<string | number>
    readonly write?: (value: number) => string
    /** Whether words with blanks between them are one value. */
    readonly joins?: (text: string) => boolean
  } | null
}

const onOff = (name: Flag['name'], field: string): Flag => ({ name, field, otherwise: false, takes: null })

const readMode = (word: Word): Outcome<string> => {
  const mode = word.text.toLowerCase()
  if (mode === 'dda' || mode === 'partition') return accepted(mode)
  return refused(
    refusal(
      'syntax',
      `${spot(word)} is not a mode`,
      'Write `--mode dda` for the whole GPU, or `--mode partition` for a share of one.',
    ),
  )
}

const PAGE: Flag = {
  name: '--page',
  field: 'page',
  otherwise: 1,
  takes: { what: 'a number from 1', read: readPage },
}

export const LIST_FLAGS: readonly Flag[] = [
  {
    name: '--host',
    field: 'host',
    otherwise: undefined,
    takes: { what: 'the name of a host, such as `hv01`', read: readHost },
  },
  onOff('--free', 'free'),
  onOff('--mine', 'mine'),
  PAGE,
]

const SHOW_FLAGS: readonly Flag[] = [
  onOff('--dry-run', 'dryRun'),
  onOff('--script', 'script'),
  { name: '--break-glass', field: 'breakGlass', otherwise: undefined, takes: null },
]
export const CONSENT_FLAGS: readonly Flag[] = [
  onOff('--shutdown', 'shutdown'),
  onOff('--power-off', 'powerOff'),
  onOff('--no-start', 'noStart'),
]
export const PLAN_FLAGS: readonly Flag[] = [...CONSENT_FLAGS, ...SHOW_FLAGS]

const MODE: Flag = {
  name: '--mode',
  field: 'mode',
  otherwise: undefined,
  takes: { what: '`dda` or `partition`', read: readMode },
}
const VRAM: Flag = {
  name: '--vram',
  field: 'vram',
  otherwise: undefined,
  takes: { what: 'an amount of memory, such as `8GiB`', read: readSize, write: sizeText, joins: isSize },
}

const MMIO: Flag = {
  name: '--mmio',
  field: 'mmio',
  otherwise: undefined,
  takes: {
    what: 'an amount of address space, such as `193GiB`, or `more`',
    read: (word) => (word.text.toLowerCase() === 'more' ? accepted('more') : readSize(word)),
    write: sizeText,
    joins: isSize,
  },
}

const RESTORE: Flag = {
  name: '--restore',
  field: 'restore',
  otherwise: undefined,
  takes: { what: 'the id of a request, such as `R-12`', read: readRequest },
}
const MINE: Flag = { name: '--mine', field: 'mine', otherwise: undefined, takes: null }

export const CHECK_FLAGS: readonly Flag[] = [MODE]
export const ASSIGN_FLAGS: readonly Flag[] = [...PLAN_FLAGS, MODE, VRAM, MMIO, RESTORE]
export const MOVE_FLAGS: readonly Flag[] = [...PLAN_FLAGS, MMIO, RESTORE, MINE]
export const PARTITION_FLAGS: readonly Flag[] = SHOW_FLAGS
export const RESIZE_FLAGS: readonly Flag[] = [VRAM, MMIO, ...PLAN_FLAGS]

export const REQUESTS_FLAGS: readonly Flag[] = [onOff('--all', 'all'), PAGE]
export const PAUSE_FLAGS: readonly Flag[] = [onOff('--now', 'now')]
export const RESOLVE_FLAGS: readonly Flag[] = [onOff('--as-found', 'asFound')]
export const HISTORY_FLAGS: readonly Flag[] = [PAGE]

export const QUEUE_FLAGS: readonly Flag[] = [...CONSENT_FLAGS, PAGE]

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

export interface Taken {
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
export const takeFlags = (typed: readonly Word[], flags: readonly Flag[], usage: string): Outcome<Taken> => {
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
