/** The policy in force: its file, which an administrator has read again, with the groups of the chats laid over it. */
import type { ConfigFile } from './config/config'
import { accepted, Fault, messageOf, refusal, refused, type Outcome } from './core/errors'
import { withGroups, type Group } from './core/policy/groups'
import { policyFrom, type ChatTenants, type Policy } from './core/policy/policy'
import type { Clock } from './core/ports/clock'
import type { Logger, PolicySource } from './work/context/context'
import type { Read } from './config/yaml'

/** Members that were read longer ago do not count: whoever has left a group must not keep its roles. */
const OLDEST_MS = 30 * 60_000

/** Who is in a group by the directories of the chats that are on. Throws Fault('chat') with the cure. */
export type Directory = (group: Group) => Promise<readonly string[]>

export interface PolicyParts {
  /** May change once, when it is known in which workspace the bot is. */
  readonly chats: () => ChatTenants
  /** See `PolicySource`. */
  readonly incomplete: () => string | null
  readonly clock: Clock
  readonly log: Logger
  readonly directory: Directory
  readonly readAgain: () => Read<ConfigFile>
}

export interface FilePolicy extends PolicySource {
  /** Names the accounts of the file anew, by the chats as they are known now. */
  chatsKnown(): void
}

/** Throws Fault('config') when the file's policy does not suit the chats that are enabled. Groups are empty before `refresh`. */
export const policySource = (first: ConfigFile, context: PolicyParts): FilePolicy => {
  const { chats, clock, log, directory } = context
  let file = first
  let written = policyOf(file, chats())
  const known = new Map<string, { readonly accounts: readonly string[]; readonly at: number }>()

  const membersOf = (name: string): readonly string[] | null => {
    const group = written.groups.get(name)
    const read = group && known.get(keyOf(group))
    return read && clock.now() - read.at <= OLDEST_MS ? read.accounts : null
  }
  const readGroups = async (groups: Policy['groups']): Promise<void> => {
    await Promise.all(
      [...groups].map(async ([name, group]) => {
        try {
          const accounts = await directory(group)
          known.set(keyOf(group), { accounts, at: clock.now() })
        } catch (error) {
          log.warn({ group: name, error: messageOf(error) }, 'a group could not be read')
        }
      }),
    )
  }
  return {
    inForce: () => withGroups(written, membersOf),
    incomplete: context.incomplete,
    reload: async () => {
      const again = context.readAgain()
      const read = policyIn(again, chats())
      if (!read.ok || !('value' in again)) return read
      await readGroups(read.value.groups)
      file = again.value
      written = policyOf(file, chats())
      return accepted(written)
    },
    chatsKnown: () => {
      written = policyOf(file, chats())
    },
    refresh: () => readGroups(written.groups),
  }
}

const policyOf = ({ policy }: ConfigFile, chats: ChatTenants): Policy => {
  const read = policyFrom(policy, chats)
  if (read.ok) return read.value
  throw new Fault('config', read.refusals.map(({ reason, next = '' }) => `${reason}. ${next}`).join('\n'))
}

const keyOf = ({ slack, entra }: Group): string => JSON.stringify([slack, entra])

const STAYS = 'Mend the file and say `reload` again; until then the policy stays as it was.'

const policyIn = (read: Read<ConfigFile>, chats: ChatTenants): Outcome<Policy> =>
  'value' in read
    ? policyFrom(read.value.policy, chats)
    : refused(...read.problems.map((problem) => refusal('not-possible', problem, STAYS)))

/** A policy without a file, as the playground has. */
export const fixedPolicy = (policy: Policy): PolicySource => ({
  inForce: () => policy,
  incomplete: () => null,
  reload: () =>
    Promise.resolve(refused(refusal('not-possible', 'the policy is built in, and there is no file of it'))),
  refresh: () => Promise.resolve(),
})
