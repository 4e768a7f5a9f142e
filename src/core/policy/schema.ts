/** `policy:` of the configuration file as it is written: the short form of three lists, or people, roles and rules. */
import { z } from 'zod'
import { durationMs } from '../grammar/duration'
import { isDate, timeZone } from '../lease/zone'
import { plan } from '../plan/plan'

const slackId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,20}$/, 'a Slack user id looks like U012ABCDEF (profile, More, Copy member ID)')
const teamsId = z
  .guid('a Teams account is the Entra object id of the person, a GUID (Entra ID, Users, Object ID)')
  .toLowerCase()

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/,
    'is no name: up to 40 letters, digits, dots, hyphens and underscores',
  )
const names = z.array(name)
const someNames = names.min(1, 'names none')
const pattern = z.string().min(1).max(200)
const patterns = z.array(pattern).min(1, 'names none')
const COMMANDS = plan.shape.action
const MODES = z.enum(['dda', 'partition'])

const person = z
  .strictObject({ slack: slackId.optional(), teams: teamsId.optional() })
  .refine(({ slack, teams }) => slack !== undefined || teams !== undefined, {
    error: 'needs an account: slack, teams, or both',
  })

const group = z
  .strictObject({
    slack: z
      .string()
      .regex(/^S[A-Z0-9]{2,20}$/, 'a Slack user group has an id such as S012ABCDEF')
      .optional(),
    entra: z
      .guid('an Entra group has an object id, a GUID (Entra ID, Groups, Object ID)')
      .toLowerCase()
      .optional(),
  })
  .refine(({ slack, entra }) => slack !== undefined || entra !== undefined, {
    error: 'needs an id: slack, entra, or both',
  })

/** Milliseconds, written like `30m`, `2h` or `1d12h`. */
const duration = z.string().transform((text, context) => {
  const read = durationMs({ text, at: 1, quoted: false })
  if (read.ok) return read.value
  context.addIssue({ code: 'custom', message: 'is no length of time such as 30m, 2h or 1d12h' })
  return z.NEVER
})

const reminders = z.strictObject({
  after: duration.optional().describe('Absent: after half of the time that a request has.'),
  escalate: z
    .strictObject({
      after: duration,
      to: someNames.describe('Roles. They are told; it gives them no right to approve.'),
    })
    .optional(),
})
export type Reminders = z.infer<typeof reminders>

const approve = z.union(
  [
    z.literal('automatic'),
    z.strictObject({ by: someNames, count: z.number().int().min(1).max(20).default(1) }),
  ],
  'is `automatic`, or `by` with one role at least and `count` with how many people (1 to 20)',
)

const places = {
  hosts: patterns.optional().describe('Names; `*` stands for anything.'),
  gpus: patterns.optional().describe('GPUs as `hv01/gpu0`; `*` stands for anything.'),
  models: patterns.optional().describe('Models, such as `*A100*`.'),
  classes: someNames.optional().describe('Classes of GPUs, from `classes`.'),
  vms: patterns.optional().describe('Names or ids of VMs; what has `vms` is about no GPU without a VM.'),
}

const rule = z.strictObject({
  name: name.describe('Shown on cards and by `why`.'),
  commands: z.array(COMMANDS).min(1).optional().describe('Absent: any command that changes a host.'),
  modes: z.array(MODES).min(1).optional(),
  ...places,
  own: z.literal(true).optional().describe('Only what the person asked for themselves and still holds.'),
  ask: someNames.describe('Roles that may ask.'),
  approve: approve.describe('How many people of which roles, or `automatic`.'),
  force: z.boolean().default(false).describe('May a device be dismounted with -Force?'),
  unsupportedPartitioning: z
    .boolean()
    .default(false)
    .describe('May GPUs be partitioned where Microsoft does not support it?'),
})

/** In the order of JavaScript's week. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is no time such as 22:00')
const DATE = /^(\d{4})-(\d\d)-(\d\d) (?:[01]\d|2[0-3]):[0-5]\d$/
const localTime = z.string().refine((text) => {
  const [, year, month, day] = DATE.exec(text) ?? []
  return isDate({ year: Number(year), month: Number(month), day: Number(day), hour: 0, minute: 0 })
}, 'is no date and time such as 2026-12-20 08:00')

const freeze = z
  .strictObject({
    name: name.describe('Shown on cards that wait for its end.'),
    from: localTime,
    until: localTime,
    ...places,
  })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'is not after from' })
export type Freeze = z.infer<typeof freeze>

const quietHours = z.strictObject({
  name: name.describe('Shown on cards that wait for their end.'),
  days: z
    .array(z.enum(DAYS))
    .min(1, 'names none')
    .default([...DAYS])
    .describe('On which they begin. Absent: every day.'),
  from: clockTime,
  until: clockTime.describe('Not after `from`: on the next day.'),
  ...places,
})
export type QuietHours = z.infer<typeof quietHours>

const example = z.strictObject({
  who: name,
  command: COMMANDS,
  mode: MODES.default('dda'),
  gpu: z.string().regex(/^[^/]+\/[^/]+$/, 'a GPU is written hv01/gpu0'),
  model: z.string().default(''),
  vms: z.array(z.string().min(1)).max(2).default([]).describe('The VM; for a move from and to.'),
  own: z.boolean().default(false),
  force: z.boolean().default(false),
  unsupportedPartitioning: z.boolean().default(false),
  expect: z.string().describe('`refused`, `automatic`, or such as `2 of platform`.'),
})
export type Example = z.infer<typeof example>

const sections = {
  people: z.record(name, person).describe('Who there is, each with their accounts.'),
  groups: z
    .record(name, group)
    .default({})
    .describe('Slack user groups and Entra groups; their members are looked up.'),
  roles: z.record(name, names).describe('Named roles: lists of people and groups.'),
  classes: z.record(name, patterns).default({}).describe('Classes of GPUs: patterns of models.'),
  administer: names.default([]).describe('Roles that pause, resume, resolve and reload.'),
  breakGlass: names.default([]).describe('Roles that may go on without approval, with a reason.'),
  watch: names.optional().describe('Roles that say what a channel watches. Absent: those that administer.'),
  rules: z.array(rule).describe('The first rule that fits decides; what no rule fits is refused.'),
  timeZone: timeZone
    .default(timeZone.parse('UTC'))
    .describe('Of freezes and quiet hours, such as Europe/Berlin.'),
  freezes: z.array(freeze).default([]).describe('Between these dates no change of a host is begun.'),
  quietHours: z.array(quietHours).default([]).describe('Between these times no change of a host is begun.'),
  reminders: reminders.default({}).describe('When those who are waited for are told again.'),
  examples: z.array(example).default([]).describe('What `policy test` tries.'),
}
const rulesForm = z.strictObject(sections)
export type RulesForm = z.infer<typeof rulesForm>

const memberId = z
  .string()
  .regex(
    /^(?:[UW][A-Z0-9]{2,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/,
    'a Slack user id looks like U012ABCDEF (profile, More, Copy member ID), a person in Teams is an Entra object id',
  )

/** One chat alone: whoever may ask may ask for everything, and one approver decides. */
const listsForm = z.strictObject(
  {
    ask: z.array(memberId).default([]),
    approve: z.array(memberId).default([]),
    admin: z.array(memberId).default([]),
  },
  'is missing: people, roles and rules, or lists of member ids under ask, approve and admin',
)
export type ListsForm = z.infer<typeof listsForm>
export type PolicyFile = ListsForm | RulesForm

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string }

const isRulesForm = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  ['people', 'roles', 'rules'].some((section) => Object.hasOwn(value, section))

/** For the configuration file. Every error at once: a name that means nothing is found beside what is misspelt. */
export const policyFile = z.unknown().transform((value, context): PolicyFile => {
  const read = isRulesForm(value) ? rulesForm.safeParse(value) : listsForm.safeParse(value)
  const issues = [
    ...(read.success ? [] : read.error.issues),
    ...(isRulesForm(value) ? danglingIn(value) : []).map((issue) => ({ code: 'custom' as const, ...issue })),
  ]
  for (const { path, ...issue } of issues) context.addIssue({ ...issue, path: [...path] })
  return read.success ? read.data : z.NEVER
})

/** A schema for editors: of a configuration file, as far as its policy goes. */
export const policyJsonSchema = (): object =>
  z.toJSONSchema(z.looseObject({ policy: z.union([rulesForm, listsForm]) }), { io: 'input' })

const read = <T>(schema: z.ZodType<T>, value: unknown): T | null => schema.safeParse(value).data ?? null

/** Names that nothing has, and accounts of two people. A section that is itself wrong is not held against the others. */
const danglingIn = (raw: Record<string, unknown>): Issue[] => {
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
  if (each.approve === 'automatic') return found
  const { by, count } = each.approve
  const able = new Set(by.flatMap((role) => roles?.[role] ?? []))
  // How many are in a group is known later, and changes.
  const countable = ![...able].some((each) => groups === null || Object.hasOwn(groups, each))
  const missing = unknown(by, roles, 'role', [...at, 'approve', 'by'])
  if (roles === null || missing.length > 0 || !countable || able.size >= count) return [...found, ...missing]
  const message = `needs ${count} approvers, and only ${able.size} ${able.size === 1 ? 'person has' : 'people have'} these roles`
  return [...found, { path: [...at, 'approve', 'count'], message }]
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
    (['slack', 'teams'] as const).flatMap((chat) => {
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
