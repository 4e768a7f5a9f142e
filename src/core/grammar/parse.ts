/** Text, as a person typed it, to a Command, or what was wrong with it, where, and what would be right. */
import { command, commandCalled, KINDS, specOf, type Command, type CommandKind } from '../command/command'
import { accepted, refusal, refused, type Outcome } from '../errors'
import { readArguments } from './arguments'
import { asksForHelp } from './cut-flags'
import { takeFlags } from './flags'
import { NOTHING_KNOWN, type KnownNames } from './known'
import { readLoosely } from './loose'
import { readReason } from './reason'
import { didYouMean, nearest } from '../text/suggest'
import { usageOf } from './usage'
import { isGpu, isId, readAnyName, readGpu } from '../command/values/names'
import { scan, spot, type Line, type Word } from '../text/words'

const LONGEST = 2000

const blank = (text: string): string => ' '.repeat(text.length)

/**
 * Who knows the command from Slack types it in Teams too, and some are polite to a bot. It stays blank, so that positions are
 * as they were typed.
 */
const withoutAddress = (text: string): string =>
  text.replace(/^\s*\/gpu(?=\s|$)/i, blank).replace(/^\s*please(?=\s+\S)/i, blank)

/** What is known tells a name that stands alone from a word that is no command. Never throws. Refusals are of code `syntax`. */
export const parse = (typed: string, known: KnownNames = NOTHING_KNOWN): Outcome<Command> => {
  const text = withoutAddress(typed)
  const length = Array.from(text).length
  if (length > LONGEST)
    return refused(
      refusal(
        'syntax',
        `the text has ${length} characters; a command has at most ${LONGEST}`,
        `Shorten it by ${length - LONGEST}.`,
      ),
    )
  const line = scan(text, wordsBeforeProse(text))
  if (!line.ok) return line
  const [head, ...more] = line.value.words
  if (head === undefined) return accepted({ kind: 'help' })
  const kind = commandCalled(head.text)
  if (kind !== undefined)
    return isForHelp(line.value) ? accepted({ kind: 'help', topic: kind }) : parseAs(kind, line.value, known)
  if (asksForHelp([head])) return helpFor(more[0])
  return more.length === 0 && line.value.because === null
    ? parseAlone(head, line.value, known)
    : unknownCommand(head, NOTHING_KNOWN)
}

/** A full stop is that of the sentence. */
const parseAlone = (word: Word, line: Line, known: KnownNames): Outcome<Command> => {
  const kind = /^\w+\.$/.test(word.text) ? commandCalled(word.text.slice(0, -1)) : undefined
  if (kind !== undefined) return parseAs(kind, line, known)
  return loneName(word, known) ?? unknownCommand(word, known)
}

/** What is said about a request, and a reason, may have words with hyphens in them; at their end they ask. */
const isForHelp = ({ words, because }: Line): boolean =>
  asksForHelp(words.slice(1)) || /(?:^|\s)--help$/i.test(because?.rest.characters.join('').trimEnd() ?? '')

const helpFor = (word: Word | undefined): Outcome<Command> => {
  const topic = word && commandCalled(word.text)
  return accepted(topic === undefined ? { kind: 'help' } : { kind: 'help', topic })
}

/** Whoever names a thing and says no more wants to see it. Null for what is no name. */
const loneName = (word: Word, { hasGpu, hasVm, hasHost }: KnownNames): Outcome<Command> | null => {
  const isName = isId(word) || [hasGpu, hasVm, hasHost].some((has) => has(word.text))
  if (!isName && !isGpu(word)) return null
  const name = isName ? readAnyName(word) : readGpu(word)
  return name.ok ? accepted({ kind: 'show', name: name.value }) : name
}

/** What is said about a request is prose as a whole, apostrophes and `because` included. */
const wordsBeforeProse = (text: string): number | undefined => {
  const head = /[^\s]+/.exec(text)?.[0].toLowerCase()
  const kind = KINDS.find((each) => each === head && specOf(each).reason === 'prose')
  return kind && 1 + specOf(kind).arguments.length
}

/** Words that may stand for several commands, none of which changes a host without having been named. */
const MEANT: ReadonlyMap<string, readonly string[]> = new Map([
  ['free', ['list --free', 'release']],
  ['mine', ['list --mine']],
  ['please', ['help']],
])

const unknownCommand = (head: Word, { near }: KnownNames): Outcome<never> => {
  const name = near(head.text)
  const hint =
    didYouMean(MEANT.get(head.text.toLowerCase()) ?? nearest(head.text, KINDS)) ??
    (name && didYouMean([`show ${name}`]))
  return refused(
    refusal(
      'syntax',
      `${spot(head)} is not a command`,
      hint === null ? '`help` lists the commands.' : `${hint} \`help\` lists all commands.`,
    ),
  )
}

const parseAs = (kind: CommandKind, line: Line, known: KnownNames): Outcome<Command> => {
  const spec = specOf(kind)
  const usage = usageOf(kind)
  const [head] = line.words
  if (head === undefined) return accepted({ kind: 'help' })
  if (line.because && spec.reason === 'none')
    return refused(
      refusal(
        'syntax',
        `\`${kind}\` takes no reason, so ${spot(line.because.word)} is out of place`,
        `Leave it out, or put it in quotes if it is a name. ${usage}`,
      ),
    )
  if (spec.reason === 'prose' && line.because === null && line.words.length > spec.arguments.length)
    return refused(refusal('syntax', `nothing stands behind ${spot(line.words.at(-1) ?? head)}`, usage))
  const reason = line.because === null ? null : readReason(line.because, spec.flags, usage)
  if (reason?.ok === false) return reason
  const said = reason === null ? null : reason.value
  const taken = takeFlags([...line.words.slice(1), ...(said?.flags ?? [])], spec.flags, usage)
  if (!taken.ok) return taken
  const because = said === null ? {} : { reason: said.text }
  return readLoosely({ kind, words: taken.value.rest, known }, (words) => {
    const named = readArguments(head, words, { spec, usage })
    return named.ok ? checked({ kind, ...taken.value.fields, ...named.value, ...because }, usage) : named
  })
}

/** The schema has the last word, whatever was read. */
const checked = (raw: unknown, usage: string): Outcome<Command> => {
  const valid = command.safeParse(raw)
  if (valid.success) return accepted(valid.data)
  const where = valid.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  return refused(refusal('syntax', `this is not a complete command: ${where}`, usage))
}
