/** What help says about each command, as data; refusals take their usage lines from here. */
import type { CommandKind } from '../command/command'
import { ASKING } from './entries/asking'
import { DECIDING } from './entries/deciding'
import type { Entries } from './entries/entry'
import { LOOKING } from './entries/looking'

export const HELP: Entries<CommandKind> = { ...LOOKING, ...ASKING, ...DECIDING }

/** For refusals: the usage line and the first example. */
export const usageOf = (kind: CommandKind): string =>
  `Usage: \`${HELP[kind].usage}\`, for example \`${HELP[kind].examples[0]}\`.`
