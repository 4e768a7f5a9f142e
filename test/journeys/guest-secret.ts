/**
 * A whole bot over the real PowerShell engine, for one run: an assignment whose VM has a Windows guest with a
 * configured credential. All that leaves the engine's own memory is kept: what went to the engine and came back, what
 * the bot answered, logged, stored and posted.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { TIME_LIMITS, startBot } from '../../src/bot'
import { slackChat } from '../../src/chat/slack/post'
import { slackEvents } from '../../src/chat/slack/receive'
import { systemClock } from '../../src/clock'
import { policyOfLists } from '../../src/core/policy/policy'
import type { Host, SmiAnswer } from '../../src/core/ports/host'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { superviseEngine } from '../../src/host/powershell/engine/supervised'
import { powerShellHost } from '../../src/host/powershell/host'
import { openDeviceMemory } from '../../src/host/powershell/memory'
import { startHttp } from '../../src/http'
import { fixedPolicy } from '../../src/policy-source'
import { openStore } from '../../src/store/database'
import { BOT, startLocalSlack, TEAM } from '../../src/playground/slack/local-slack'
import { openFleet } from '../contract/over-powershell'
import { filesUnder } from '../fakes/leaks'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { writeHostModule } from '../host/powershell/stubs/guest-modules'
import type { Engine as Found } from '../host/powershell/pwsh'
import type { StubCall } from '../host/powershell/stubs/server'
import { MODULE, startWindows } from '../host/powershell/stubs/windows'
import { buttonNamed, firstMessage, GPU, JONAS, MAYA, textOf } from './playground'

export interface Story {
  readonly reference: 'env:GUEST' | 'vault:Bot/guest'
  readonly user: string
  readonly password: string
  /** Called when a command has reached the host. What it throws, the command answers. */
  readonly before?: (call: StubCall, powers: { readonly kill: () => Promise<void> }) => Promise<void> | void
  /** Changes the text of Smi.ps1, to see that a leak is found. */
  readonly spoil?: (text: string) => string
}

export interface Told {
  /** What the bot says about nvidia-smi, and how the request ended. */
  readonly smi: string
  readonly card: string
  readonly answers: readonly SmiAnswer[]
  /** Everything that was written or sent, by where. */
  readonly places: ReadonlyMap<string, Buffer>
}

/** Stands between bot and engine, and keeps what passes in both directions. */
const LISTENER = (program: string, folder: string): string => `#!/usr/bin/env node
const { spawn } = require('child_process')
const { appendFileSync } = require('fs')
const engine = spawn(${JSON.stringify(program)}, process.argv.slice(2), { stdio: 'pipe' })
const keep = (from, to, name) => {
  from.on('data', (bytes) => { appendFileSync(${JSON.stringify(folder)} + '/' + name, bytes); to.write(bytes) })
}
keep(process.stdin, engine.stdin, 'requests')
keep(engine.stdout, process.stdout, 'answers')
keep(engine.stderr, process.stderr, 'errors')
process.stdin.on('end', () => engine.stdin.end())
engine.stdin.on('error', () => undefined)
engine.on('exit', (code) => process.exit(code ?? 1))
`

/** The module of SecretManagement, as far as the bot uses it: one secret, out of this process's environment. */
const VAULT = `function Get-Secret {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true, Position = 0)] [string] $Name, [Parameter(Position = 1)] [string] $Vault)
    if ("$Vault/$Name" -ne 'Bot/guest') { throw 'no such secret' }
    $secure = [System.Security.SecureString]::new()
    foreach ($character in $env:VAULT_STUB_PASSWORD.ToCharArray()) { $secure.AppendChar($character) }
    [pscredential]::new($env:VAULT_STUB_USER, $secure)
}
`

const writeVault = (folder: string): void => {
  const name = 'Microsoft.PowerShell.SecretManagement'
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, `${name}.psm1`), VAULT)
  writeFileSync(
    join(folder, name, `${name}.psd1`),
    `@{ RootModule = '${name}.psm1'; ModuleVersion = '1.0.0.0'; FunctionsToExport = @('Get-Secret') }\n`,
  )
}

const secretsOf = ({ reference, user, password }: Story): NodeJS.ProcessEnv =>
  reference === 'env:GUEST'
    ? { GUEST_USER: user, GUEST_PASSWORD: password }
    : { VAULT_STUB_USER: user, VAULT_STUB_PASSWORD: password }

/** The module as the host has it; with a leak, if the story wants one. */
const moduleFor = (story: Story, folder: string, whole: string): string => {
  if (!story.spoil) return whole
  const copy = join(folder, 'spoilt', 'GpuChatOps')
  cpSync(MODULE, copy, { recursive: true })
  const file = join(copy, 'Smi.ps1')
  writeFileSync(file, story.spoil(readFileSync(file, 'utf8')))
  return writeHostModule(join(folder, 'spoilt'), copy)
}

const remembering = (host: Host, answers: SmiAnswer[]): Host => ({
  ...host,
  smi: async (target) => {
    const answer = await host.smi(target)
    answers.push(answer)
    return answer
  },
})

/** Assigns hv01/gpu0 to train-02, which is shut down for it and started again; ends once nvidia-smi was spoken about. */
export const tell = async (found: Found, story: Story): Promise<Told> => {
  const dataDir = makeTempDir()
  const kept = makeTempDir()
  const { world, simulated } = openFleet('hv01')
  let current: Engine | null = null
  const kill = async (): Promise<void> => current?.stop()
  const windows = await startWindows({
    world,
    host: simulated,
    stubs: found.stubs,
    flavour: '2025',
    before: (call) => story.before?.(call, { kill }),
  })
  writeVault(join(windows.dir, 'modules'))
  const program = join(kept, 'engine')
  writeFileSync(program, LISTENER(found.program, kept), { mode: 0o755 })
  const lines: string[] = []
  const log = pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) })
  const supervised = superviseEngine(
    async () =>
      (current = await startEngine({
        executable: program,
        clock: systemClock,
        env: { ...process.env, ...windows.env, ...secretsOf(story) },
        noise: (text) => log.warn({ text }, 'PowerShell printed'),
      })),
    { clock: systemClock, ended: (why) => log.warn({ why }, 'PowerShell ended') },
  )
  const answers: SmiAnswer[] = []
  const vm = world.facts('hv01').vms.find(({ name }) => name === 'train-02')!
  mkdirSync(join(dataDir, 'hosts'))
  const host = remembering(
    powerShellHost({
      name: simulated.name,
      target: { kind: 'local', module: moduleFor(story, kept, windows.module) },
      notes: { forceDismount: false, unsupportedPartitioning: false, guests: { [vm.id]: 'windows' } },
      guests: new Map([[vm.id, { kind: 'windows', credential: { credential: story.reference } }]]),
      engine: supervised.get,
      memory: openDeviceMemory(join(dataDir, 'hosts', 'hv01.json')),
    }),
    answers,
  )
  const store = await openStore(dataDir)
  let port = 0
  const slack = await startLocalSlack({
    ackMs: null,
    signingSecret: 'the signing secret',
    botToken: 'xoxb-guest',
    eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
    keepIn: join(dataDir, 'posts.jsonl'),
  })
  const config = {
    botToken: 'xoxb-guest',
    signingSecret: 'the signing secret',
    appToken: null,
    apiUrl: slack.apiUrl,
    teamId: TEAM.id,
    botId: BOT.botId,
    botUserId: BOT.id,
    command: '/gpu',
  }
  const account = (id: string) => `slack:${TEAM.id}/${id}`
  const bot = await startBot({
    store,
    log,
    policy: fixedPolicy(policyOfLists({ ask: [account(MAYA)], approve: [account(JONAS)], admin: [] })),
    clock: systemClock,
    hosts: new Map([[host.name, host]]),
    chat: slackChat(config, { log, clock: systemClock }),
    limits: { ...TIME_LIMITS, guestPatienceMs: 0 },
    requestsChannels: [],
    changesChannel: null,
  })
  const http = await startHttp({
    host: '127.0.0.1',
    port: 0,
    pages: null,
    ready: () => Promise.resolve({ status: 'ready', others: null }),
    slackEvents: slackEvents(config, bot.inbox, { log, clock: systemClock }).listener,
    teamsMessages: null,
  })
  port = http.port
  try {
    await slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-02 --shutdown because training')
    const card = await firstMessage(slack, GPU, (message) => buttonNamed(message, 'Approve') !== undefined)
    await slack.press(JONAS, GPU, card.ts, buttonNamed(card, 'Approve') ?? '')
    const smi = await firstMessage(slack, GPU, (message) =>
      textOf(message).includes('nvidia-smi in train-02'),
    )
    const ended = await firstMessage(slack, GPU, (message) => /R-1 · done/.test(textOf(message)))
    await bot.stop()
    return {
      smi: textOf(smi),
      card: textOf(ended),
      answers,
      places: new Map([
        ...filesUnder(dataDir),
        ...filesUnder(join(windows.dir, 'GpuChatOps')),
        ...['requests', 'answers', 'errors'].flatMap((name): [string, Buffer][] => {
          const bytes = filesUnder(kept).get(join(kept, name))
          return bytes ? [[name, bytes]] : []
        }),
        ['log', Buffer.from(lines.join(''))],
        ['answered', Buffer.from(JSON.stringify(answers))],
        ['posts', Buffer.from(JSON.stringify(slack.channels.map(({ id }) => slack.messages(id))))],
      ]),
    }
  } finally {
    await bot.stop()
    await http.close()
    await slack.close()
    await store.close()
    await supervised.stop()
    await windows.close()
    removeTempDir(dataDir)
    removeTempDir(kept)
  }
}
