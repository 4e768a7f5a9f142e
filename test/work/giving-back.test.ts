/** Giving back what is one's own, by whichever word, and what becomes of others who hold something in the same VM. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import { gpuRefOf, vmRefOf } from '../../src/core/planner/checks/input'
import type { Address } from '../../src/core/ports/address'
import type { Clock } from '../../src/core/ports/clock'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import type { Store } from '../../src/store/database'
import { findLease } from '../../src/store/leases'
import { duePosts } from '../../src/store/outbox'
import { requestsIn } from '../../src/store/requests'
import { sweepLeases } from '../../src/work/sweeps/leases'
import type { Context } from '../../src/work/context/context'
import { aPolicy, JONAS, MAYA, PRIYA, slack, teams } from '../core/policy/team'
import { CHANNEL, openBot, readHosts, stored, typed, type OpenBot } from './operations/bot'
import { lendingBy } from './lending'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const TOMAS = { slack: 'U0TOMAS' }
const TEAM = {
  people: { maya: MAYA, jonas: JONAS, priya: PRIYA, tomas: TOMAS },
  roles: { research: ['maya', 'tomas'], platform: ['jonas', 'priya'], oncall: ['priya'] },
  rules: [{ name: 'all', ask: ['research'], approve: { by: ['platform'] } }],
}

let bot: OpenBot
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context
let stops: unknown[]
beforeEach(async () => {
  bot = await openBot()
  ;({ store, clock, fleet, context } = bot)
  under({ end: { then: 'ask-first' } })
  await readHosts(context)
  stops = []
})
afterEach(() => bot.close())

const under = (leases: object): void => {
  context = { ...context, policy: fixedPolicy(aPolicy({ ...TEAM, leases })) }
}
const placeOf = (account: string): Address => ({ kind: 'channel', chat: 'slack', channel: account })
const callerOf = (account: string) => ({
  ...{ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately: placeOf(account) },
})
const { runs, approves, pass } = lendingBy(() => context)
const says = (text: string, account = slack(MAYA)): Promise<Notice | null> =>
  typed(context, text, callerOf(account))
const toldTo = async (account: string): Promise<string[]> =>
  (await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 1000 })).posts
    .filter(({ place }) => place === JSON.stringify(placeOf(account)))
    .map(({ notice }) => notice.summary)
const toldTomas = async (words: string): Promise<number> =>
  (await toldTo(slack(TOMAS))).filter((text) => text.includes(words)).length
const leaseOf = async (id: string) => {
  const lease = await findLease(store.db, id)
  if (!lease) throw new Error(`no lease ${id}`)
  return lease
}
const requestCount = async (): Promise<number> =>
  (await requestsIn(store.db, ['pending', 'approved', 'running', 'succeeded', 'void'])).length

/** Maya has hv01/gpu0 by R-1, Tomas hv01/gpu1 by R-2, both in train-02, which runs. */
const shared = async (): Promise<void> => {
  await says('assign hv01/gpu0 to train-02 for 8h --shutdown')
  await approves('R-1')
  expect((await runs('R-1')).state).toBe('succeeded')
  await says('assign hv01/gpu1 to train-02 --shutdown', slack(TOMAS))
  await approves('R-2')
  await says('agree R-2')
  expect((await runs('R-2')).state).toBe('succeeded')
  fleet.world.onStep(({ when, step }) => {
    if (when === 'before' && step.kind === 'stopVm') stops.push(step.how)
  })
}
const mine = async (): Promise<void> => {
  await says('assign hv01/gpu0 to train-01 for 8h')
  await approves('R-1')
  expect((await runs('R-1')).state).toBe('succeeded')
}

/** By hand, and nobody has read the host since. */
const passedOn = (host: string, from: string, to: string): void => {
  const facts = fleet.world.facts(host)
  const gpu = gpuRefOf(
    facts,
    facts.gpus.find(({ slot }) => slot === 'gpu0')!,
  )
  const refTo = (name: string) => vmRefOf(facts.vms.find((each) => each.name === name)!)
  fleet.world.act(host, { kind: 'stopVm', vm: refTo(from), how: 'turn-off' })
  fleet.world.act(host, { kind: 'detachDevice', gpu, vm: refTo(from) })
  fleet.world.act(host, { kind: 'attachDevice', gpu, vm: refTo(to) })
}

describe("a holder's release of what is their own", () => {
  it('needs no approver and ends the lease, as `done` does', async () => {
    await mine()

    expect(await says('release hv01/gpu0 --shutdown because it is finished')).toBeNull()

    expect(await runs('R-2')).toMatchObject({
      state: 'succeeded',
      authority: { kind: 'lease-end', lease: 'R-1' },
      asked: { reason: 'it is finished' },
    })
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'done' } })
  })

  it('is theirs from whichever chat they say it', async () => {
    await mine()

    await says('release hv01/gpu0 --shutdown', teams(MAYA))

    expect(await stored(store.db, 'R-2')).toMatchObject({ authority: { kind: 'lease-end' } })
  })

  it('is said to need no approver by a dry run and by `why`, which ask for nothing', async () => {
    await mine()

    const shown = [
      await says('release hv01/gpu0 --shutdown --dry-run'),
      await says('why "release hv01/gpu0"'),
    ]

    for (const notice of shown) expect(JSON.stringify(notice)).toContain('needs no approver')
    expect(await requestCount()).toBe(1)
  })

  it.each(['--power-off', '--shutdown --break-glass because it burns'])(
    'goes by the rules of the policy with %s',
    async (how) => {
      await mine()

      const answer = await says(`release hv01/gpu0 ${how}`)

      if (how === '--power-off') expect((await stored(store.db, 'R-2')).state).toBe('pending')
      else expect(JSON.stringify(answer)).toContain('break the glass')
      expect((await leaseOf('R-1')).state).toBe('held')
    },
  )

  it('waits for an approver where somebody else holds it', async () => {
    await mine()

    await says('release hv01/gpu0 --shutdown', slack(TOMAS))

    expect((await stored(store.db, 'R-2')).state).toBe('pending')
  })

  it('is told to them once where it fails, with a button to give it back', async () => {
    await mine()
    await says('release hv01/gpu0 --shutdown')
    fleet.world.inject({ host: 'hv01', step: 'stopVm', times: 1, kind: 'refuse' })

    expect((await runs('R-2')).state).toBe('rolled-back')
    await sweepLeases(context)

    const rows = await store.db
      .selectFrom('outbox')
      .select('notice')
      .where('request_id', 'is', null)
      .execute()
    const about = rows.filter(
      ({ notice }) => /R-2/.test(notice) && /failed|could not be given back/.test(notice),
    )
    expect(about.map(({ notice }) => notice)).toEqual([expect.stringContaining('Give it back now')])
  })

  it.each(['done R-1 --shutdown', 'release hv01/gpu0 --shutdown'])(
    'by `%s` takes nothing from a VM that somebody has given the GPU to since the host was read',
    async (words) => {
      await mine()
      await readHosts(context)
      passedOn('hv01', 'train-01', 'render-01')
      const before = await requestCount()

      const answer = await says(words)

      expect(answer?.tone).toBe('bad')
      expect(await requestCount()).toBe(before)
      expect((await leaseOf('R-1')).state).toBe('held')
    },
  )

  it('takes nothing from such a VM when the time of the lease is over', async () => {
    under({ end: { then: 'shutdown', grace: '15m' } })
    await mine()
    await readHosts(context)
    passedOn('hv01', 'train-01', 'render-01')

    await pass(9 * HOUR)

    expect(await requestsIn(store.db, ['pending', 'approved', 'running', 'succeeded', 'void'])).toEqual([
      expect.objectContaining({ id: 'R-1' }),
    ])
  })

  it('said twice gives back once', async () => {
    await mine()
    await says('release hv01/gpu0 --shutdown')

    expect((await says('release hv01/gpu0 --shutdown'))?.tone).toBe('bad')

    expect(await requestCount()).toBe(2)
  })
})

describe('what is given back in a VM in which others hold something', () => {
  it.each(['done R-1 --shutdown', 'release hv01/gpu0 --shutdown'])(
    'by `%s` leaves them half an hour, and is a guest shutdown though the policy asks first',
    async (words) => {
      await shared()

      const answer = JSON.stringify(await says(words))

      expect(answer).toContain('tomas')
      expect(answer).toContain(`"time":${clock.now() + 30 * MINUTE}`)
      expect(await toldTomas('train-02 is shut down soon')).toBe(1)
      await pass(20 * MINUTE)
      expect(stops).toEqual([])
      await pass(20 * MINUTE)
      expect(stops).toEqual(['shutdown'])
      expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'done' } })
      expect((await leaseOf('R-2')).state).toBe('held')
      expect(await toldTomas('train-02 is shut down soon')).toBe(1)
    },
  )

  it('is put off by an hour by one of them, once', async () => {
    await shared()
    await says('done R-1 --shutdown')

    expect((await says('postpone R-1', slack(TOMAS)))?.summary).toContain('an hour later')
    await says('done R-1 --shutdown')
    expect((await says('postpone R-1', slack(TOMAS)))?.summary).toContain('only once')

    await pass(HOUR)
    expect((await leaseOf('R-1')).state).toBe('grace')
    await pass(HOUR)
    expect((await leaseOf('R-1')).state).toBe('ended')
  })

  it('said again says that it is given back already', async () => {
    await shared()
    await says('done R-1 --shutdown')

    expect((await says('done R-1 --shutdown'))?.summary).toContain('given back already')

    expect(await toldTomas('train-02 is shut down soon')).toBe(1)
  })

  it('is kept for as long as it was lent by an `extend` that would end sooner', async () => {
    await shared()
    const { endsAt } = await leaseOf('R-1')
    await says('done R-1 --shutdown')

    await says('extend R-1 by 1h')

    expect(await leaseOf('R-1')).toMatchObject({ state: 'held', endsAt })
  })

  it('is kept after all by `extend`, and the others are told', async () => {
    await shared()
    await says('done R-1 --shutdown')

    expect((await says('extend R-1 by 20h'))?.tone).toBe('good')

    expect(await leaseOf('R-1')).toMatchObject({ state: 'held', endsAt: clock.now() + 20 * HOUR })
    expect(await toldTomas('is not shut down')).toBe(1)
    await pass(HOUR)
    expect(stops).toEqual([])
  })

  it('says of the reason what was typed, once it is done', async () => {
    await shared()

    await says('done R-1 --shutdown because the run is over')
    await pass(40 * MINUTE)

    expect((await stored(store.db, 'R-3')).asked.reason).toBe('the run is over')
  })

  it('asks first whether the VM may be shut down, and then tells nobody yet', async () => {
    await shared()

    expect(JSON.stringify(await says('done R-1'))).toContain('--shutdown')

    expect((await leaseOf('R-1')).state).toBe('held')
    expect(await toldTomas('train-02')).toBe(0)
  })

  it('goes at once where the VM is off', async () => {
    await shared()
    fleet.world.setVmState('hv01', 'train-02', 'Off')
    await readHosts(context)

    expect(await says('release hv01/gpu0')).toBeNull()

    expect((await runs('R-3')).state).toBe('succeeded')
    expect(await toldTomas('train-02 is shut down')).toBe(0)
  })
})

describe('the end of a lease in a VM in which others hold something', () => {
  beforeEach(() => under({ end: { then: 'power-off', grace: '10m' } }))
  const toldOthers = () => toldTomas('train-02 is shut down soon')

  it('tells them half an hour before, and is a guest shutdown whatever the policy says', async () => {
    await shared()

    await pass(8 * HOUR + 10 * MINUTE)
    expect(await toldOthers()).toBe(1)
    expect(stops).toEqual([])
    await pass(20 * MINUTE)
    expect(stops).toEqual([])
    await pass(20 * MINUTE)

    expect(stops).toEqual(['shutdown'])
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'expired' } })
    expect(await leaseOf('R-2')).toMatchObject({ state: 'held' })
  })

  it('leaves them the half hour from when the message has arrived', async () => {
    await shared()
    await pass(8 * HOUR + 10 * MINUTE)
    await store.db.updateTable('outbox').set({ heard_at: clock.now() }).where('asks', '=', 'R-1').execute()
    await pass(20 * MINUTE)
    expect(stops).toEqual([])
    await store.db.updateTable('outbox').set({ heard_at: clock.now() }).where('asks', '=', 'R-1').execute()

    await pass(20 * MINUTE)
    expect(stops).toEqual([])
    await pass(20 * MINUTE)
    expect(stops).toEqual(['shutdown'])
  })

  it('is put off by an hour by one of them, once', async () => {
    await shared()
    await pass(8 * HOUR + 10 * MINUTE)

    expect((await says('postpone R-1', slack(TOMAS)))?.summary).toContain('an hour later')
    expect((await says('postpone R-1', slack(TOMAS)))?.summary).toContain('only once')
    await pass(HOUR)
    expect((await leaseOf('R-1')).state).toBe('grace')
    await pass(HOUR)

    expect((await leaseOf('R-1')).state).toBe('ended')
    expect(await toldOthers()).toBe(1)
  })

  it('is not put off by somebody who holds nothing there', async () => {
    await shared()
    await pass(8 * HOUR + 10 * MINUTE)

    expect((await says('postpone R-1', slack(JONAS)))?.summary).toContain('you hold nothing')
    expect((await says('postpone R-2', slack(TOMAS)))?.summary).toContain('not about to stop a VM')
    expect((await says('postpone R-9', slack(TOMAS)))?.summary).toContain('R-9')
  })

  it('asks nobody where the VM is off', async () => {
    await shared()
    fleet.world.setVmState('hv01', 'train-02', 'Off')
    await context.hosts.get('hv01' as never)?.inventory()
    await readHosts(context)

    await pass(8 * HOUR + 30 * MINUTE)

    expect(await toldOthers()).toBe(0)
    expect((await leaseOf('R-1')).state).toBe('ended')
  })

  it('is called off by `extend`, and whoever was told is told so', async () => {
    await shared()
    await pass(8 * HOUR + 10 * MINUTE)

    await says('extend R-1 by 4h')

    expect(await toldTomas('is not shut down')).toBe(1)
  })

  it('is called off where the host shows the GPU gone', async () => {
    await shared()
    await pass(8 * HOUR + 10 * MINUTE)
    await says('release hv01/gpu0 --power-off')
    for (const step of (await stored(store.db, 'R-3')).plan.steps) fleet.world.act('hv01', step)
    await readHosts(context)

    expect((await leaseOf('R-1')).state).toBe('ended')
    expect(await toldTomas('is not shut down')).toBe(1)
  })
})
