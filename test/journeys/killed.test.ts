/** The program as a process of its own, killed without warning at one boundary after another, and started again. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fleetFile } from '../../src/host/simulated/fleet'
import { startLocalSlack, type LocalSlack, type SlackMessage } from '../../src/playground/slack/local-slack'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { CHANGES, GPU, JONAS, MAYA, PRIYA, textOf, buttonNamed, firstMessage } from './playground'

const TOKEN = 'xoxb-killed-test'
const SECRET = 'killed-test-signing-secret'
const PROGRAM = join(__dirname, '..', '..', 'dist', 'main.js')

let dir: string
let slack: LocalSlack
let program: ChildProcess
let port = 0

const start = async (): Promise<void> => {
  program = spawn(process.execPath, [PROGRAM], {
    env: {
      PATH: process.env['PATH'],
      SLACK_BOT_TOKEN: TOKEN,
      SLACK_SIGNING_SECRET: SECRET,
      SLACK_API_URL: slack.apiUrl,
      GPU_CHATOPS_CONFIG: join(dir, 'config.yaml'),
      DATA_DIR: join(dir, 'data'),
      PORT: '0',
      HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const { stderr } = program
  if (!stderr) throw new Error('no log')
  const lines = createInterface({ input: stderr })
  port = await new Promise<number>((resolve, reject) => {
    const seen: string[] = []
    lines.on('line', (line) => {
      seen.push(line)
      if (line.includes('"msg":"serving"')) resolve((JSON.parse(line) as { port: number }).port)
    })
    program.once('exit', () => reject(new Error(seen.join('\n'))))
  })
}

const kill = async (): Promise<void> => {
  if (program.exitCode !== null) return
  const gone = once(program, 'exit')
  program.kill('SIGKILL')
  await gone
}

beforeEach(async () => {
  dir = makeTempDir()
  slack = await startLocalSlack({
    ackMs: null,
    signingSecret: SECRET,
    botToken: TOKEN,
    eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
  })
  writeFileSync(
    join(dir, 'fleet.yaml'),
    readFileSync(fleetFile('default'), 'utf8').replace(/^( +\w+: )\d{3,4}$/gm, '$120'),
  )
  writeFileSync(
    join(dir, 'config.yaml'),
    `policy: { ask: [${MAYA}], approve: [${JONAS}, ${PRIYA}], admin: [${PRIYA}] }\nchannels: { changes: ${CHANGES} }\nfleet: fleet.yaml\n`,
  )
  await start()
})
afterEach(async () => {
  await kill()
  await slack.close()
  removeTempDir(dir)
})

const sees = (holds: (message: SlackMessage) => boolean, channel = GPU): Promise<SlackMessage> =>
  firstMessage(slack, channel, holds)
const approve = async (): Promise<void> => {
  const card = await sees((message) => buttonNamed(message, 'Approve') !== undefined)
  await slack.press(JONAS, GPU, card.ts, buttonNamed(card, 'Approve') ?? '')
}
const isCard = (message: SlackMessage): boolean => textOf(message).includes('R-1 · ')

test.each([0, 1, 2, 3, 4, 5])('a kill after step %i loses nothing and does nothing twice', async (steps) => {
  await slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-02 --shutdown')
  await approve()
  await sees(
    (message) =>
      isCard(message) &&
      textOf(message).split('✅').length - 1 >= steps &&
      !textOf(message).includes('waiting for an approver'),
  )

  await kill()
  await start()

  await sees((message) => textOf(message).includes('R-1 · done'))
  await sees((message) => textOf(message).includes('NVIDIA A100') && textOf(message).includes('GPU-'))
  await sees((message) => textOf(message).includes('hv01/gpu0'), CHANGES)
  const cards = slack.messages(GPU).filter(isCard)
  expect(cards.map((card) => textOf(card).includes('R-1 · done'))).toEqual([true])
})

test('a kill right after the acknowledgement of a command does not lose the command', async () => {
  const acknowledged = await slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-01')
  await kill()
  await start()

  expect(acknowledged.status).toBe(200)
  expect(textOf(await sees(isCard))).toContain('waiting for an approver')
})

test('a second program on the same data is refused with the reason', async () => {
  const second = spawn(process.execPath, [PROGRAM], {
    env: { PATH: process.env['PATH'], DATA_DIR: join(dir, 'data'), PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))

  const [code] = (await once(second, 'exit')) as [number]

  expect(code).toBe(1)
  expect(said).toContain('in use by another process')
})
