/** The program as a process of its own, killed without warning at one boundary after another, and started again. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { SlackMessage } from '../../src/playground/slack/local-slack'
import { CHANGES, firstMessage, GPU, MAYA, textOf } from './playground'
import { aProgram, PROGRAM, type Program } from './program'

const QUICK_MS = 20
const AN_HOUR_MS = 3_600_000
/** How long each thing takes in the fleet. */
const taking =
  (latencyOf: (what: string) => number) =>
  (fleet: string): string =>
    fleet.replace(
      /^( +)(\w+): \d{3,4}$/gm,
      (_, indent: string, what: string) => `${indent}${what}: ${latencyOf(what)}`,
    )

let program: Program

beforeEach(async () => {
  program = await aProgram(taking(() => QUICK_MS))
  await program.start()
})
afterEach(() => program.remove())

const killAndStart = async (): Promise<void> => {
  await program.end('SIGKILL')
  await program.start()
}
const sees = (holds: (message: SlackMessage) => boolean, channel = GPU): Promise<SlackMessage> =>
  firstMessage(program.slack, channel, holds)
const isCard = (message: SlackMessage): boolean => textOf(message).includes('R-1 · ')

test.each([0, 1, 2, 3, 4, 5])('a kill after step %i loses nothing and does nothing twice', async (steps) => {
  await program.slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-02 --shutdown')
  await program.approve()
  await sees(
    (message) =>
      isCard(message) &&
      textOf(message).split('✅').length - 1 >= steps &&
      !textOf(message).includes('waiting for an approver'),
  )

  await killAndStart()

  await sees((message) => textOf(message).includes('R-1 · done'))
  await sees((message) => textOf(message).includes('NVIDIA A100') && textOf(message).includes('GPU-'))
  await sees((message) => textOf(message).includes('hv01/gpu0'), CHANGES)
  const cards = program.slack.messages(GPU).filter(isCard)
  expect(cards.map((card) => textOf(card).includes('R-1 · done'))).toEqual([true])
})

test('what a kill left half done is finished while Slack is down, and shown once it is well', async () => {
  await program.end('SIGKILL')
  program.setFleet(taking((what) => (what === 'attachDevice' ? AN_HOUR_MS : QUICK_MS)))
  await program.start()
  await program.slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-02 --shutdown')
  await program.approve()
  await sees((message) => isCard(message) && textOf(message).includes('✅'))

  await program.end('SIGKILL')
  program.setFleet(taking(() => QUICK_MS))
  program.setOutage({ kind: 'status', status: 503 })
  await program.start()
  await program.logs('"event":"succeed"')
  const meanwhile = program.slack.messages(GPU).filter(isCard).map(textOf)
  program.setOutage(null)

  await sees((message) => textOf(message).includes('R-1 · done'))
  expect(meanwhile.join()).not.toContain('R-1 · done')
})

test('a token that was revoked meanwhile ends the program, and it says what to do', async () => {
  await program.end('SIGKILL')
  program.setOutage({ kind: 'status', status: 503 })
  await program.start()
  program.setOutage({ kind: 'error', error: 'token_revoked' })

  expect(await program.ended()).toBe(1)
  expect(program.log.join('\n')).toMatch(
    /gpu-chatops: signing in to Slack \(set SLACK_BOT_TOKEN .*token_revoked/,
  )
})

test('a kill right after the acknowledgement of a command does not lose the command', async () => {
  const acknowledged = await program.slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-01')
  await killAndStart()

  expect(acknowledged.status).toBe(200)
  expect(textOf(await sees(isCard))).toContain('waiting for an approver')
})

test('a second program on the same data is refused with the reason', async () => {
  const second = spawn(process.execPath, [PROGRAM], {
    env: { PATH: process.env['PATH'], DATA_DIR: program.dataDir, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  second.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))

  const [code] = (await once(second, 'exit')) as [number]

  expect(code).toBe(1)
  expect(complaint).toContain('in use by another process')
})
