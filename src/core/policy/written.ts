/** What stands in `policy:`, section by section: people, roles and rules, or the short form of three lists. */
import { z } from 'zod'
import { isDate, timeZone } from '../time/zone'
import { plan } from '../plan/plan'
import { duration } from './duration'
import { leaseTerms } from './terms'

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
/** More time is judged as lending it is. */
const COMMANDS = plan.shape.action.exclude(['extend'])
const MODES = z.enum(['dda', 'partition'])

const person = z
  .strictObject({
    slack: slackId.optional(),
    teams: teamsId.optional(),
    team: name.optional().describe('Whose quota and whose use of GPUs this person counts to.'),
    timeZone: timeZone.optional().describe('IANA name, such as Europe/Berlin.'),
  })
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

const reminders = z.strictObject({
  after: duration.optional().describe('Absent: after half of the time that a request has.'),
  escalate: z
    .strictObject({
      after: duration,
      to: someNames.describe('Roles. They are told; it gives them no right to approve.'),
    })
    .optional(),
})

const queue = z.strictObject({
  offer: duration.prefault('30m').describe('How long a GPU stays on offer to one person.'),
  patience: duration
    .prefault('1d12h')
    .describe('Whoever has waited for so long goes before all who have not, whatever their team used.'),
  window: duration.prefault('7d').describe('The time over which the use of each team counts.'),
  usual: duration.prefault('8h').describe('For how long somebody is taken to want a GPU who does not say.'),
  most: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('For how many GPUs one person may wait at once.'),
})
/** Milliseconds. */
export type QueueRules = z.infer<typeof queue>
export const USUAL_QUEUE: QueueRules = queue.parse({})

const quorum = z.strictObject({ by: someNames, count: z.number().int().min(1).max(20).default(1) })

const approve = z.union(
  [z.literal('automatic'), quorum],
  'is `automatic`, or `by` with one role at least and `count` with how many people (1 to 20)',
)

const approvalLasts = duration
  .optional()
  .describe(
    'How long what was approved may wait until it begins; then it lapses, and is asked for again. Absent: a day.',
  )

const places = {
  hosts: patterns.optional().describe('Names; `*` stands for anything.'),
  gpus: patterns.optional().describe('GPUs as `hv01/gpu0`; `*` stands for anything.'),
  models: patterns.optional().describe('Models, such as `*A100*`.'),
  classes: someNames.optional().describe('Classes of GPUs, from `classes`.'),
  vms: patterns.optional().describe('Names or ids of VMs; what has `vms` is about no GPU without a VM.'),
}

export const rule = z.strictObject({
  name: name.describe('Shown on cards and by `why`.'),
  commands: z.array(COMMANDS).min(1).optional().describe('Absent: any command that changes a host.'),
  modes: z.array(MODES).min(1).optional(),
  ...places,
  own: z
    .literal(true)
    .optional()
    .describe('Only what takes a GPU from a VM, where each VM has only GPUs that the same person asked for.'),
  longest: duration
    .optional()
    .describe('Only what is lent for this long at most; more time on its lease is asked for anew.'),
  ask: someNames.describe('Roles that may ask.'),
  approve: approve.describe('How many people of which roles, or `automatic`.'),
  powerOff: z
    .union([z.literal('refuse'), quorum])
    .optional()
    .describe('`refuse`, or who must approve beside that where a VM is turned off like a power cut.'),
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
  own: z.boolean().default(false).describe('Has each of the VMs only GPUs that the same person asked for?'),
  for: duration.optional().describe('For how long; absent: without an end.'),
  force: z.boolean().default(false),
  powerOff: z.boolean().default(false),
  unsupportedPartitioning: z.boolean().default(false),
  expect: z.string().describe('`refused`, `automatic`, or such as `2 of platform`.'),
})
export type Example = z.infer<typeof example>

export const sections = {
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
    .describe('Of freezes, quiet hours, and `until 18:00` of people without one of their own.'),
  freezes: z.array(freeze).default([]).describe('Between these dates no change of a host is begun.'),
  quietHours: z.array(quietHours).default([]).describe('Between these times no change of a host is begun.'),
  reminders: reminders.default({}).describe('When those who are waited for are told again.'),
  queue: queue.prefault({}).describe('Who waits for a GPU, and how a free one is offered.'),
  approvalLasts,
  examples: z.array(example).default([]).describe('What `policy test` tries.'),
  leases: leaseTerms,
}
export const rulesForm = z.strictObject(sections)
export type RulesForm = z.infer<typeof rulesForm>

const memberId = z
  .string()
  .regex(
    /^(?:[UW][A-Z0-9]{2,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/,
    'a Slack user id looks like U012ABCDEF (profile, More, Copy member ID), a person in Teams is an Entra object id',
  )

/** One chat alone: whoever may ask may ask for everything, and one approver decides. */
export const listsForm = z.strictObject(
  {
    ask: z.array(memberId).default([]),
    approve: z.array(memberId).default([]),
    admin: z.array(memberId).default([]),
    timeZone: timeZone.optional().describe('In which `until 18:00` is read; UTC when absent.'),
    approvalLasts,
    leases: leaseTerms,
  },
  'is missing: people, roles and rules, or lists of member ids under ask, approve and admin',
)
export type ListsForm = z.infer<typeof listsForm>
export type PolicyFile = ListsForm | RulesForm
