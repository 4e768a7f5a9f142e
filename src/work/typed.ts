/** What somebody typed, as a command. What the hosts have is looked up only where the words alone do not tell. */
import type { Command } from '../core/command'
import type { Outcome } from '../core/errors'
import { parse } from '../core/grammar/parse'
import { knownIn } from '../core/known'
import { hostViews } from '../store/fleet'
import type { Parts } from './parts'

export const readCommand = async (
  { db, hosts }: Pick<Parts, 'db' | 'hosts'>,
  text: string,
): Promise<Outcome<Command>> => {
  const command = parse(text)
  return command.ok ? command : parse(text, knownIn(await hostViews(db, [...hosts.keys()])))
}
