/** Wires the parts: the server for a real workspace, and the playground with local ones. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { TIME_LIMITS, startBot, type Bot } from './bot'
import { slackChat } from './chat/slack/post'
import { loadBolt } from './chat/slack/listen'
import { slackEvents } from './chat/slack/receive'
import type { SlackConfig } from './chat/slack/config'
import { checkTeams } from './chat/teams/check'
import type { TeamsConfig } from './chat/teams/config'
import { entraGroup, graphOf } from './chat/teams/groups'
import { teamsChat } from './chat/teams/post'
import { teamsMessages } from './chat/teams/receive'
import { loadSdk } from './chat/teams/sdk'
import { homeServiceUrl } from './chat/teams/service-url'
import { allChats } from './chats'
import { systemClock } from './clock'
import { channelsIn, isOfTeams, readFile, type Config, type SlackSettings } from './config/config'
import type { Address } from './core/ports/address'
import type { Clock } from './core/ports/clock'
import { programsHere } from './host/powershell/programs'
import { fleetFile, type World } from './host/simulated/fleet'
import { hostsByName, openFleet, openHosts, type Latency } from './hosts'
import { startHttp } from './http'
import { opening } from './opening'
import { fixedPolicy, policySource, type Directory } from './policy-source'
import { playgroundHandler } from './playground/server'
import { MEMBERS, playgroundPolicy, TEAMS_CHANNEL, TENANT } from './playground/members'
import { ACK_MS, BOT, startLocalSlack, TEAM, type LocalSlack } from './playground/slack/local-slack'
import { AGENTS, agentsAt } from './playground/teams-agents'
import { startLocalTeams, type LocalTeams } from './playground/teams/local-teams'
import { readinessOf } from './readiness'
import { openStore } from './store/database'
import type { Logger, PolicySource } from './work/context/context'
import { openWorkspace, type Workspace } from './workspace'

export interface App {
  readonly port: number
  stop(): Promise<void>
}

export interface Server extends App {
  /** Reads the policy again from its file, and hosts that were added; a wrong file changes nothing, and the log says every error. */
  reload(): void
  /** Resolves when the bot cannot go on, with why: Slack says that a token is wrong. */
  readonly failure: Promise<unknown>
}

/** How long things take in the playground. */
export interface PlaygroundPace {
  readonly latency: Latency
  /** How long its Slack waits for the bot; null without an end. */
  readonly ackMs: number | null
}
const AS_IN_LIFE: PlaygroundPace = { latency: 'as-in-file', ackMs: ACK_MS }

export interface Playground extends App {
  readonly slack: LocalSlack
  readonly teams: LocalTeams
  readonly world: World
}

type ServerConfig = Extract<Config, { kind: 'server' }>
type PlaygroundConfig = Extract<Config, { kind: 'playground' }>

/** A real workspace, a real tenant, or both. Throws Fault with the cure when a token, a port or the data directory is wrong. */
export const startServer = (config: ServerConfig, log: Logger, clock: Clock = systemClock): Promise<Server> =>
  opening(async (keep) => {
    const { teams } = config
    const [programs] = await Promise.all([
      programsHere(config.file, clock),
      loadChats({ slack: config.slack !== null, teams: teams !== null }),
    ])
    const { requests, changes } = config.file.channels
    const store = keep(await openStore(config.DATA_DIR), (each) => each.close())
    const chatOfTeams = teams && teamsChat(teams, { log, clock })
    const slack = config.slack && (await openWorkspace(config.slack, { db: store.db, clock, log }))
    const policy = policySource(config.file, {
      chats: () => ({ slackTeam: slack && slack.teamId(), teamsTenant: teams && teams.tenantId }),
      incomplete: () => (slack ? slack.unknown() : null),
      clock,
      log,
      directory: directoryOf({ slack, teams }),
      readAgain: () => readFile(config.path),
    })
    const hosts = keep(openHosts(config.file, { dataDir: config.DATA_DIR, clock, log, programs }), (each) =>
      each.close(),
    )
    const bot = keep(
      await startBot({
        store,
        log,
        policy,
        clock,
        hosts: hosts.byName,
        takeHosts: () => {
          const again = readFile(config.path)
          return 'value' in again ? hosts.take(again.value) : { added: [], others: [] }
        },
        chat: allChats({ slack: slack && slack.chat, teams: chatOfTeams }),
        limits: { ...TIME_LIMITS, requestExpiresMs: config.file.requests.expireMinutes * 60_000 },
        requestsChannels: (requests ?? []).map((id) => channelOf(id, teams)),
        health: config.file.health && {
          everyMs: config.file.health.everyMinutes * 60_000,
          hotCelsius: config.file.health.hotCelsius ?? null,
        },
        changesChannel: changes === undefined ? null : channelOf(changes, teams),
      }),
      (each) => each.stop(),
    )
    if (slack) keep(slack, (each) => each.stop())
    const http = keep(
      await startHttp({
        host: config.HOST ?? '0.0.0.0',
        port: config.PORT,
        pages: null,
        ready: readinessOf({ db: store.db, bot, clock, hosts: hosts.byName }),
        slackEvents: slack && slack.events,
        teamsMessages: teams && teamsMessages(teams, bot.inbox, { log, clock }, chatOfTeams?.nameOf),
      }),
      (each) => each.close(),
    )
    // What was kept last is closed first: the port stays open until no work is under way.
    keep(bot, (each) => each.stop())
    const known = (): void => {
      policy.chatsKnown()
      void policy.refresh()
      void bot.policyRead()
    }
    const failure = new Promise<unknown>((resolve) => {
      slack?.serve(bot.inbox, known).catch(resolve)
    })
    if (teams) void complainOfTeams(teams, channelsIn(config.file).teams, log)
    log.info({ port: http.port, slack: slackMode(config.slack), tenant: teams && teams.tenantId }, 'serving')
    return { port: http.port, reload: () => void reloaded(policy, bot, log), failure }
  })

/**
 * The chats load what they need with the first request, which then waits. Who serves a workspace loads it before it
 * listens, so that a broken installation does not start, and nobody waits.
 */
export const loadChats = async ({ slack, teams }: { slack: boolean; teams: boolean }): Promise<void> => {
  if (slack) await loadBolt()
  if (teams) await loadSdk()
}

/** What is wrong with Teams is said when the bot starts, which goes on: hosts and Slack may work. */
const complainOfTeams = async (
  teams: TeamsConfig,
  channels: readonly string[],
  log: Logger,
): Promise<void> => {
  for (const { what, outcome } of await checkTeams(teams, channels))
    if (!outcome.ok)
      for (const { reason, next } of outcome.refusals)
        log.error({ what, reason, next }, 'teams: does not work')
}

/** A group of a chat that is off has nobody from there. */
const directoryOf = ({ slack, teams }: { slack: Workspace | null; teams: TeamsConfig | null }): Directory => {
  const graph = teams && graphOf(teams)
  const ofEntra = teams && graph && entraGroup(teams, graph)
  return async (group) => [
    ...(slack && group.slack !== undefined ? await slack.members(group.slack) : []),
    ...(ofEntra && group.entra !== undefined ? await ofEntra(group.entra) : []),
  ]
}

const slackMode = (slack: SlackSettings | null): string | null =>
  slack && (slack.appToken === null ? 'http' : 'socket')

/** The whole bot on loopback with a local workspace, a local tenant and a simulated fleet; needs no configuration. */
export const startPlayground = (
  config: PlaygroundConfig,
  log: Logger,
  { latency, ackMs }: PlaygroundPace = AS_IN_LIFE,
): Promise<Playground> =>
  opening(async (keep) => {
    const store = keep(await openStore(config.DATA_DIR), (each) => each.close())
    const fleet = openFleet({
      dataDir: config.DATA_DIR,
      clock: systemClock,
      file: fleetFile('default'),
      latency,
    })
    const fleetHosts = hostsByName(fleet.hosts)
    const signingSecret = randomBytes(24).toString('hex')
    const botToken = `xoxb-${randomBytes(18).toString('hex')}`
    const agents = config.AGENTS_PLAYGROUND
    let port = config.PORT
    const local = keep(
      await startLocalSlack({
        signingSecret,
        botToken,
        eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
        keepIn: join(config.DATA_DIR, 'local-slack.jsonl'),
        ackMs,
      }),
      (each) => each.close(),
    )
    const teams = keep(
      await startLocalTeams({
        appId: randomUUID(),
        tenantId: TENANT.id,
        botToken: randomBytes(24).toString('hex'),
        messagesUrl: () => `http://127.0.0.1:${port}/api/messages`,
        keepIn: join(config.DATA_DIR, 'local-teams.jsonl'),
        beyond: agents === null ? null : agentsAt(agents),
      }),
      (each) => each.close(),
    )
    teams.people = MEMBERS.map(({ teams: account }) => account)
    const slack: SlackConfig = {
      botToken,
      signingSecret,
      appToken: null,
      apiUrl: local.apiUrl,
      teamId: TEAM.id,
      botId: BOT.botId,
      botUserId: BOT.id,
      command: '/gpu',
    }
    const runtime = { log, clock: systemClock }
    const chatOfTeams = teamsChat(teams.config, runtime)
    const bot = keep(
      await startBot({
        store,
        log,
        policy: fixedPolicy(playgroundPolicy()),
        clock: systemClock,
        hosts: fleetHosts,
        chat: allChats({ slack: slackChat(slack, runtime), teams: chatOfTeams }),
        limits: { ...TIME_LIMITS, pollMs: 3_000, tickMs: 1_000 },
        health: { everyMs: 60_000, hotCelsius: null },
        requestsChannels: [
          channelOf('C0GPU', null),
          channelOf(TEAMS_CHANNEL.id, teams.config),
          ...(agents === null ? [] : [channelOf(AGENTS.channel, teams.config)]),
        ],
        changesChannel: channelOf('C0GPUCHANGES', null),
      }),
      (each) => each.stop(),
    )
    const http = keep(
      await startHttp({
        host: '127.0.0.1',
        port: config.PORT,
        slackEvents: slackEvents(slack, bot.inbox, runtime).listener,
        teamsMessages: teamsMessages(teams.config, bot.inbox, runtime, chatOfTeams.nameOf),
        pages: playgroundHandler({
          slack: local,
          teams,
          world: fleet.world,
          agents: agents !== null,
          connected: () => void bot.takeHosts(),
        }),
        ready: readinessOf({ db: store.db, bot, clock: systemClock, hosts: fleetHosts }),
      }),
      (each) => each.close(),
    )
    // As above: the page stays until no work is under way.
    keep(bot, (each) => each.stop())
    port = http.port
    return { port, slack: local, teams, world: fleet.world }
  })

const reloaded = async (policy: PolicySource, bot: Bot, log: Logger): Promise<void> => {
  const read = await policy.reload()
  if (read.ok) {
    log.info({ revision: read.value.revision, hosts: bot.takeHosts() }, 'configuration read again')
    await bot.policyRead()
  } else for (const { reason } of read.refusals) log.error({ reason }, 'the policy stays as it was')
}

const channelOf = (id: string, teams: TeamsConfig | null): Address =>
  isOfTeams(id)
    ? { kind: 'channel', chat: 'teams', serviceUrl: homeServiceUrl(teams), conversation: id }
    : { kind: 'channel', chat: 'slack', channel: id }
