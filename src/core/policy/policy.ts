/** The policy in force: people with their accounts on both chats, roles, and rules in the order in which they are tried. */
import { createHash } from 'node:crypto'
import { refused, accepted, refusal, type Outcome } from '../errors'
import { timeZone, type TimeZone } from '../time/zone'
import { USUAL_QUEUE, type ListsForm, type PolicyFile, type RulesForm } from './written'
import { NO_TERMS, type LeaseTerms } from './terms'

export type Rule = RulesForm['rules'][number]

export interface Policy {
  /** The accounts of each person. An account that is not here may do nothing. */
  readonly people: ReadonlyMap<string, readonly string[]>
  /** See groups.ts. */
  readonly groups: ReadonlyMap<string, RulesForm['groups'][string]>
  /** Roles that are one group and nobody else, by the name of that group. */
  readonly groupOfRole: ReadonlyMap<string, string>
  /** Groups whose members are not known at this moment. */
  readonly unread: readonly string[]
  /** True with both chats on: an account that is bound to no person is nobody. */
  readonly boundOnly: boolean
  /** The people of each role; in a policy without its groups laid over it, names of groups too. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>
  /** Patterns of models of each class of GPUs. */
  readonly classes: ReadonlyMap<string, readonly string[]>
  readonly administer: readonly string[]
  readonly breakGlass: readonly string[]
  /** Who may say what a channel watches. */
  readonly watch: readonly string[]
  readonly rules: readonly Rule[]
  /** The team of each person who is in one. */
  readonly teams: ReadonlyMap<string, string>
  /** Of those who are not where the policy's own time zone is. */
  readonly zones: ReadonlyMap<string, TimeZone>
  readonly leases: LeaseTerms
  /** Changes with every change of what the file says of people, roles, rules, classes, teams and leases. */
  readonly revision: string
  /** When no change is begun; see calendar.ts. It is looked at before the first step, and voids nothing. */
  readonly timeZone: RulesForm['timeZone']
  readonly freezes: RulesForm['freezes']
  readonly quietHours: RulesForm['quietHours']
  readonly reminders: RulesForm['reminders']
  readonly queue: RulesForm['queue']
  /** Milliseconds; see lapse.ts. */
  readonly approvalLasts: number
}

/** Where an account of the file lives: ids are unique only within a workspace or a tenant. Null: that chat is off. */
export interface ChatTenants {
  readonly slackTeam: string | null
  readonly teamsTenant: string | null
}

/** Refused: the short form where both chats are enabled, since it binds nobody's accounts together; ids of a chat that is off. */
export const policyFrom = (file: PolicyFile, chats: ChatTenants): Outcome<Policy> => {
  if ('rules' in file) return accepted(ofRules(file, chats))
  if (chats.teamsTenant !== null && chats.slackTeam !== null)
    return refused(
      refusal(
        'not-possible',
        'policy: lists of ids are for one chat alone; with Slack and Teams it must say who is who',
        'Write people, roles and rules (docs/policy.md).',
      ),
    )
  const { ask, approve, admin } = file
  const elsewhere = [...ask, ...approve, ...admin].filter((id) => accountOf(id, chats) === null)
  if (elsewhere.length > 0)
    return refused(
      refusal(
        'not-possible',
        `policy: ${[...new Set(elsewhere)].join(', ')} would be of a chat that is not configured`,
        'Take them out, or configure that chat.',
      ),
    )
  const accounts = (ids: readonly string[]) => ids.flatMap((id) => accountOf(id, chats) ?? [])
  return accepted(
    policyOfLists({
      ask: accounts(ask),
      approve: accounts(approve),
      admin: accounts(admin),
      timeZone: file.timeZone,
      leases: file.leases,
      approvalLasts: file.approvalLasts,
    }),
  )
}

/** Ids of Entra are GUIDs, and those of Slack have no hyphen. Null where that chat is off. */
const accountOf = (id: string, { slackTeam, teamsTenant }: ChatTenants): string | null => {
  if (!id.includes('-')) return slackTeam && `slack:${slackTeam}/${id}`
  return teamsTenant && `teams:${teamsTenant.toLowerCase()}/${id.toLowerCase()}`
}

const ofRules = (file: RulesForm, { slackTeam, teamsTenant }: ChatTenants): Policy =>
  revised({
    groups: new Map(Object.entries(file.groups)),
    groupOfRole: new Map(),
    unread: [],
    boundOnly: slackTeam !== null && teamsTenant !== null,
    teams: of(file.people, ({ team }) => team),
    zones: of(file.people, ({ timeZone: zone }) => zone),
    leases: file.leases ?? NO_TERMS,
    people: new Map(
      Object.entries(file.people).map(([person, { slack, teams }]) => [
        person,
        [
          ...(slack === undefined || slackTeam === null ? [] : [`slack:${slackTeam}/${slack}`]),
          ...(teams === undefined || teamsTenant === null
            ? []
            : [`teams:${teamsTenant.toLowerCase()}/${teams}`]),
        ],
      ]),
    ),
    roles: new Map(Object.entries(file.roles).map(([role, who]) => [role, new Set(who)])),
    classes: new Map(Object.entries(file.classes)),
    administer: file.administer,
    breakGlass: file.breakGlass,
    watch: file.watch ?? file.administer,
    rules: file.rules,
    timeZone: file.timeZone,
    freezes: file.freezes,
    quietHours: file.quietHours,
    reminders: file.reminders,
    queue: file.queue,
    approvalLasts: file.approvalLasts ?? USUAL_APPROVAL_MS,
  })

const of = <T>(
  people: RulesForm['people'],
  what: (person: RulesForm['people'][string]) => T | undefined,
): ReadonlyMap<string, T> =>
  new Map(
    Object.entries(people).flatMap(([person, each]): [string, T][] => {
      const value = what(each)
      return value === undefined ? [] : [[person, value]]
    }),
  )

const USUAL_APPROVAL_MS = 86_400_000
const UTC = timeZone.parse('UTC')

type Lists = Pick<ListsForm, 'ask' | 'approve' | 'admin'> & Partial<ListsForm>

/** The short form: each account is a person, one rule fits everything, and the hosts alone say whether -Force is used. */
export const policyOfLists = ({
  ask,
  approve,
  admin,
  timeZone: zone = UTC,
  leases = NO_TERMS,
  approvalLasts = USUAL_APPROVAL_MS,
}: Lists): Policy =>
  revised({
    groups: new Map(),
    groupOfRole: new Map(),
    unread: [],
    boundOnly: true,
    teams: new Map(),
    zones: new Map(),
    leases,
    people: new Map([...ask, ...approve, ...admin].map((account) => [account, [account]])),
    roles: new Map(Object.entries({ ask, approve, admin }).map(([role, who]) => [role, new Set(who)])),
    classes: new Map(),
    administer: ['admin'],
    breakGlass: [],
    watch: ['admin'],
    rules: [
      {
        name: 'everything',
        ask: ['ask'],
        approve: { by: ['approve'], count: 1 },
        force: true,
        unsupportedPartitioning: true,
      },
    ],
    timeZone: zone,
    freezes: [],
    quietHours: [],
    reminders: {},
    queue: USUAL_QUEUE,
    approvalLasts,
  })

const inOrder = <T>(map: ReadonlyMap<string, Iterable<T>>): [string, T[]][] =>
  [...map]
    .map(([key, values]): [string, T[]] => [key, [...values].sort()])
    .sort(([a], [b]) => (a < b ? -1 : 1))

const revised = (policy: Omit<Policy, 'revision'>): Policy => {
  const { people, roles, groups, classes, administer, breakGlass, rules, teams, leases } = policy
  const said = [
    inOrder(people),
    inOrder(roles),
    inOrder(new Map([...groups].map(([name, ids]) => [name, Object.values(ids)]))),
    inOrder(classes),
    [...administer].sort(),
    [...breakGlass].sort(),
    rules,
    [...teams].sort(),
    leases,
  ]
  return { ...policy, revision: createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12) }
}

/** The one person whose account this is; null for an account that the policy does not name. */
export const personOf = (policy: Policy, account: string): string | null =>
  [...policy.people].find(([, accounts]) => accounts.includes(account))?.[0] ?? null

/** The same person, by the policy, whichever of their accounts it is. */
export const isSamePerson = (policy: Policy, one: string, other: string): boolean => {
  const person = personOf(policy, one)
  return one === other || (person !== null && person === personOf(policy, other))
}

export const rolesOf = (policy: Policy, person: string | null): string[] =>
  person === null ? [] : [...policy.roles].flatMap(([role, who]) => (who.has(person) ? role : []))

/** Those of the roles that the person has. */
export const rolesAmong = (policy: Policy, person: string | null, roles: readonly string[]): string[] =>
  rolesOf(policy, person).filter((role) => roles.includes(role))

/** Whoever is in no team counts as one of their own. */
export const teamOf = ({ teams }: Policy, person: string): string => teams.get(person) ?? person

export const zoneOf = ({ zones, timeZone: everywhere }: Policy, person: string): TimeZone =>
  zones.get(person) ?? everywhere
