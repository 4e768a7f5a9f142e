/** What was approved and could not begin in time does not begin by itself when it could at last. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { Clock } from '../../src/core/ports/clock'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { type Store } from '../../src/store/database'
import { pause, resume } from '../../src/store/fleet'
import { findLease } from '../../src/store/leases'
import { duePosts } from '../../src/store/outbox'
import { sweepLeases } from '../../src/work/sweeps/leases'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { lapseApprovals } from '../../src/work/changes/request/voided'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../core/policy/team'
import { CHANNEL, HOST, stored, openBot, readHosts, typed, type OpenBot } from './operations/bot'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DIRECT: Address = { kind: 'channel', chat: 'slack', channel: 'D-of-maya' }
const RULES = [{ name: 'all', ask: ['research', 'oncall'], approve: { by: ['platform'] } }]

let bot: OpenBot
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, clock, fleet, context } = bot)
  context = { ...context, policy: fixedPolicy(aPolicy({ rules: RULES })) }
  await readHosts(context)
})
afterEach(() => bot.close())

const says = (text: string, account = slack(MAYA)): Promise<Notice | null> => {
  const caller = { account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately: DIRECT }
  return typed(context, text, caller)
}
const runs = async (id: string) => {
  await runRequest(context, await stored(store.db, id), new AbortController().signal)
  return stored(store.db, id)
}
const paused = () =>
  store.db
    .transaction()
    .execute((tx) => pause(tx, { scope: HOST, account: slack(PRIYA), at: clock.now(), now: false }))
const resumed = () => store.db.transaction().execute((tx) => resume(tx, HOST))
/** Asked and approved, and its host is paused before it begins. */
const waiting = async (text = 'assign hv01/gpu0 to train-01'): Promise<void> => {
  await says(text)
  await says('approve R-1', slack(JONAS))
  await paused()
  await runs('R-1')
}
const posts = async () => (await duePosts(store.db, clock.now(), { limit: 1_000 })).posts
const cardOf = async (id: string) => (await posts()).find((each) => each.requestId === id)?.notice
const told = async () =>
  (await posts()).filter(({ place }) => place === JSON.stringify(DIRECT)).map(({ notice }) => notice)

describe('an approved request that waits', () => {
  it('says on its card until when the approval is good', async () => {
    await waiting()

    const request = await stored(store.db, 'R-1')
    const approvedAt = request.state === 'approved' ? request.authority.at : NaN
    expect(JSON.stringify(await cardOf('R-1'))).toContain(`", good until ",{"time":${approvedAt + DAY}}`)
    expect(JSON.stringify(await says('show R-1'))).toContain(`", good until ",{"time":${approvedAt + DAY}}`)
  })

  it('lapses a day after it was approved, with nothing done, and is free for others', async () => {
    await waiting()

    await clock.sleep(DAY - 1)
    await lapseApprovals(context)
    const before = (await stored(store.db, 'R-1')).state
    await clock.sleep(1)
    await lapseApprovals(context)
    await resumed()
    await runs('R-1')

    expect([before, (await stored(store.db, 'R-1')).state]).toEqual(['approved', 'void'])
    expect((await cardOf('R-1'))?.summary).toContain('lapsed: its approval was not used in time')
    expect(fleet.world.facts(HOST).vms.flatMap(({ assigned }) => assigned)).toHaveLength(1)
    expect(await says('assign hv01/gpu0 to train-01', slack(PRIYA))).toBeNull()
  })

  it('does not begin when the way is free after 37 days, even before anybody has looked at its time', async () => {
    await waiting()
    await clock.sleep(37 * DAY)
    await resumed()

    expect(await runs('R-1')).toMatchObject({ state: 'void', lapsed: true })
    expect((await says('history R-1'))?.summary).toBeDefined()
    expect(JSON.stringify(await says('history hv01/gpu0'))).toContain('its approval had lapsed')
  })

  it('does not begin when its time ends while its host is read', async () => {
    await waiting()
    await resumed()
    await clock.sleep(DAY - 1)
    const host = context.hosts.get(HOST as never)!
    const slow = { ...host, inventory: async () => clock.sleep(1).then(() => host.inventory()) }
    context = { ...context, hosts: new Map([...context.hosts, [host.name, slow]]) }

    expect(await runs('R-1')).toMatchObject({ state: 'void', lapsed: true })
    expect(await told()).toHaveLength(1)
  })

  it('begins at the last moment at which its approval is good', async () => {
    await waiting()
    await clock.sleep(DAY - 1)
    await resumed()

    expect((await runs('R-1')).state).not.toBe('void')
  })

  it('that gives back a lease leaves it with its holder, who is told with one press to try again', async () => {
    await says('assign hv01/gpu0 to train-01 for 99d')
    await says('approve R-1', slack(JONAS))
    await runs('R-1')
    await paused()
    expect(await says('done R-1 --shutdown')).not.toBeNull()
    await resumed()
    await says('done R-1 --shutdown')
    await paused()

    await clock.sleep(DAY)
    await lapseApprovals(context)
    await sweepLeases(context)

    expect(await stored(store.db, 'R-2')).toMatchObject({ state: 'void', lapsed: true })
    expect(await findLease(store.db, 'R-1')).toMatchObject({ state: 'held' })
    const [notice] = (await told()).slice(-1)
    expect(notice?.summary).toContain('could not be given back by R-2: Its approval was good for 1d')
    expect(JSON.stringify(notice)).toContain('"verb":"done","leaseId":"R-1"')
  })

  it('is kept by whoever asked with one press, planned anew and approved anew', async () => {
    await waiting('assign hv01/gpu0 to train-01 for 8h because of run 7')
    await clock.sleep(DAY)
    await lapseApprovals(context)
    await resumed()

    const [notice, ...others] = await told()
    expect(others).toEqual([])
    expect(notice?.summary).toBe(
      'R-1 Assign hv01/gpu0 to train-01: its approval has lapsed, nothing was done',
    )
    const press = notice?.parts.flatMap((part) => (part.kind === 'buttons' ? part.buttons : []))[0]?.press
    expect(press).toEqual({ kind: 'say', text: 'again R-1' })
    expect(await says('again R-1')).toBeNull()

    expect(await stored(store.db, 'R-2')).toMatchObject({
      ...{ state: 'pending', approvals: [], lease: { kind: 'for', ms: 8 * HOUR } },
      asked: { by: slack(MAYA), reason: 'of run 7' },
    })
  })
})
