/** The people of the playground, each with an account on both chats, and what its policy lets them do. */
import { Fault } from '../core/errors'
import { policyFrom, type Policy } from '../core/policy/policy'
import { policyFile } from '../core/policy/schema'
import { PEOPLE, TEAM, type Person as SlackPerson } from './slack/local-slack'
import type { Person as TeamsPerson } from './teams/local-teams'

/** The ids are fixed, since the bot remembers them over a restart. */
export const TENANT = { id: '6e0a4c3e-0d57-4c0b-9f3a-5d1c2b7a9e10', name: 'Northwind Research' } as const
export const TEAMS_CHANNEL = {
  id: '19:northwindgpuplayground@thread.tacv2',
  name: 'GPUs',
  topic: 'Ask for a GPU, approve, read nvidia-smi',
} as const

export interface Member {
  readonly slack: SlackPerson
  readonly teams: TeamsPerson
}

const objectIds: Readonly<Record<string, string>> = {
  U0MAYA: '3f1d7a52-8c1e-4b8e-a4f0-0c6d2e9b5a01',
  U0JONAS: '3f1d7a52-8c1e-4b8e-a4f0-0c6d2e9b5a02',
  U0PRIYA: '3f1d7a52-8c1e-4b8e-a4f0-0c6d2e9b5a03',
}

export const MEMBERS: readonly Member[] = PEOPLE.map((slack) => ({
  slack,
  teams: {
    objectId: objectIds[slack.id] ?? '',
    name: slack.name,
    userRole: 'user',
    tenantId: TENANT.id,
    userPrincipalName: `${slack.name.toLowerCase().replace(' ', '.')}@northwind.example`,
  },
}))

const nameOf = ({ slack }: Member): string => slack.name.split(' ')[0] ?? slack.name
const withRole = (...roles: readonly SlackPerson['role'][]): string[] =>
  MEMBERS.filter(({ slack }) => roles.includes(slack.role)).map(nameOf)

/** Everybody may ask, and whoever approves never does so for themselves, from neither of their accounts. */
export const playgroundPolicy = (): Policy => {
  const policy = policyFrom(
    policyFile.parse({
      people: Object.fromEntries(
        MEMBERS.map((each) => [nameOf(each), { slack: each.slack.id, teams: each.teams.objectId }]),
      ),
      roles: {
        ask: withRole('requester', 'approver', 'administrator'),
        approve: withRole('approver', 'administrator'),
        admin: withRole('administrator'),
      },
      administer: ['admin'],
      rules: [
        {
          name: 'everything',
          ask: ['ask'],
          approve: { by: ['approve'] },
          force: true,
          unsupportedPartitioning: true,
        },
      ],
    }),
    { slackTeam: TEAM.id, teamsTenant: TENANT.id },
  )
  if (!policy.ok) throw new Fault('internal', 'the policy of the playground is wrong')
  return policy.value
}
