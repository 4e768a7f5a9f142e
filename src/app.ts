/** Wires the parts: the server for a real workspace, and the playground with a local one. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { LIMITS, startBot } from './bot'
import { slackChat } from './chat/slack/post'
import { identifyBot } from './chat/slack/identify'
import { slackEvents } from './chat/slack/receive'
import { slackSocket } from './chat/slack/socket'
import type { SlackConfig } from './chat/slack/config'
import { systemClock } from './clock'
import type { Config, SlackSettings } from './config'
import type { Policy } from './core/policy'
import type { Address } from './core/ports'
import { openSimulatedFleet, type SimulatedFleet, type World } from './host/simulated/fleet'
import { startHttp } from './http'
import { playgroundHandler } from './playground/server'
import { BOT, PEOPLE, startLocalSlack, TEAM, type LocalSlack } from './playground/slack/local-slack'
import { answers, openStore, type Store } from './store/database'
import type { Log } from './work/parts'

export interface App {
  readonly port: number
  stop(): Promise<void>
}

export interface Playground extends App {
  readonly slack: LocalSlack
  readonly world: World
}

const COMMAND = '/gpu'
const DEFAULT_FLEET = join(__dirname, 'host', 'simulated', 'fleets', 'default.yaml')

type ServerConfig = Extract<Config, { kind: 'server' }>
type PlaygroundConfig = Extract<Config, { kind: 'playground' }>

/** A real workspace over HTTP or Socket Mode. Throws Fault with the cure when a token, a port or the data directory is wrong. */
export const startServer = async (config: ServerConfig, log: Log): Promise<App> => {
  const identity = await identifyBot(config.slack)
  const slack: SlackConfig = { ...config.slack, ...identity, command: COMMAND }
  const policy = policyOf(identity.teamId, config.file.policy)
  const channel = (id: string | undefined): Address | null =>
    id === undefined ? null : { kind: 'channel', chat: 'slack', channel: id }
  const store = await openStore(config.DATA_DIR)
  const fleet = openFleet({
    dir: config.DATA_DIR,
    file: config.file.fleet ?? DEFAULT_FLEET,
    latency: 'as-in-file',
  })
  const bot = await startBot({
    store,
    policy,
    log,
    clock: systemClock,
    hosts: hostsOf(fleet),
    chat: slackChat(slack, log),
    limits: { ...LIMITS, requestExpiresMs: config.file.requests.expireMinutes * 60_000 },
    requestsChannel: channel(config.file.channels.requests),
    changesChannel: channel(config.file.channels.changes),
  })
  const socket = slack.appToken === null ? null : slackSocket(slack, bot.inbox, log)
  await socket?.start()
  const http = await startHttp({
    host: config.HOST ?? '0.0.0.0',
    port: config.PORT,
    pages: null,
    missing: () => missingIn(store),
    slackEvents: slack.signingSecret === null ? null : slackEvents(slack, bot.inbox, log).listener,
  })
  log.info({ port: http.port, team: identity.teamName, mode: socket ? 'socket' : 'http' }, 'serving')
  return stopper(http.port, [
    () => http.close(),
    async () => socket?.stop(),
    () => bot.stop(),
    () => store.close(),
  ])
}

/** The whole bot on loopback with a local workspace and a simulated fleet; needs no configuration. */
export const startPlayground = async (
  config: PlaygroundConfig,
  log: Log,
  latency: 'as-in-file' | 'none' = 'as-in-file',
): Promise<Playground> => {
  const settings: SlackSettings = {
    botToken: `xoxb-${randomBytes(18).toString('hex')}`,
    signingSecret: randomBytes(24).toString('hex'),
    appToken: null,
    apiUrl: '',
  }
  const secret = settings.signingSecret ?? ''
  let port = config.PORT
  const local = await startLocalSlack({
    signingSecret: secret,
    botToken: settings.botToken,
    eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
  })
  const slack: SlackConfig = {
    ...settings,
    apiUrl: local.apiUrl,
    teamId: TEAM.id,
    botId: BOT.botId,
    botUserId: BOT.id,
    command: COMMAND,
  }
  const store = await openStore(config.DATA_DIR)
  const fleet = openFleet({ dir: config.DATA_DIR, file: DEFAULT_FLEET, latency })
  const bot = await startBot({
    store,
    log,
    clock: systemClock,
    hosts: hostsOf(fleet),
    chat: slackChat(slack, log),
    limits: { ...LIMITS, pollMs: 3_000, tickMs: 1_000 },
    policy: playgroundPolicy(),
    requestsChannel: null,
    changesChannel: { kind: 'channel', chat: 'slack', channel: 'C0GPUCHANGES' },
  })
  const http = await startHttp({
    host: '127.0.0.1',
    port: config.PORT,
    slackEvents: slackEvents(slack, bot.inbox, log).listener,
    pages: playgroundHandler({ slack: local, world: fleet.world }),
    missing: () => missingIn(store),
  })
  port = http.port
  const app = stopper(port, [() => http.close(), () => bot.stop(), () => local.close(), () => store.close()])
  return { ...app, slack: local, world: fleet.world }
}

const openFleet = (options: { dir: string; file: string; latency: 'as-in-file' | 'none' }): SimulatedFleet =>
  openSimulatedFleet({
    file: options.file,
    stateFile: join(options.dir, 'simulated-fleet.json'),
    clock: systemClock,
    latency: options.latency,
  })

const hostsOf = (fleet: SimulatedFleet) => new Map(fleet.hosts.map((host) => [host.name, host]))

const policyOf = (team: string, lists: { ask: string[]; approve: string[]; admin: string[] }): Policy => {
  const accounts = (ids: readonly string[]) => new Set(ids.map((id) => `slack:${team}/${id}`))
  return { ask: accounts(lists.ask), approve: accounts(lists.approve), admin: accounts(lists.admin) }
}

const playgroundPolicy = (): Policy => {
  const withRole = (...roles: string[]) =>
    PEOPLE.filter((person) => roles.includes(person.role)).map((person) => person.id)
  return policyOf(TEAM.id, {
    ask: withRole('requester', 'approver', 'administrator'),
    approve: withRole('approver', 'administrator'),
    admin: withRole('administrator'),
  })
}

const missingIn = async (store: Store): Promise<string[]> => ((await answers(store.db)) ? [] : ['store'])

/** Stops in the order given, each part even if one before it failed. */
const stopper = (port: number, parts: readonly (() => Promise<void>)[]): App => ({
  port,
  stop: async () => {
    const failures: unknown[] = []
    for (const part of parts) await part().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'stopping')
  },
})
