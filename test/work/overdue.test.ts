/** A lease whose time is over, and that cannot be taken back: one card, and everybody who must know told once. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import type { Store } from '../../src/store/database'
import { findLease } from '../../src/store/leases'
import { requestsIn } from '../../src/store/requests'
import { makeDigest } from '../../src/work/sweeps/digest'
import type { Context } from '../../src/work/context/context'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../core/policy/team'
import { CHANNEL, openBot, readHosts, typed, type OpenBot } from './operations/bot'
import { lendingBy } from './lending'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let bot: OpenBot
let store: Store
let fleet: SimulatedFleet
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, fleet } = bot)
  const rules = [{ name: 'all', ask: ['research'], approve: { by: ['platform'] } }]
  const leases = { end: { then: 'shutdown', grace: '10m' } }
  context = { ...bot.context, policy: fixedPolicy(aPolicy({ rules, leases })) }
  await readHosts(context)
  await typed(context, 'watch all', callerOf(slack(JONAS), JONAS_ALONE))
  await lent()
})
afterEach(() => bot.close())

const placeOf = (account: string): Address => ({ kind: 'channel', chat: 'slack', channel: account })
const JONAS_ALONE: Address = { kind: 'channel', chat: 'slack', channel: 'D0JONAS' }
const callerOf = (account: string, channel = CHANNEL) => ({
  ...{ account, name: 'Somebody', channel, back: channel, privately: placeOf(account) },
})
const { runs, approves, pass } = lendingBy(() => context)
const says = (text: string, account = slack(MAYA)): Promise<Notice | null> =>
  typed(context, text, callerOf(account))
const lent = async (): Promise<void> => {
  await says('assign hv01/gpu0 to train-01 for 1h')
  await approves('R-1')
  expect((await runs('R-1')).state).toBe('succeeded')
}
const posts = () => store.db.selectFrom('outbox').selectAll().orderBy('seq').execute()
const saidIn = async (to: Address): Promise<string[]> =>
  (await posts())
    .filter(({ address, request_id }) => address === JSON.stringify(to) && request_id === null)
    .map(({ notice }) => notice)
const cards = async (): Promise<string[]> =>
  (await posts()).flatMap(({ request_id, notice }) => (request_id === null ? [] : [notice]))
const count = (texts: readonly string[], words: string): number =>
  texts.filter((text) => text.includes(words)).length
const leaseOf = async (id: string) => findLease(store.db, id)

describe('a release that fails time and again', () => {
  beforeEach(async () => {
    fleet.world.inject({ host: 'hv01', step: 'stopVm', times: 999, kind: 'refuse' })
    await pass(41 * HOUR)
  })

  it('has one card, which shows the newest try', async () => {
    const tries = (await requestsIn(store.db, ['rolled-back'])).map(({ id }) => id)

    expect(tries.length).toBeGreaterThan(5)
    expect(await cards()).toEqual([
      expect.stringContaining('R-1'),
      expect.stringContaining(tries.at(-1) ?? 'no try'),
    ])
  })

  it('is told once to its holder, once to administrators by name, and to those who watch as one failure', async () => {
    const inChannel = await saidIn(CHANNEL)

    expect(count(await saidIn(placeOf(slack(MAYA))), 'could not be given back')).toBe(1)
    expect(count(inChannel, 'hv01/gpu0 is overdue')).toBe(1)
    expect(inChannel.find((text) => text.includes('is overdue'))).toContain(slack(PRIYA))
    expect(count(await saidIn({ ...JONAS_ALONE, channel: JONAS.slack }), 'failed')).toBe(1)
  })

  it('is overdue in the digest, in the queue and on the card of the lease', async () => {
    await says('queue hv01/gpu0 to train-02 --shutdown', slack(MAYA))

    expect(JSON.stringify(await store.db.transaction().execute((tx) => makeDigest(context, tx)))).toContain(
      'overdue, it cannot be taken back',
    )
    expect(JSON.stringify(await says('queue'))).toContain('is overdue since')
    expect(JSON.stringify(await says('queue'))).toContain('start not known')
    expect(JSON.stringify(await says('show hv01/gpu0'))).toContain('overdue')
  })

  it('ends as soon as it can, on the same card, and its holder is told', async () => {
    fleet.world.clearFaults()
    await pass(7 * HOUR)

    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'expired' } })
    expect(await cards()).toEqual([expect.stringContaining('R-1'), expect.stringContaining('done')])
    expect(count(await saidIn(placeOf(slack(MAYA))), 'it has ended')).toBe(1)
  })

  it('begins anew, with a card of its own, after the holder got more time', async () => {
    expect((await says('extend R-1 by 4h'))?.tone).toBe('good')

    await pass(5 * HOUR)

    expect(await cards()).toHaveLength(3)
    expect(count(await saidIn(CHANNEL), 'hv01/gpu0 is overdue')).toBe(2)
  })
})

describe('a VM that nothing can be planned for', () => {
  beforeEach(async () => {
    fleet.world.setVmState('hv01', 'train-01', 'Paused')
    await readHosts(context)
  })

  it('is waited for a quarter of an hour before anybody is told', async () => {
    await pass(HOUR + 20 * MINUTE)
    expect(count(await saidIn(CHANNEL), 'is overdue')).toBe(0)

    await pass(20 * MINUTE)

    expect(count(await saidIn(CHANNEL), 'is overdue')).toBe(1)
    expect(count(await saidIn(placeOf(slack(MAYA))), 'it cannot be taken back')).toBe(1)
    expect((await saidIn(CHANNEL)).find((text) => text.includes('is overdue'))).toContain(
      'neither off nor running',
    )
  })

  it('is told of once, for as long as it lasts', async () => {
    await pass(30 * HOUR)

    expect(count(await saidIn(CHANNEL), 'is overdue')).toBe(1)
    expect(count(await saidIn(placeOf(slack(MAYA))), 'it cannot be taken back')).toBe(1)
    expect(await cards()).toHaveLength(1)
  })

  it('is told of to nobody where an administrator has paused the host', async () => {
    await says('pause hv01', slack(PRIYA))

    await pass(30 * HOUR)

    expect(count(await saidIn(CHANNEL), 'is overdue')).toBe(0)
  })

  it('loses its GPU once it runs again', async () => {
    await pass(3 * HOUR)
    fleet.world.setVmState('hv01', 'train-01', 'Running')
    await readHosts(context)

    await pass(20 * MINUTE)

    expect((await leaseOf('R-1'))?.state).toBe('ended')
  })
})
