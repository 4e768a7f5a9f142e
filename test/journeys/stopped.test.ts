/** The bot is asked to stop while a step takes longer than anybody waits. */
import { expect, test } from '@jest/globals'
import { steppedClock } from '../fakes/stepped-clock'
import { GPU, INSTANT_FLEET, JONAS, MAYA, startServed, textOf, firstMessage } from './playground'
import { aProgram } from './program'

const A_DAY_MS = 24 * 3_600_000
const SLOW_FLEET = INSTANT_FLEET.replace(/^( {6}dismountDevice: )0$/m, `$1${A_DAY_MS}`)
const ASSIGN = 'assign hv01/gpu0 to train-01'
const DISMOUNTS = /Step \d of \d\s*: Dismount/

test('a bot that is asked to stop says so at /readyz, still takes what people ask, and has ended after seven seconds', async () => {
  const clock = steppedClock()
  const bot = await startServed({ clock, fleet: SLOW_FLEET })
  await bot.says(MAYA, ASSIGN)
  await bot.presses(JONAS, 'Approve')
  await bot.sees(GPU, (message) => DISMOUNTS.test(textOf(message)))
  const before = bot.deliveries()

  const asked = clock.now()
  const stopped = bot.stop()
  const readiness = await bot.readiness()
  const acknowledged = await bot.slack.command(MAYA, GPU, 'requests')
  const deliveries = bot.deliveries()
  await clock.pass(7_000)
  await stopped

  expect(readiness).toEqual({ status: 503, body: { status: 'stopping' } })
  expect([acknowledged.status, deliveries]).toEqual([200, before + 1])
  expect(clock.now() - asked).toBe(7_000)
  await expect(bot.readiness()).rejects.toThrow('fetch failed')
  await bot.end()
})

test('the program ends well by SIGTERM, though a step is under way, and says what it leaves', async () => {
  const program = await aProgram(() => SLOW_FLEET)
  try {
    await program.start()
    await program.slack.command(MAYA, GPU, ASSIGN)
    await program.approve()
    await firstMessage(program.slack, GPU, (message) => DISMOUNTS.test(textOf(message)))

    expect(await program.end('SIGTERM')).toBe(0)
    expect(program.log.at(-1)).toMatch(/"left":\["R-1"\].*the next start goes on with/)
  } finally {
    await program.remove()
  }
})
