/** The daily digest: when it comes, to whom, and what it says. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { timeZone } from '../../../src/core/time/zone'
import { nextDaily } from '../../../src/core/time/daily'
import { policyOfLists } from '../../../src/core/policy/policy'
import { fixedPolicy } from '../../../src/policy-source'
import { sendDigests } from '../../../src/work/sweeps/digest'
import type { Context } from '../../../src/work/context/context'
import { useTempDirs } from '../../fakes/temp'
import { ADMIN, DIRECT, REQUESTER, slackChannel, startScene, wordsOf, type Scene } from './scene'

const OPS = slackChannel('C7')
const HOUR = 3_600
const tempDir = useTempDirs()
let scene: Scene
let known: string[]
beforeEach(async () => {
  known = [REQUESTER]
  const policy = (): Context['policy'] => ({
    ...fixedPolicy(policyOfLists({ ask: [], approve: [], admin: [] })),
    inForce: () => policyOfLists({ ask: known, approve: ['slack:T1/U2'], admin: [ADMIN] }),
  })
  scene = await startScene(tempDir(), () => ({ policy: policy() }))
})
afterEach(() => scene.end())

/** It is 09:00 in UTC at first. */
const passes = async (seconds: number): Promise<void> => {
  await scene.passes(seconds)
  await sendDigests(scene.context)
}
const digests = async (place = 'slack C7'): Promise<string[]> =>
  (await scene.told(place)).filter((each) => /24 hours/.test(each))

describe('when', () => {
  it('it comes every day at that time, once, also when the process ended in between', async () => {
    await scene.says(ADMIN, 'watch digest at 10:00 here', OPS)
    expect((await scene.told(OPS))[0]).toBe('This channel gets a digest every day at 10:00 (UTC)')

    await passes(HOUR - 1)
    expect(await digests()).toHaveLength(0)
    await passes(1)
    await scene.restarts()
    await passes(1)
    await passes(10)
    expect(await digests()).toHaveLength(1)
    await passes(24 * HOUR)

    expect(await digests()).toHaveLength(2)
  })

  it('after days away it comes once, and at its time again', async () => {
    await scene.says(ADMIN, 'watch digest at 10:00', OPS)
    await passes(3 * 24 * HOUR)
    await passes(10)
    expect(await digests()).toHaveLength(1)
    await passes(HOUR)

    expect(await digests()).toHaveLength(2)
  })

  it('it comes at the time of the zone that was named, is listed, and ends', async () => {
    await scene.says(REQUESTER, 'watch digest at 9:30 in America/New_York', DIRECT)
    expect(await scene.says(REQUESTER, 'watch', DIRECT)).toMatch(/every day at 09:30 \(America\/New_York\)/)

    await passes(5.5 * HOUR - 1)
    expect(await digests('slack U1')).toHaveLength(0)
    await passes(1)
    expect(await digests('slack U1')).toHaveLength(1)
    await scene.says(REQUESTER, 'unwatch digest', DIRECT)
    await passes(48 * HOUR)

    expect(await digests('slack U1')).toHaveLength(1)
  })

  it('whoever the policy does not name any more gets none', async () => {
    await scene.says(REQUESTER, 'watch digest at 10:00', DIRECT)
    known = []
    await passes(HOUR)

    expect(await digests('slack U1')).toHaveLength(0)
  })

  it.each([
    {
      name: 'clocks go forward, over the time',
      from: '2026-03-28T12:00Z',
      time: '02:30',
      at: '2026-03-29T01:30Z',
    },
    {
      name: 'clocks go forward, later that day',
      from: '2026-03-28T12:00Z',
      time: '09:00',
      at: '2026-03-29T07:00Z',
    },
    {
      name: 'clocks go back, over the time',
      from: '2026-10-24T12:00Z',
      time: '02:30',
      at: '2026-10-25T01:30Z',
    },
    { name: 'clocks go back, once', from: '2026-10-25T01:30Z', time: '02:30', at: '2026-10-26T01:30Z' },
    { name: 'nothing happens', from: '2026-07-01T06:59Z', time: '09:00', at: '2026-07-01T07:00Z' },
    { name: 'it is that very moment', from: '2026-07-01T07:00Z', time: '09:00', at: '2026-07-02T07:00Z' },
  ])('on a day on which $name', ({ from, time, at }) => {
    const zone = timeZone.parse('Europe/Berlin')

    expect(new Date(nextDaily(time, zone, Date.parse(from))).toISOString()).toBe(new Date(at).toISOString())
  })
})

describe('what', () => {
  const now = async (): Promise<string> => scene.says(REQUESTER, 'watch digest', DIRECT)

  it('with nothing to say it is one short line', async () => {
    expect(await now()).toMatch(
      /^Nothing new in 24 hours: \d+ of \d+ GPUs free\n\[\{"kind":"text","runs":\["[^"]+"\]\}\]$/,
    )
  })

  it('it says what is free, who holds what, what waits, what changed, and what to look at', async () => {
    await scene.assigns('hv01/gpu0', 'train-01')
    await scene.asks('hv01/gpu1', 'train-02')
    scene.dark.add('hv02')
    await scene.passes(15)

    const said = await now()
    expect(said).toMatch(/^The last 24 hours: \d+ of \d+ GPUs free, 1 to look at, 1 request open, 1 change\n/)
    expect(said).toMatch(/"Look at","runs":\["hv02 does not answer/)
    expect(said).toMatch(
      /"Waits","runs":\[\{"strong":"R-2"\}," assign hv01\/gpu1 .* to train-02 \(waiting for an approver\)/,
    )
    expect(said).toMatch(/"Changed","runs":\[\{"strong":"R-1"\}," assign hv01\/gpu0 .* to train-01 \(done\)/)
    expect(said).toMatch(/"strong":"hv01\/gpu0"\}," train-01"," · ",\{"person":"slack:T1\/U1"\}/)
    expect(said).not.toMatch(/"Free","runs":\["[^"]*hv01\/gpu[01]/)
  })

  it('a change is told for a day', async () => {
    await scene.assigns('hv01/gpu0', 'train-01')
    await scene.passes(24 * HOUR - 1)
    expect(await now()).toContain('"Changed"')
    await scene.passes(1)

    expect(await now()).toMatch(/^Nothing new/)
  })

  it('the one that comes by itself says the same', async () => {
    await scene.says(ADMIN, 'watch digest at 10:00', OPS)
    await scene.assigns('hv01/gpu0', 'train-01')
    await passes(HOUR)

    const [, digest] = (await scene.posted()).filter(({ place }) => place === 'slack C7')
    expect(wordsOf(digest!.notice)).toBe(await now())
  })
})
