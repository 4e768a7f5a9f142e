/**
 * One bot that serves a Slack workspace and a Teams tenant at once, and people who have an account on both. What a test
 * does, it does as one of them in one of the chats; both chats are driven, and read, in the same words.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '../../src/app'
import { TIME_LIMITS, startBot } from '../../src/bot'
import type { SlackConfig } from '../../src/chat/slack/config'
import { slackChat } from '../../src/chat/slack/post'
import { slackEvents } from '../../src/chat/slack/receive'
import { teamsChat } from '../../src/chat/teams/post'
import { teamsMessages } from '../../src/chat/teams/receive'
import { allChats } from '../../src/chats'
import { systemClock } from '../../src/clock'
import { readFile } from '../../src/config/config'
import type { Address } from '../../src/core/ports/address'
import type { Host } from '../../src/core/ports/host'
import { fleetFile, openSimulatedFleet, type World } from '../../src/host/simulated/fleet'
import { hostsByName } from '../../src/hosts'
import { startHttp } from '../../src/http'
import {
  BOT,
  startLocalSlack,
  TEAM,
  type LocalSlack,
  type LocalSlackOptions,
} from '../../src/playground/slack/local-slack'
import { startLocalTeams, userIdOf, type LocalTeams } from '../../src/playground/teams/local-teams'
import { policySource } from '../../src/policy-source'
import type { TimeLimits } from '../../src/work/context/context'
import { openStore, type Db } from '../../src/store/database'
import { APP, TENANT } from '../chat/teams/people'
import { issuerKey } from '../fakes/issuer-key'
import { duringCalls, type SteppedClock } from '../fakes/stepped-clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { slackDriver, teamsDriver, type Driver } from './drivers'
import { boundTo, MEMBERS, WHO, type Who } from './people'
import { CHANGES, GPU } from './playground'

export const CHATS = ['slack', 'teams'] as const
export type ChatName = (typeof CHATS)[number]
export const otherThan = (chat: ChatName): ChatName => (chat === 'slack' ? 'teams' : 'slack')

/** The channels of the team, and the thread in which people talk to the bot. */
export const TEAMS_CHANNEL = '19:gpusgpusgpus@thread.tacv2'
const TEAMS_CHANGES = '19:gpuchangesgpuchanges@thread.tacv2'
const THREAD = { id: `${TEAMS_CHANNEL};messageid=1700000000000`, type: 'channel' } as const

const nothing = (): undefined => undefined
const silent = { info: nothing, warn: nothing, error: nothing }

/** Everybody who is bound may ask, and `count` of Jonas and Priya approve; Maya approves as well, but never for herself. */
export const policyOf = (count: number) => ({
  people: { maya: boundTo('maya'), jonas: boundTo('jonas'), priya: boundTo('priya'), gus: boundTo('gus') },
  roles: { all: ['maya', 'jonas', 'priya', 'gus'], platform: ['maya', 'jonas', 'priya'], oncall: ['priya'] },
  administer: ['oncall'],
  rules: [{ name: 'all', ask: ['all'], approve: { by: ['platform'], count } }],
})

export interface Workplace {
  readonly slack: LocalSlack
  readonly teams: LocalTeams
  /** The same people at the same bot, by chat. */
  readonly in: Readonly<Record<ChatName, Driver>>
  /** The same in the channel of changes. */
  readonly inChanges: Readonly<Record<ChatName, Driver>>
  /** One of them, in the chat that they have with the bot. */
  alone(who: Who): Readonly<Record<ChatName, Driver>>
  /** The same in the channel, in messages that mention the bot. */
  readonly byMention: Readonly<Record<ChatName, Driver>>
  /** One of them, in plain words in the chat that they have with the bot. */
  inWords(who: Who): Readonly<Record<ChatName, Driver>>
  readonly world: World
  readonly db: Db
  /** The configuration names this host from now on, which was left out before. */
  addsHost(name: string): void
  /** The policy in the configuration file, for the next time that it is read. */
  writesPolicy(policy: object): void
  end(): Promise<void>
}

export interface WorkplaceOptions {
  readonly policy?: object
  /** The chats with a channel in which every request is shown; none when absent. */
  readonly requests?: readonly ChatName[]
  /** Where changed assignments are announced; in Slack when absent. */
  readonly changes?: ChatName
  /** Time that passes when the test says so; that of the machine when absent. */
  readonly clock?: SteppedClock
  readonly limits?: Partial<TimeLimits>
  /** A host of the fleet that the configuration does not name at first. */
  readonly without?: string
  /** Writes the file of the fleet into this folder; the default one when absent. */
  readonly fleet?: (folder: string) => string
  /** Asked before each call of Slack's Web API. */
  readonly misfortune?: LocalSlackOptions['misfortune']
  /** Of Slack; those of the playground when absent. */
  readonly channels?: LocalSlackOptions['channels']
  /** Of Enterprise Grid, those that a person of Slack is in. */
  readonly workspaces?: Readonly<Partial<Record<Who, readonly string[]>>>
}

export const SLACK = {
  botToken: 'xoxb-workplace',
  signingSecret: 'the signing secret of a workplace',
} as const

/** Slack and Microsoft on loopback, with everybody in both; the bot serves on that port. */
export const startChats = async (
  port: () => number,
  options: Pick<WorkplaceOptions, 'misfortune' | 'channels' | 'workspaces'> = {},
): Promise<Pick<Workplace, 'slack' | 'teams'>> => {
  const slack = await startLocalSlack({
    ackMs: null,
    ...SLACK,
    people: WHO.map((who) => {
      const workspaces = options.workspaces?.[who]
      return { ...MEMBERS[who].slack, ...(workspaces && { workspaces }) }
    }),
    ...(options.misfortune && { misfortune: options.misfortune }),
    ...(options.channels && { channels: options.channels }),
    eventsUrl: () => `http://127.0.0.1:${port()}/slack/events`,
  })
  const teams = await startLocalTeams({
    appId: APP,
    tenantId: TENANT,
    botToken: 'the token of the bot',
    messagesUrl: () => `http://127.0.0.1:${port()}/api/messages`,
    keys: [issuerKey()],
  })
  teams.people = WHO.map((who) => MEMBERS[who].teams)
  return { slack, teams }
}

export const driversOf = (slack: LocalSlack, teams: LocalTeams, time?: SteppedClock): Workplace['in'] => ({
  slack: slackDriver(slack, { channel: GPU }, time),
  teams: teamsDriver(teams, THREAD, time),
})

export const startWorkplace = async (options: WorkplaceOptions = {}): Promise<Workplace> => {
  const clock = options.clock ?? systemClock
  /** As much time passes as it takes. */
  const inTime = <T>(awaited: Promise<T>): Promise<T> => options.clock?.until(awaited) ?? awaited
  const dir = makeTempDir()
  const path = join(dir, 'gpu-chatops.yaml')
  const writesPolicy = (policy: object): void => writeFileSync(path, JSON.stringify({ policy }))
  writesPolicy(options.policy ?? policyOf(1))
  let port = 0
  const { slack, teams } = await startChats(() => port, options)
  const slackConfig: SlackConfig = {
    ...SLACK,
    appToken: null,
    apiUrl: slack.apiUrl,
    teamId: TEAM.id,
    botId: BOT.botId,
    botUserId: BOT.id,
    command: '/gpu',
  }
  const file = options.fleet?.(dir) ?? fleetFile('default')
  const fleet = openSimulatedFleet({ file, stateFile: null, clock, latency: 'none' })
  const store = await openStore(dir)
  const { cloud } = teams.config
  const inTeams = (conversation: string): Address => ({
    ...{ kind: 'channel', chat: 'teams', conversation },
    serviceUrl: cloud.kind === 'local' ? cloud.serviceUrl : '',
  })
  const inSlack = (channel: string): Address => ({ kind: 'channel', chat: 'slack', channel })
  const configured = readFile(path)
  if (!('value' in configured)) throw new Error(configured.problems.join('\n'))
  const chats = () => ({ slackTeam: TEAM.id, teamsTenant: TENANT })
  const runtime = { log: silent, clock }
  const chatOfTeams = teamsChat(teams.config, runtime)
  const chat = allChats({ slack: slackChat(slackConfig, runtime), teams: chatOfTeams })
  const hosts = new Map(hostsByName(fleet.hosts.filter(({ name }) => name !== options.without)))
  const added: Host[] = []
  const starting = startBot({
    store,
    log: silent,
    clock,
    policy: policySource(configured.value, {
      chats,
      incomplete: () => null,
      clock,
      log: silent,
      directory: () => Promise.resolve([]),
      readAgain: () => readFile(path),
    }),
    hosts,
    takeHosts: () => {
      const names = added.map(({ name }) => name)
      for (const host of added.splice(0)) hosts.set(host.name, host)
      return { added: names, others: [] }
    },
    chat: options.clock ? duringCalls(options.clock, chat) : chat,
    limits: { ...TIME_LIMITS, ...options.limits },
    requestsChannels: (options.requests ?? []).map((chat) =>
      chat === 'slack' ? inSlack(GPU) : inTeams(TEAMS_CHANNEL),
    ),
    changesChannel: options.changes === 'teams' ? inTeams(TEAMS_CHANGES) : inSlack(CHANGES),
  })
  const addsHost = (name: string): void => {
    added.push(...fleet.hosts.filter((host) => host.name === name))
  }
  const bot = await inTime(starting)
  const http = await startHttp({
    host: '127.0.0.1',
    port: 0,
    pages: null,
    ready: () => Promise.resolve({ status: 'ready', others: null }),
    slackEvents: slackEvents(slackConfig, bot.inbox, runtime).listener,
    teamsMessages: teamsMessages(teams.config, bot.inbox, runtime, chatOfTeams.nameOf),
  })
  port = http.port
  const ownChatOf = (who: Who): string =>
    slack.channels.find(({ only }) => only === MEMBERS[who].slack.id)?.id ?? ''
  const personalOf = (who: Who) =>
    ({ id: `a:${userIdOf(MEMBERS[who].teams).slice(3)}`, type: 'personal' }) as const
  return {
    slack,
    teams,
    in: driversOf(slack, teams, options.clock),
    inChanges: {
      slack: slackDriver(slack, { channel: CHANGES }, options.clock),
      teams: teamsDriver(teams, { id: TEAMS_CHANGES, type: 'channel' }, options.clock),
    },
    alone: (who) => ({
      slack: slackDriver(slack, { channel: ownChatOf(who) }, options.clock),
      teams: teamsDriver(teams, personalOf(who), options.clock),
    }),
    byMention: {
      slack: slackDriver(slack, { channel: GPU, by: 'message' }, options.clock),
      teams: teamsDriver(teams, THREAD, options.clock),
    },
    inWords: (who) => ({
      slack: slackDriver(slack, { channel: ownChatOf(who), by: 'message' }, options.clock),
      teams: teamsDriver(teams, personalOf(who), options.clock),
    }),
    world: fleet.world,
    db: store.db,
    writesPolicy,
    addsHost,
    end: async () => {
      await http.close()
      await inTime(bot.stop())
      await store.close()
      await Promise.all([slack.close(), teams.close()])
      removeTempDir(dir)
    },
  }
}

/** A workplace, and its people in one of the chats. */
export interface Journey extends Driver {
  readonly workplace: Workplace
  readonly world: World
  end(): Promise<void>
}

export const startJourneyIn = async (
  chat: ChatName,
  options: Omit<WorkplaceOptions, 'changes'> = {},
): Promise<Journey> => {
  const workplace = await startWorkplace({ ...options, changes: chat })
  return { ...workplace.in[chat], workplace, world: workplace.world, end: () => workplace.end() }
}

/** The same, started as a server of both chats is, from what a configuration file says. */
export const startServedInBoth = async (): Promise<Workplace['in'] & { end(): Promise<void> }> => {
  const dir = makeTempDir()
  const path = join(dir, 'gpu-chatops.yaml')
  const channels = { requests: [GPU, TEAMS_CHANNEL], changes: CHANGES }
  writeFileSync(path, JSON.stringify({ policy: policyOf(1), channels }))
  const file = readFile(path)
  if (!('value' in file)) throw new Error(file.problems.join('\n'))
  let port = 0
  const { slack, teams } = await startChats(() => port)
  const app = await startServer(
    {
      ...{ kind: 'server', DATA_DIR: dir, PORT: 0, HOST: '127.0.0.1', LOG_LEVEL: 'error', path },
      ...{ slack: { ...SLACK, appToken: null, apiUrl: slack.apiUrl }, teams: teams.config, file: file.value },
    },
    silent,
  )
  port = app.port
  return {
    ...driversOf(slack, teams),
    end: async () => {
      await app.stop()
      await Promise.all([slack.close(), teams.close()])
      removeTempDir(dir)
    },
  }
}
