/** Text, as a person typed it, to a Command, or what was wrong with it, where, and what would be right. */
import { command, type Command, type CommandKind } from '../command'
import { accepted, refusal, refused, type Outcome } from '../errors'
import { readArguments } from './arguments'
import { usageOf } from './entries'
import { takeFlags } from './flags'
import { FORMS, KINDS } from './forms'
import { readReason } from './reason'
import { didYouMean, nearest } from './suggest'
import { scan, spot, type Line, type Word } from './words'

const LONGEST = 2000

/** Who knows the command from Slack types it in Teams too. It stays blank, so that positions are as they were typed. */
const withoutSlash = (text: string): string =>
  text.replace(/^(\s*)\/gpu(?=\s|$)/i, (_, before: string) => `${before}    `)

/** Never throws. Refusals are of code `syntax`. */
export const parse = (typed: string): Outcome<Command> => {
  const text = withoutSlash(typed)
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
  const [head] = line.value.words
  if (head === undefined) return accepted({ kind: 'help' })
  const kind = KINDS.find((each) => each === head.text.toLowerCase())
  return kind === undefined ? unknownCommand(head) : parseAs(kind, head, line.value)
}

/** What is said about a request is prose as a whole, apostrophes and `because` included. */
const wordsBeforeProse = (text: string): number | undefined => {
  const head = /[^\s]+/.exec(text)?.[0].toLowerCase()
  const kind = KINDS.find((each) => each === head && FORMS[each].reason === 'prose')
  return kind && 1 + FORMS[kind].arguments.length
}

const unknownCommand = (head: Word): Outcome<never> => {
  const hint = didYouMean(nearest(head.text, KINDS))
  return refused(
    refusal(
      'syntax',
      `${spot(head)} is not a command`,
      hint === null ? '`help` lists the commands.' : `${hint} \`help\` lists all commands.`,
    ),
  )
}

const parseAs = (kind: CommandKind, head: Word, line: Line): Outcome<Command> => {
  const form = FORMS[kind]
  const usage = usageOf(kind)
  if (line.because && form.reason === 'none')
    return refused(
      refusal(
        'syntax',
        `\`${kind}\` takes no reason, so ${spot(line.because.word)} is out of place`,
        `Leave it out, or put it in quotes if it is a name. ${usage}`,
      ),
    )
  if (form.reason === 'prose' && line.because === null && line.words.length > form.arguments.length)
    return refused(refusal('syntax', `nothing stands behind ${spot(line.words.at(-1) ?? head)}`, usage))
  const reason = line.because === null ? null : readReason(line.because, form.flags, usage)
  if (reason?.ok === false) return reason
  const said = reason === null ? null : reason.value
  const taken = takeFlags([...line.words.slice(1), ...(said?.flags ?? [])], form.flags, usage)
  if (!taken.ok) return taken
  const named = readArguments(head, taken.value.rest, { form, usage })
  if (!named.ok) return named
  const because = said === null ? {} : { reason: said.text }
  return checked({ kind, ...taken.value.fields, ...named.value, ...because }, usage)
}

/** The schema has the last word, whatever the table of forms says. */
const checked = (raw: unknown, usage: string): Outcome<Command> => {
  const valid = command.safeParse(raw)
  if (valid.success) return accepted(valid.data)
  const where = valid.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  return refused(refusal('syntax', `this is not a complete command: ${where}`, usage))
}
