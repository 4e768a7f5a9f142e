/** The people of a team that is on both chats, with their accounts. */
import type { Person as SlackPerson } from '../../src/playground/slack/local-slack'
import type { Person as TeamsPerson } from '../../src/playground/teams/local-teams'
import { TENANT } from '../chat/teams/people'

/** Gus is a guest in both chats; Nia is a member of both, and the policy knows nothing of her. */
export const WHO = ['maya', 'jonas', 'priya', 'gus', 'nia'] as const
export type Who = (typeof WHO)[number]

export interface Member {
  readonly name: string
  readonly slack: SlackPerson
  readonly teams: TeamsPerson
}

const member = (digit: number, name: string, role: SlackPerson['role']): Member => {
  const first = name.split(' ')[0] ?? name
  return {
    name,
    slack: { id: `U0${first.toUpperCase()}`, name, title: '', role },
    teams: {
      objectId: `${String(digit).repeat(8)}-0000-4000-8000-000000000000`,
      name,
      userRole: 'user',
      tenantId: TENANT,
      userPrincipalName: `${first.toLowerCase()}@contoso.com`,
    },
  }
}

const guest = (who: Member): Member => ({
  ...who,
  slack: { ...who.slack, standing: 'guest' },
  teams: { ...who.teams, userRole: 'guest' },
})

export const MEMBERS: Readonly<Record<Who, Member>> = {
  maya: member(1, 'Maya Chen', 'requester'),
  jonas: member(2, 'Jonas Weber', 'approver'),
  priya: member(3, 'Priya Nair', 'administrator'),
  gus: guest(member(4, 'Gus Hale', 'requester')),
  nia: member(5, 'Nia Roth', 'requester'),
}

/** Both accounts of a person, as the policy file binds them. */
export const boundTo = (who: Who): { slack: string; teams: string } => ({
  slack: MEMBERS[who].slack.id,
  teams: MEMBERS[who].teams.objectId,
})
