/** `gpu-chatops doctor`: everything that keeps the bot from working, each with what to do about it. Changes nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  channelsIn,
  readConfig,
  readHosts,
  type Config,
  type HostsPart,
  type SlackSettings,
  dataDirOf,
} from '../config/config'
import type { ChatCheck } from '../chat/check'
import { Fault, messageOf, type Refusal } from '../core/errors'
import type { Clock } from '../core/ports/clock'
import type { HostConfig } from '../host/powershell/config'
import { MODULE, openPowerShellFleet, type PowerShellFleet } from '../host/powershell/fleet'
import { moduleDigest, sessionDigests } from '../host/powershell/health'
import { programsHere, type Programs } from '../host/powershell/programs'
import { storeFindings } from './store'
import { fail, pass, sectionOf, warn, type Finding } from './finding'
import { tryForcedCommand } from './forced-command'
import { examined, type HostEvidence } from './host-checks'

export interface Terminal {
  /** The report, a section at a time. */
  readonly print: (text: string) => void
  /** What is being done, for whoever waits. */
  readonly hint: (text: string) => void
}

/** True when nothing failed. Throws nothing that belongs into the report. */
export const doctor = async (
  env: NodeJS.ProcessEnv,
  clock: Clock,
  { print, hint }: Terminal,
): Promise<boolean> => {
  const all: Finding[] = []
  const report: Report = (title, findings) => {
    all.push(...findings)
    print(`${sectionOf(title, findings)}\n\n`)
  }
  const { config, findings } = configuration(env)
  report('Configuration', findings)
  const kept = await storeFindings(dataDirOf(env))
  if (kept.length > 0) report('Store', kept)
  if (config?.kind === 'server' && config.slack) {
    hint('asking Slack ...')
    report('Slack', await slack(config.slack, channelsIn(config.file).slack))
  }
  if (config?.kind === 'server' && config.teams) {
    hint('asking Microsoft ...')
    const { checkTeams } = await import('../chat/teams/check.ts')
    report('Microsoft Teams', (await checkTeams(config.teams, channelsIn(config.file).teams)).map(findingOf))
  }
  const file = env['GPU_CHATOPS_CONFIG']
  const part = file === undefined || file === '' ? null : readHosts(file)
  if (part?.hosts) {
    hint(
      `asking ${part.hosts.length === 1 ? 'the host' : `${part.hosts.length} hosts`}, which may take a minute ...`,
    )
    await forEachHost(await servable(part, clock, report), clock, { report, hint })
  }
  const sound = all.every(({ verdict }) => verdict !== 'fail')
  print(
    sound ? 'Nothing keeps the bot from working.\n' : 'Mend what is marked with ✗, then run this again.\n',
  )
  return sound
}

const configuration = (env: NodeJS.ProcessEnv): { config: Config | null; findings: Finding[] } => {
  try {
    const config = readConfig(env)
    if (config.kind === 'playground')
      return {
        config,
        findings: [
          pass('mode', 'nothing is configured, so `npm start` runs the playground with a simulated fleet'),
        ],
      }
    const fleet = config.file.hosts ? [] : [pass('hosts', 'none are configured, so the fleet is simulated')]
    return { config, findings: [pass('mode', 'a server; no error in its settings'), ...fleet] }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { config: null, findings: [fail('settings', error.message, 'README, "Connect it to Slack"')] }
  }
}

const findingOf = ({ what, outcome }: ChatCheck): Finding => {
  if (outcome.ok) return pass(what, outcome.value)
  const [{ code, reason, next = '' }] = outcome.refusals as [Refusal]
  return (code === 'unreachable' ? warn : fail)(what, reason, next)
}

const slack = async (settings: SlackSettings, channels: readonly string[]): Promise<Finding[]> => {
  // Only who uses Slack waits for its SDK.
  const { identifyBot } = await import('../chat/slack/identify.ts')
  const { checkChannels } = await import('../chat/slack/channels.ts')
  const { eventScopes, slackClient, updateApp } = await import('../chat/slack/config.ts')
  const { SILENT } = await import('../chat/slack/log.ts')
  try {
    const { identity, lacks } = await identifyBot(settings)
    const token = pass('token', `it is the bot of ${identity.teamName}, with every scope that is needed`)
    const unheard = lacks.map((scope) =>
      warn(`scope ${scope}`, `is missing, so the bot hears no ${eventScopes[scope]}`, `${updateApp}.`),
    )
    return [
      token,
      ...unheard,
      ...(await checkChannels(slackClient(settings, SILENT), channels)).map(findingOf),
    ]
  } catch (error) {
    return [
      fail(
        'token',
        messageOf(error),
        'Correct what the message names; manifests/slack.json lists the scopes.',
      ),
    ]
  }
}

interface Servable {
  readonly hosts: readonly HostConfig[]
  readonly programs: Programs
}

type Report = (title: string, findings: readonly Finding[]) => void

/** Where no PowerShell can serve the hosts behind SSH, that is reported, and the others are asked all the same. */
const servable = async (part: HostsPart, clock: Clock, report: Report): Promise<Servable> => {
  try {
    return { hosts: part.hosts, programs: await programsHere(part, clock) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    report('PowerShell', [fail('program', error.message, 'docs/hosts.md, "Which PowerShell"')])
    const hosts = part.hosts.filter(({ via }) => via !== 'ssh')
    return { hosts, programs: await programsHere({ ...part, hosts }, clock) }
  }
}

/** All at once, since one that is silent takes its minute; each is reported when its turn has come. */
const forEachHost = async (
  { hosts, programs }: Servable,
  clock: Clock,
  { report, hint }: { readonly report: Report } & Pick<Terminal, 'hint'>,
): Promise<void> => {
  // Not the folder of the bot, which may be running: what it remembers about devices stays as it is.
  const dir = mkdtempSync(join(tmpdir(), 'gpu-chatops-doctor-'))
  const log = { warn: (): void => undefined }
  const fleet = openPowerShellFleet({ hosts, programs, dir, clock, log })
  try {
    const examinations = hosts.map((config) => evidenceOf(fleet, config, { clock, hint }))
    for (const each of examinations) {
      const evidence = await each
      report(titleOf(evidence.config), examined(evidence))
    }
  } finally {
    await fleet.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

const titleOf = (config: HostConfig): string =>
  config.via === 'local'
    ? `${config.name} (this machine)`
    : `${config.name} (${config.via}, ${config.computer})`

const evidenceOf = async (
  fleet: PowerShellFleet,
  config: HostConfig,
  { clock, hint }: { readonly clock: Clock } & Pick<Terminal, 'hint'>,
): Promise<HostEvidence> => {
  const { name } = config
  const examination = await fleet.examine(config)
  if (examination.kind === 'answered') hint(`${name} answers; reading what it has ...`)
  const host = fleet.hosts.find((each) => each.name === name)
  const facts =
    examination.kind === 'silent' || !host
      ? { why: 'the host was not reached' }
      : await host.inventory().catch((error: unknown) => ({ why: messageOf(error) }))
  const hasCommand = config.via === 'ssh' && examination.kind === 'answered'
  if (hasCommand) hint(`trying the forced command of ${name} ...`)
  const forced = hasCommand ? await tryForcedCommand(config, clock) : null
  return {
    config,
    examination,
    module: moduleDigest(MODULE),
    sessions: sessionDigests(join(MODULE, '..')),
    facts,
    forced,
  }
}
