/** A Command as the text that stands for it: `parse(format(command))` is the command again. */
import { specOf, type Command } from '../command/command'
import { shown } from '../text/shown'
import { quote, quoteWord } from '../text/words'

type Fields = Readonly<Record<string, string | number | boolean | undefined>>

const argumentsOf = (kind: Command['kind'], fields: Fields): string[] =>
  specOf(kind).arguments.flatMap(({ field, after, write, alone, then }) => {
    const value = fields[field]
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const before = after === null ? [] : [after]
    if (value === alone) return before
    const word = write && typeof value === 'number' ? write(value) : quoteWord(String(value))
    return [...before, word, ...(then === undefined ? [] : [then])]
  })

const flagsOf = (kind: Command['kind'], fields: Fields): string[] =>
  specOf(kind).flags.flatMap(({ name, field, otherwise, takes }) => {
    const value = fields[field]
    if (value === undefined || value === otherwise) return []
    if (takes === null) return [name]
    return [name, takes.write && typeof value === 'number' ? takes.write(value) : quoteWord(String(value))]
  })

/** The shortest text of it: flags at their usual values are left away, names are quoted only where they must be. */
export const format = (command: Command): string => {
  const { kind, ...rest } = command
  const fields: Fields = rest
  const reason = fields['reason']
  return [
    kind,
    ...argumentsOf(kind, fields),
    ...flagsOf(kind, fields),
    ...(typeof reason === 'string'
      ? [...(specOf(kind).reason === 'prose' ? [] : ['because']), quote(reason)]
      : []),
  ].join(' ')
}

const LONGEST_COPY = 200

/** As it can be copied out of a message; null where it would not stand there as it is. Reasons are left out. */
export const copyable = (command: Command): string | null => {
  const text = format(
    'reason' in command && command.kind !== 'comment' ? { ...command, reason: undefined } : command,
  )
  return text.length <= LONGEST_COPY && text.split(' ').every((word) => shown(word) === word) ? text : null
}
