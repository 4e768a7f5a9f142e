/** The program as a process of its own, for a local Slack and a simulated fleet; it can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fleetFile } from '../../src/host/simulated/fleet'
import { startLocalSlack, type LocalSlack, type SlackFault } from '../../src/playground/slack/local-slack'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { buttonNamed, CHANGES, firstMessage, GPU, JONAS, MAYA, PRIYA } from './playground'

export const PROGRAM = join(__dirname, '..', '..', 'dist', 'main.js')
const TOKEN = 'xoxb-program-test'
const SECRET = 'program-test-signing-secret'

type Outage = Omit<SlackFault, 'method' | 'times'>

export interface Program {
  readonly slack: LocalSlack
  readonly dataDir: string
  /** Of the life that is under way, or was last. */
  readonly log: readonly string[]
  port(): number
  start(): Promise<void>
  /** Sends it a signal. Resolves with how it ended; null when it had ended before. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** Resolves with how it ended by itself. */
  ended(): Promise<number | NodeJS.Signals | null>
  /** Resolves once this stands in the log of its present life. */
  logs(words: string): Promise<void>
  /** Makes the fleet from the text of the built-in one, for the next start. */
  setFleet(changed: (fleet: string) => string): void
  /** How each call of Slack fails from now on; null: it is well. */
  setOutage(outage: Outage | null): void
  /** Approves, as Jonas, the first request. */
  approve(): Promise<void>
  remove(): Promise<void>
}

/** With the fleet that `setFleet` would make. Nothing is started yet. */
export const aProgram = async (changed: (fleet: string) => string): Promise<Program> => {
  const dir = makeTempDir()
  const dataDir = join(dir, 'data')
  let port = 0
  let outage: Outage | null = null
  const slack = await startLocalSlack({
    ackMs: null,
    misfortune: (method) => (outage ? { ...outage, method, times: 1 } : undefined),
    signingSecret: SECRET,
    botToken: TOKEN,
    eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
  })
  const setFleet: Program['setFleet'] = (change) =>
    writeFileSync(join(dir, 'fleet.yaml'), change(readFileSync(fleetFile('default'), 'utf8')))
  setFleet(changed)
  writeFileSync(
    join(dir, 'config.yaml'),
    `policy: { ask: [${MAYA}], approve: [${JONAS}, ${PRIYA}], admin: [${PRIYA}] }\nchannels: { changes: ${CHANGES} }\nfleet: fleet.yaml\n`,
  )
  const log: string[] = []
  let heard: (() => void)[] = []
  let program: ChildProcess

  const start = async (): Promise<void> => {
    log.length = 0
    program = spawn(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env['PATH'],
        SLACK_BOT_TOKEN: TOKEN,
        SLACK_SIGNING_SECRET: SECRET,
        SLACK_API_URL: slack.apiUrl,
        GPU_CHATOPS_CONFIG: join(dir, 'config.yaml'),
        DATA_DIR: dataDir,
        PORT: '0',
        HOST: '127.0.0.1',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const { stderr } = program
    if (!stderr) throw new Error('no log')
    port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: stderr }).on('line', (line) => {
        log.push(line)
        for (const hear of heard) hear()
        if (line.includes('"msg":"serving"')) resolve((JSON.parse(line) as { port: number }).port)
      })
      program.once('exit', () => reject(new Error(log.join('\n'))))
    })
  }
  /** Its log is complete only when its output is closed too. */
  const ended = async () => {
    const [code, by] = (await once(program, 'close')) as [number | null, NodeJS.Signals | null]
    return code ?? by
  }
  const logs = (words: string): Promise<void> =>
    new Promise((resolve) => {
      const hear = (): void => {
        if (log.some((line) => line.includes(words))) resolve()
      }
      heard = [...heard, hear]
      hear()
    })
  const end = async (signal: NodeJS.Signals) => {
    if (program.exitCode !== null || program.signalCode !== null) return null
    const closed = ended()
    program.kill(signal)
    return closed
  }
  return {
    slack,
    dataDir,
    log,
    port: () => port,
    start,
    end,
    ended,
    logs,
    setFleet,
    setOutage: (next) => {
      outage = next
    },
    approve: async () => {
      const card = await firstMessage(slack, GPU, (message) => buttonNamed(message, 'Approve') !== undefined)
      await slack.press(JONAS, GPU, card.ts, buttonNamed(card, 'Approve') ?? '')
    },
    remove: async () => {
      await end('SIGKILL')
      await slack.close()
      removeTempDir(dir)
    },
  }
}
