/** Quiet hours, freezes and pauses: nothing is offered then, and nobody loses a place because they slept. The clock shows Monday 09:00 UTC at first. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { jonas, linePolicy, maya, priya, startLine, type Line } from './line'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

const offersTo = async (account: string) =>
  (await line.told(account)).filter((text) => text.includes('is on offer to you'))
const nights = (places: object = {}) =>
  linePolicy({ quietHours: [{ name: 'nights', from: '22:00', until: '07:00', ...places }] })
const frozen = linePolicy({
  freezes: [{ name: 'audit', from: '2026-01-05 09:10', until: '2026-01-06 09:10' }],
})

it('a queue that waits over night keeps all its places, and is asked in the morning', async () => {
  line.policyBecomes(nights())
  await line.passes(14 * HOUR)
  for (const who of [maya, priya]) await line.says(who, 'queue hv01/gpu0 to train-01')

  for (let n = 0; n < 7; n++) {
    await line.goesOn()
    await line.passes(HOUR)
  }
  expect([...(await line.told(maya)), ...(await line.told(priya))]).toEqual([])
  expect(await line.says(jonas, 'queue')).toContain(
    'nothing is offered now: the quiet hours nights last until 2026-01-06 07:00 (UTC)',
  )
  expect(await line.says(jonas, 'why Q-1')).toContain('number 1 in line, about')

  await line.passes(HOUR)
  await line.goesOn()

  expect(await line.stateOf('Q-1')).toBe('offered')
  expect(await line.stateOf('Q-2')).toBe('waiting')
})

it('an offer that is out when they begin has the rest of its time in the morning, and can be taken meanwhile', async () => {
  line.policyBecomes(nights())
  await line.passes(12 * HOUR + 50 * MINUTE)
  await line.says(maya, 'queue hv01/gpu0 to train-01')
  await line.says(maya, 'queue hv01/gpu1 to train-01')
  await line.goesOn()
  expect(await line.says(priya, 'assign hv01/gpu0 to train-02 --shutdown')).toContain(
    'until 2026-01-06 07:20',
  )

  await line.passes(9 * HOUR)
  await line.goesOn()
  expect(await line.stateOf('Q-1')).toBe('offered')
  await line.says(maya, 'take Q-2')
  expect(await line.says(maya, 'show R-1')).toContain('hv01/gpu1')

  await line.passes(30 * MINUTE)
  await line.goesOn()
  expect(await line.stateOf('Q-1')).toBe('lapsed')
})

it('quiet hours of another host, or of VMs that they do not wait for, change nothing', async () => {
  await line.passes(14 * HOUR)
  line.policyBecomes(nights({ hosts: ['hv02'] }))
  await line.says(maya, 'queue hv01/gpu0 to train-01')
  await line.goesOn()
  expect(await offersTo(maya)).toHaveLength(1)

  line.policyBecomes(nights({ vms: ['train-02'] }))
  await line.says(priya, 'queue hv01/gpu1 to train-02')
  await line.says(maya, 'queue hv01/gpu1 to train-01')
  await line.goesOn()
  expect([await line.stateOf('Q-2'), await line.stateOf('Q-3')]).toEqual(['waiting', 'offered'])
})

it('a freeze that is written after an offer was made stops its time, and the message says until when', async () => {
  await line.says(maya, 'queue hv01/gpu0 to train-01')
  await line.goesOn()
  line.policyBecomes(frozen)
  await line.passes(10 * MINUTE)
  await line.goesOn()

  await line.passes(23 * HOUR)
  await line.goesOn()

  expect(await line.stateOf('Q-1')).toBe('offered')
  expect(await offersTo(maya)).toEqual([expect.stringContaining('until 2026-01-06 09:40 UTC')])
  await line.presses(maya, 'Take it')
  expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
})

it('a freeze that is taken out keeps the GPU from others no longer than any offer does', async () => {
  line.policyBecomes(frozen)
  await line.says(maya, 'queue hv01/gpu0 to train-01')
  await line.goesOn()
  await line.passes(HOUR)
  line.policyBecomes(linePolicy())
  await line.goesOn()
  expect(await line.stateOf('Q-1')).toBe('offered')

  await line.passes(30 * MINUTE)
  await line.goesOn()

  expect(await line.stateOf('Q-1')).toBe('lapsed')
})

it('a freeze without an end offers nothing, and takes no place', async () => {
  line.policyBecomes(
    linePolicy({ freezes: [{ name: 'x', from: '2026-01-01 00:00', until: '9999-12-31 00:00' }] }),
  )
  await line.says(maya, 'queue hv01/gpu0')
  await line.passes(400 * 24 * HOUR)

  await line.goesOn()

  expect(await line.stateOf('Q-1')).toBe('waiting')
})
