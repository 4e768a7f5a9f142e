/** What somebody typed, as a command. What the hosts have is looked up only where the words alone do not tell. */
import type { Command } from '../../core/command/command'
import type { Outcome } from '../../core/errors'
import { parse } from '../../core/grammar/parse'
import { knownIn } from '../../core/grammar/known'
import { may } from '../../core/request/permission'
import { hostViews } from '../../store/fleet'
import type { Caller } from '../context/effect'
import type { Context } from '../context/context'

/** Whoever may not look at the fleet learns no name of it, not even that there is one. */
export const readTyped = async (
  { db, hosts, policy }: Pick<Context, 'db' | 'hosts' | 'policy'>,
  text: string,
  { account }: Pick<Caller, 'account'>,
): Promise<Outcome<Command>> => {
  const command = parse(text)
  if (command.ok || !may(policy.inForce(), account, 'show')) return command
  return parse(text, knownIn(await hostViews(db, [...hosts.keys()])))
}
