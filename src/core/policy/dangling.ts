/** What the sections of a policy say of one another: names that nothing has, and accounts of two people. */
import { CHAT_NAMES } from '../ports/chat-name'
import { z } from 'zod'
import { rule, sections, type RulesForm } from './written'

export type Issue = { readonly path: readonly PropertyKey[]; readonly message: string }

const read = <T>(schema: z.ZodType<T>, value: unknown): T | null => schema.safeParse(value).data ?? null

/** Every such mistake. A section that is itself wrong is not held against the others. */
export const danglingIn = (raw: Record<string, unknown>): Issue[] => {
  const people = read(sections.people, raw['people'])
  const groups = read(sections.groups, raw['groups'])
  const roles = read(sections.roles, raw['roles'])
  const classes = read(sections.classes, raw['classes'])
  const rules = Array.isArray(raw['rules'])
    ? raw['rules'].map((each) => read(z.object(rule.shape), each))
    : []
  const list = (key: 'administer' | 'breakGlass' | 'watch') => read(sections[key], raw[key]) ?? []
  return [
    ...Object.entries(roles ?? {}).flatMap(([role, who]) =>
      unknown(who, people && groups && { ...people, ...groups }, 'person or group', ['roles', role]),
    ),
    ...Object.keys(groups ?? {}).flatMap((each) =>
      Object.hasOwn(people ?? {}, each)
        ? [{ path: ['groups', each], message: 'is the name of a person too' }]
        : [],
    ),
    ...unknown(list('administer'), roles, 'role', ['administer']),
    ...unknown(list('breakGlass'), roles, 'role', ['breakGlass']),
    ...unknown(list('watch'), roles, 'role', ['watch']),
    ...rules.flatMap((each, index) => (each ? danglingInRule(each, index, { roles, groups, classes }) : [])),
    ...(['freezes', 'quietHours'] as const).flatMap((key) =>
      (read(sections[key], raw[key]) ?? []).flatMap((each, index) =>
        unknown(each.classes ?? [], classes, 'class', [key, index, 'classes']),
      ),
    ),
    ...unknown(read(sections.reminders, raw['reminders'])?.escalate?.to ?? [], roles, 'role', [
      'reminders',
      'escalate',
      'to',
    ]),
    ...sameNames(rules.map((each) => each?.name)),
    ...(read(sections.examples, raw['examples']) ?? []).flatMap(({ who }, index) =>
      unknown([who], people, 'person', ['examples', index, 'who']),
    ),
    ...sharedAccounts(people ?? {}),
  ]
}

const unknown = (
  used: readonly string[],
  known: object | null,
  what: string,
  path: readonly PropertyKey[],
): Issue[] =>
  used.flatMap((each, index) =>
    known === null || Object.hasOwn(known, each)
      ? []
      : [{ path: used.length > 1 ? [...path, index] : path, message: `there is no ${what} ${each}` }],
  )

type Known = {
  readonly roles: Record<string, string[]> | null
  readonly groups: object | null
  readonly classes: object | null
}

const danglingInRule = (
  each: z.infer<typeof rule>,
  index: number,
  { roles, groups, classes }: Known,
): Issue[] => {
  const at = ['rules', index] as const
  const found = [
    ...unknown(each.ask, roles, 'role', [...at, 'ask']),
    ...unknown(each.classes ?? [], classes, 'class', [...at, 'classes']),
  ]
  return [
    ...found,
    ...(each.approve === 'automatic'
      ? []
      : danglingInQuorum(each.approve, { roles, groups }, [...at, 'approve'])),
    ...(each.powerOff === undefined || each.powerOff === 'refuse'
      ? []
      : danglingInQuorum(each.powerOff, { roles, groups }, [...at, 'powerOff'])),
  ]
}

const danglingInQuorum = (
  { by, count }: { readonly by: string[]; readonly count: number },
  { roles, groups }: Pick<Known, 'roles' | 'groups'>,
  at: readonly PropertyKey[],
): Issue[] => {
  const able = new Set(by.flatMap((role) => roles?.[role] ?? []))
  // How many are in a group is known later, and changes.
  const countable = ![...able].some((each) => groups === null || Object.hasOwn(groups, each))
  const missing = unknown(by, roles, 'role', [...at, 'by'])
  if (roles === null || missing.length > 0 || !countable || able.size >= count) return missing
  const message = `needs ${count} approvers, and only ${able.size} ${able.size === 1 ? 'person has' : 'people have'} these roles`
  return [{ path: [...at, 'count'], message }]
}

const sameNames = (given: readonly (string | undefined)[]): Issue[] =>
  given.flatMap((each, index) =>
    each !== undefined && given.indexOf(each) < index
      ? [{ path: ['rules', index, 'name'], message: `${each} is the name of an earlier rule too` }]
      : [],
  )

/** An account is one person's: else one could approve as another what they asked for as themselves. */
const sharedAccounts = (people: RulesForm['people']): Issue[] => {
  const owner = new Map<string, string>()
  return Object.entries(people).flatMap(([who, accounts]) =>
    CHAT_NAMES.flatMap((chat) => {
      const id = accounts[chat]
      if (id === undefined) return []
      const other = owner.get(`${chat} ${id}`)
      owner.set(`${chat} ${id}`, other ?? who)
      return other === undefined
        ? []
        : [{ path: ['people', who, chat], message: `is the account of ${other} already` }]
    }),
  )
}
