/** Groups of a chat's own directory, laid over the policy: whoever is in one has the roles that name it. */
import type { Policy } from './policy'
import type { RulesForm } from './written'

/** The ids of its Slack user group and of its Entra group; one of them, or both. */
export type Group = RulesForm['groups'][string]

/** The accounts in it; null when that is not known, or has not been for too long. */
export type Membership = (name: string) => readonly string[] | null

/**
 * The policy with people in the place of groups. What is not known gives nobody a role. With both chats an account that is
 * bound to no person stays nobody, group or not: else one person could ask on one side and approve on the other.
 */
export const withGroups = (policy: Policy, membersOf: Membership): Policy => {
  if (policy.groups.size === 0) return policy
  const members = new Map([...policy.groups.keys()].map((name) => [name, membersOf(name)]))
  const people = new Map(policy.people)
  const owner = new Map(
    [...policy.people].flatMap(([person, accounts]) => accounts.map((each) => [each, person])),
  )
  const named = new Set([...policy.roles.values()].flatMap((names) => [...names]))
  for (const [name, accounts] of members)
    for (const account of accounts ?? [])
      if (named.has(name) && !owner.has(account) && !policy.boundOnly) people.set(account, [account])
  const personOf = (account: string): string[] => {
    const person = owner.get(account) ?? (people.has(account) ? account : undefined)
    return person === undefined ? [] : [person]
  }
  const resolved = (name: string): string[] =>
    policy.groups.has(name) ? (members.get(name) ?? []).flatMap(personOf) : [name]
  return {
    ...policy,
    people,
    roles: new Map([...policy.roles].map(([role, names]) => [role, new Set([...names].flatMap(resolved))])),
    groupOfRole: new Map(
      [...policy.roles].flatMap(([role, names]): [string, string][] => {
        const [only, ...others] = names
        return only !== undefined && others.length === 0 && policy.groups.has(only) ? [[role, only]] : []
      }),
    ),
    unread: [...members].flatMap(([name, accounts]) => (accounts === null ? [name] : [])),
  }
}
