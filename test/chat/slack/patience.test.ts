import { expect, test } from '@jest/globals'
import { patiently, SlackDown } from '../../../src/chat/slack/patience'
import { Fault } from '../../../src/core/errors'
import { fakeClock } from '../../fakes/clock'
import { recordingLog } from './fakeSlack'

/** Slack that is down so often, asked from zero on; what it was asked when. */
const asked = async (down: readonly SlackDown[], stopping = new AbortController().signal) => {
  const clock = fakeClock(0)
  const waiting = [...down]
  const at: number[] = []
  const attempt = (): Promise<string> => {
    at.push(clock.now())
    const next = waiting.shift()
    return next ? Promise.reject(next) : Promise.resolve('well')
  }
  return { answer: await patiently(attempt, { clock, log: recordingLog(), stopping }), at }
}
const down = new SlackDown('asking', new Error('503'))

test('Slack is asked ever more slowly, and at least once a minute', async () => {
  const { answer, at } = await asked(Array.from({ length: 8 }, () => down))

  expect(answer).toBe('well')
  expect(at.map((each, index) => each - (at[index - 1] ?? 0)).slice(1)).toEqual(
    [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000),
  )
})

test('what is thrown otherwise is not tried again', async () => {
  const attempt = () => Promise.reject(new Fault('chat', 'the token is wrong'))
  const patience = { clock: fakeClock(), log: recordingLog(), stopping: new AbortController().signal }

  await expect(patiently(attempt, patience)).rejects.toThrow('the token is wrong')
})

test('nothing is asked after the stop', async () => {
  const { answer, at } = await asked([], AbortSignal.abort())

  expect([answer, at]).toEqual([null, []])
})
