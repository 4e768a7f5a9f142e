/** The commands by the words that people say for them. */
import type { CommandKind } from '../command/command'
import { KINDS } from './forms'

const SYNONYMS: Readonly<Record<string, CommandKind>> = {
  status: 'list',
  '?': 'help',
  'help!': 'help',
  'help?': 'help',
}

/** Undefined for what is no command. */
export const commandCalled = (typed: string): CommandKind | undefined => {
  const word = typed.toLowerCase()
  return KINDS.find((each) => each === word) ?? (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined)
}
