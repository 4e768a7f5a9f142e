/** Who is called when a request waits: those whose decision is missing, and with `escalated` those behind them. */
import type { ChatName } from '../ports/chat-name'
import { standOf } from '../policy/approval'
import type { Called } from '../notice/notice'
import { holderOf, type Reminded, type Request } from './request'
import type { Policy } from '../policy/policy'

/** To be called by name; of more, one user group is called, or nobody. */
const MOST_PEOPLE = 5

export type Deciders =
  | { readonly kind: 'called'; readonly whom: readonly [Called, ...Called[]] }
  /** Too many to be called: anybody of these roles may decide. */
  | { readonly kind: 'many'; readonly roles: readonly string[]; readonly count: number }
  /** As far as the policy says, nobody may. */
  | { readonly kind: 'nobody'; readonly roles: readonly string[] }

/**
 * For each place that shows the request, by its chat: who is called there; null where everybody was in a place before
 * it, as people are called once.
 */
export const decidersIn = (
  policy: Policy,
  request: Request,
  { level, chats }: { readonly level: Reminded; readonly chats: readonly ChatName[] },
): (Deciders | null)[] => {
  const roles = rolesFor(policy, request, level)
  const people = peopleOf(policy, request, roles)
  return chats.map((chat, n) => {
    if (people.length === 0) return { kind: 'nobody', roles }
    const before = chats.slice(0, n)
    const left = people.filter((person) => !before.some((each) => accountIn(policy, person, each).length > 0))
    return left.length === 0 ? null : calledIn(policy, { roles, people: left, chat })
  })
}

const calledIn = (
  policy: Policy,
  { roles, people, chat }: { roles: readonly string[]; people: readonly string[]; chat: ChatName },
): Deciders => {
  const here = people.flatMap((person) => accountIn(policy, person, chat))
  const [first, ...others] = here
  if (first !== undefined && here.length <= MOST_PEOPLE)
    return { kind: 'called', whom: [{ person: first }, ...others.map((person) => ({ person }))] }
  const group = chat === 'slack' ? groupOf(policy, roles) : null
  return group === null ? { kind: 'many', roles, count: people.length } : { kind: 'called', whom: [group] }
}

const rolesFor = (policy: Policy, request: Request, level: Reminded): string[] => {
  const missing = standOf(request).filter(({ need, given }) => given.length < need.count)
  return [
    ...new Set([
      ...(level === 'escalated' ? (policy.reminders.escalate?.to ?? []) : []),
      ...missing.flatMap(({ need }) => need.by),
    ]),
  ]
}

/** Not those who have approved, who asked, or who would hold it. */
const peopleOf = (policy: Policy, request: Request, roles: readonly string[]): string[] => {
  const done = [
    request.asked.person,
    holderOf(request).person,
    ...request.approvals.map(({ person }) => person),
  ]
  return [...new Set(roles.flatMap((role) => [...(policy.roles.get(role) ?? [])]))].filter(
    (each) => !done.includes(each),
  )
}

const accountIn = (policy: Policy, person: string, chat: ChatName): string[] =>
  (policy.people.get(person) ?? []).filter((account) => account.startsWith(`${chat}:`)).slice(0, 1)

/** The one user group of Slack that these roles are. */
const groupOf = (policy: Policy, roles: readonly string[]): Called | null => {
  const names = new Set(roles.map((role) => policy.groupOfRole.get(role) ?? null))
  const [name, ...others] = names
  const id = name && others.length === 0 ? policy.groups.get(name)?.slack : undefined
  return name && id !== undefined ? { group: id, name } : null
}

/** Administrators of this bot, as they are called in a chat; null where they cannot be, or are too many. */
export const administratorsIn = (policy: Policy, chat: ChatName): readonly Called[] | null => {
  const people = [...new Set(policy.administer.flatMap((role) => [...(policy.roles.get(role) ?? [])]))]
  const here = people.flatMap((person) => accountIn(policy, person, chat))
  if (here.length > 0 && here.length <= MOST_PEOPLE) return here.map((person) => ({ person }))
  const group = chat === 'slack' ? groupOf(policy, policy.administer) : null
  return group && [group]
}
