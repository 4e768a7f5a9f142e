/** Who and what lives in the local workspace. The ids are fixed, so that a policy file can name them. */

export interface SlackMember {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly role: 'requester' | 'approver' | 'administrator'
  /** What `users.info` says about the account; a full member when absent. */
  readonly standing?: 'guest' | 'bot' | 'deactivated' | 'other-workspace'
  /** In an organisation of Enterprise Grid: those that the person is in, the first one being that of the account. */
  readonly workspaces?: readonly string[]
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly topic: string
  /** The bot was invited; `chat.postMessage` says `not_in_channel` otherwise. */
  readonly bot: 'member' | 'outside'
  /** The one person who sees it: it is their conversation with the bot. */
  readonly only?: string
}

/** Opened by whoever posts to the person's id. */
export const conversationWith = (person: SlackMember): Channel => ({
  id: `D${person.id.slice(1)}`,
  name: 'directmessage',
  topic: 'What the bot tells you alone',
  bot: 'member',
  only: person.id,
})

export const TEAM = { id: 'T0PLAYGROUND', name: 'Northwind Research', domain: 'northwind-research' } as const
export const BOT_USER = {
  id: 'U0GPUBOT',
  botId: 'B0GPUBOT',
  appId: 'A0GPUCHATOPS',
  name: 'GPU ChatOps',
  handle: 'gpu',
} as const
export const SLACKBOT = 'USLACKBOT'

export const PEOPLE: readonly SlackMember[] = [
  { id: 'U0MAYA', name: 'Maya Chen', title: 'Researcher', role: 'requester' },
  { id: 'U0JONAS', name: 'Jonas Weber', title: 'Platform engineer', role: 'approver' },
  { id: 'U0PRIYA', name: 'Priya Nair', title: 'Platform lead', role: 'administrator' },
]

export const CHANNELS: readonly Channel[] = [
  { id: 'C0GPU', name: 'gpu', topic: 'Ask for a GPU, approve, read nvidia-smi', bot: 'member' },
  { id: 'C0GPUCHANGES', name: 'gpu-changes', topic: 'Every change of a GPU, as it happens', bot: 'member' },
]

const handleOf = (person: SlackMember): string => person.name.toLowerCase().replace(/[^a-z0-9]+/g, '.')

const inGrid = (id: string, teams: readonly string[]) => ({
  id,
  enterprise_id: 'E0NORTHWIND',
  enterprise_name: 'Northwind',
  is_admin: false,
  is_owner: false,
  teams,
})

/** The `user` object of `users.info`. */
export const userObject = (person: SlackMember, teamId: string) => {
  const foreign = person.standing === 'other-workspace'
  return {
    id: person.id,
    team_id: foreign ? 'T0ELSEWHERE' : (person.workspaces?.[0] ?? teamId),
    ...(person.workspaces ? { enterprise_user: inGrid(person.id, person.workspaces) } : {}),
    name: handleOf(person),
    real_name: person.name,
    deleted: person.standing === 'deactivated',
    is_bot: person.standing === 'bot',
    is_app_user: false,
    is_restricted: person.standing === 'guest',
    is_ultra_restricted: false,
    ...(foreign ? { is_stranger: true } : {}),
    is_admin: person.role === 'administrator',
    tz: 'Europe/Berlin',
    tz_offset: 3600,
    profile: { real_name: person.name, display_name: person.name, title: person.title },
  }
}

/** The bot's own `user` object. */
export const botObject = (teamId: string) => ({
  id: BOT_USER.id,
  team_id: teamId,
  name: BOT_USER.handle,
  real_name: BOT_USER.name,
  deleted: false,
  is_bot: true,
  is_app_user: false,
  is_restricted: false,
  is_ultra_restricted: false,
  profile: {
    real_name: BOT_USER.name,
    display_name: BOT_USER.name,
    bot_id: BOT_USER.botId,
    api_app_id: BOT_USER.appId,
  },
})
