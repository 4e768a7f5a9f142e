/** More time on a lease: at once as far as was approved, and by a request beyond that or while somebody waits. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { Clock } from '../../src/core/ports/clock'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { type Store } from '../../src/store/database'
import { findLease } from '../../src/store/leases'
import { duePosts } from '../../src/store/outbox'
import { requestsIn } from '../../src/store/requests'
import { sweepLeases } from '../../src/work/sweeps/leases'
import type { Context } from '../../src/work/context/context'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { runRequest } from '../../src/work/operation/run'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../core/policy/team'
import { CHANNEL, stored, openBot, readHosts, typed, type OpenBot } from './operations/bot'

const HOUR = 3_600_000
const [maya, jonas, priya] = [slack(MAYA), slack(JONAS), slack(PRIYA)]
const DIRECT: Address = { kind: 'channel', chat: 'slack', channel: 'D-of-maya' }
const ALL = { name: 'all', ask: ['research', 'oncall'], approve: { by: ['platform'] } }
const SHORT = { name: 'short', ask: ['research'], approve: 'automatic', longest: '2h' }

let bot: OpenBot
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, clock, fleet, context } = bot)
  under([ALL])
  await readHosts(context)
})
afterEach(() => bot.close())

const under = (rules: readonly object[], more: object = {}): void => {
  context = { ...context, policy: fixedPolicy(aPolicy({ rules, ...more })) }
}
const says = (text: string, account = maya): Promise<Notice | null> => {
  const privately = account === maya ? DIRECT : { ...DIRECT, channel: `D ${account}` }
  const caller = { account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately }
  return typed(context, text, caller)
}
const runs = async (id: string) => {
  await runRequest(context, await stored(store.db, id), new AbortController().signal)
  return stored(store.db, id)
}
const lent = async (text: string, approval = 'approve R-1'): Promise<void> => {
  expect(await says(text)).toBeNull()
  if ((await stored(store.db, 'R-1')).state === 'pending') await says(approval, jonas)
  expect((await runs('R-1')).state).toBe('succeeded')
}
const leaseOf = async (id: string) => {
  const lease = await findLease(store.db, id)
  if (!lease) throw new Error(`no lease ${id}`)
  return lease
}
const posts = async () => (await duePosts(store.db, clock.now(), { limit: 1_000 })).posts
const told = async () =>
  (await posts()).filter(({ place }) => place === JSON.stringify(DIRECT)).map(({ notice }) => notice)

describe('what was approved bounds a lease', () => {
  it("by an approver's `for`, beyond which an approver is asked, with a card", async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h', 'approve R-1 for 2h')
    const { endsAt } = await leaseOf('R-1')

    expect((await says('extend R-1 by 1h'))?.summary).toBe(
      'R-2 asks for it, since it goes beyond what was approved with R-1.',
    )

    expect((await leaseOf('R-1')).endsAt).toBe(endsAt)
    expect(await stored(store.db, 'R-2')).toMatchObject({
      ...{ state: 'pending', needs: [{ rule: 'all' }], plan: { action: 'extend', steps: [] } },
      extends: { lease: 'R-1', from: endsAt, to: (endsAt ?? 0) + HOUR },
    })
    const card = (await posts()).find(({ requestId }) => requestId === 'R-2')
    expect(card?.notice.summary).toBe('Somebody asks: Keep hv01/gpu0 in train-01 for longer (R-2)')
  })

  it('by an approver who put an end where none was asked for', async () => {
    await lent('assign hv01/gpu0 to train-01', 'approve R-1 for 2h')

    expect((await says('extend R-1 by 1h'))?.summary).toContain('R-2 asks for it')
  })

  it('not at all where the approver approved it as it was asked for', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect((await says('extend R-1 by 99h'))?.summary).toContain('is extended')
  })

  it('by the `longest` of its rule, also when the rule is gone', async () => {
    under([SHORT, ALL])
    await lent('assign hv01/gpu0 to train-01 for 90m')
    under([ALL])

    expect((await says('extend R-1 by 30m'))?.summary).toContain('is extended')
    expect((await says('extend R-1 by 1m'))?.summary).toContain('R-2 asks for it')
  })

  it('and goes along when it moves to another VM', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h', 'approve R-1 for 2h')
    await says('move hv01/gpu0 to train-02 --shutdown')
    await says('approve R-2', jonas)
    await runs('R-2')

    expect((await says('extend R-2 by 1h'))?.summary).toContain('R-3 asks for it')
  })

  it.each(['for 8h', ''])('of old, by what its request says and its rules say now: %j', async (end) => {
    await lent(`assign hv01/gpu0 to train-01 ${end}`, 'approve R-1 for 2h')
    const forget = (table: 'leases' | 'requests', field: string) =>
      sql`update ${sql.table(table)} set body = json_remove(body, ${field})`.execute(store.db)
    await forget('leases', '$.approvedUntil')
    await forget('requests', '$.longestMs')
    await forget('requests', '$.shortened')

    expect((await says('extend R-1 by 1h'))?.summary).toContain('R-2 asks for it')
  })
})

describe('a request for more time', () => {
  const asked = async (): Promise<void> => {
    await lent('assign hv01/gpu0 to train-01 for 8h', 'approve R-1 for 2h')
    await says('extend R-1 by 1h')
  }

  it('once approved moves the end and touches no host, and its holder is told', async () => {
    await asked()
    const before = await leaseOf('R-1')
    const facts = JSON.stringify(fleet.world.facts('hv01'))

    expect((await says('approve R-2', jonas))?.summary).toBe('R-2: approved.')
    expect((await runs('R-2')).state).toBe('succeeded')

    expect(await leaseOf('R-1')).toMatchObject({ state: 'held', endsAt: (before.endsAt ?? 0) + HOUR })
    expect(JSON.stringify(fleet.world.facts('hv01'))).toBe(facts)
    expect((await told()).at(-1)?.summary).toContain('lease R-1 is extended')
    expect((await says('extend R-1 by 1m'))?.summary).toContain('R-3 asks for it')
  })

  it('changes nothing when it is denied', async () => {
    await asked()
    const before = await leaseOf('R-1')

    await says('deny R-2', jonas)

    expect((await stored(store.db, 'R-2')).state).toBe('denied')
    expect(await leaseOf('R-1')).toEqual(before)
  })

  it('is asked once at a time, and approved by nobody for themselves', async () => {
    under([ALL], { roles: { research: ['maya'], platform: ['maya', 'jonas', 'priya'], oncall: ['priya'] } })
    await lent('assign hv01/gpu0 to train-01 for 8h', 'approve R-1 for 2h')
    await says('extend R-1 by 1h', priya)

    expect((await says('extend R-1 by 2h'))?.summary).toContain('R-2 asks for more time on R-1 already')
    expect((await says('approve R-2', maya))?.summary).toContain('nobody may approve what they would hold')
    expect((await says('approve R-2', priya))?.summary).toContain('nobody may approve their own request')
    expect((await says('approve R-2 for 1h', jonas))?.summary).toContain('asks for one end alone')
  })

  it('stands in the way of nobody: its GPU can be given back, and then it is void', async () => {
    await asked()

    expect(await says('done R-1 --shutdown')).toBeNull()
    expect((await runs('R-3')).state).toBe('succeeded')
    await sweepLeases(context)

    expect(await stored(store.db, 'R-2')).toMatchObject({
      ...{ state: 'void', changes: ['The lease has ended meanwhile.'] },
    })
    expect(JSON.stringify(await says('show hv01/gpu0'))).not.toContain('R-2')
  })

  it('is void when the policy says no to it meanwhile', async () => {
    await asked()
    await says('approve R-2', jonas)
    under([{ ...ALL, ask: ['oncall'] }])
    const { endsAt } = await leaseOf('R-1')

    expect(await runs('R-2')).toMatchObject({ state: 'void' })
    expect((await leaseOf('R-1')).endsAt).toBe(endsAt)
  })

  it('is refused where caps stand against it, or no rule lets it be asked for', async () => {
    under([SHORT])
    await lent('assign hv01/gpu0 to train-01 for 90m')

    expect((await says('extend R-1 by 1h'))?.summary).toContain('more time on R-1 must be asked for')
    under([SHORT, ALL], { leases: { longest: '2h' } })
    expect((await says('extend R-1 by 1h'))?.summary).toContain('extended by 30m at most')
    expect(await requestsIn(store.db, ['pending'])).toEqual([])
  })

  it('can be asked again after it was denied', async () => {
    await asked()
    await says('deny R-2', jonas)

    expect((await says('again R-2'))?.summary).toContain('R-3 asks for it')
  })

  it('by a rule that needs no approver is carried out at once', async () => {
    under([{ ...SHORT, longest: '9h' }])
    await lent('assign hv01/gpu0 to train-01 for 8h')
    await says('queue hv01/gpu0 for 1h', maya)
    under([{ ...SHORT, name: 'longer', longest: '19h' }])

    await says('extend R-1 by 2h')

    expect((await runs('R-2')).state).toBe('succeeded')
    expect((await leaseOf('R-1')).approvedUntil).toBe((await leaseOf('R-1')).endsAt)
  })
})

describe('what an approver bounded', () => {
  it('stays bounded when its holder moves it for longer by a rule that asks nobody', async () => {
    const OWN = { name: 'own', commands: ['move'], own: true, ask: ['research'], approve: 'automatic' }
    under([OWN, ALL])
    await lent('assign hv01/gpu0 to train-01 for 8h --shutdown', 'approve R-1 for 2h')
    const { approvedUntil } = await leaseOf('R-1')
    await says('assign hv01/gpu1 to train-02 --shutdown')
    await says('approve R-2', jonas)
    await runs('R-2')

    await says('move hv01/gpu0 to train-02 for 8h --shutdown')
    expect((await runs('R-3')).state).toBe('succeeded')

    expect(await leaseOf('R-3')).toMatchObject({ approvedUntil })
  })
})

describe('more time that was asked for, on an end that is another one by now', () => {
  it('is void at once when its holder extends the lease within what was approved', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h', 'approve R-1 for 2h')
    await says('extend R-1 by 30m')
    under([ALL], { leases: { extension: '3h' } })
    await says('extend R-1 by 1h')
    expect((await stored(store.db, 'R-2')).state).toBe('pending')
    const { endsAt } = await leaseOf('R-1')
    await sql`update leases set body = json_set(body, '$.approvedUntil', ${(endsAt ?? 0) + 2 * HOUR})`.execute(
      store.db,
    )

    expect((await says('extend R-1 by 10m'))?.summary).toContain('is extended')

    expect(await stored(store.db, 'R-2')).toMatchObject({
      state: 'void',
      changes: ['Lease R-1 was extended meanwhile.'],
    })
  })
})

describe('where the policy counts hours', () => {
  const counting = (gpuHours: number) => under([ALL], { leases: { person: { gpuHours } } })

  it('what is asked for and not decided counts for an extension, too', async () => {
    counting(10)
    await lent('assign hv01/gpu0 to train-01 for 2h')
    await says('assign hv01/gpu1 to train-02 for 7h --shutdown')

    expect((await says('extend R-1 by 2h'))?.summary).toContain(
      'you have 1 of 10 GPU-hours left in 7 days, with R-2 still open, and this asks for 2',
    )

    await says('cancel R-2')
    expect((await says('extend R-1 by 2h'))?.summary).toMatch(/is extended|asks for it/)
  })
})

describe('while somebody waits for that GPU', () => {
  beforeEach(async () => {
    await lent('assign hv01/gpu0 to train-01 for 2h')
  })

  it.each(['queue hv01/gpu0', 'queue any A100'])('more time is a request: %s', async (text) => {
    await says(text, priya)

    expect((await says('extend R-1 by 1h'))?.summary).toBe(
      'R-2 asks for it, since somebody waits for hv01/gpu0.',
    )
  })

  it('the reminder offers to ask for it', async () => {
    await says('queue hv01/gpu0', priya)
    await clock.sleep(HOUR)
    await sweepLeases(context)

    expect(JSON.stringify((await told()).at(-1))).toContain('"label":"Ask for 4h more"')
  })

  it('it is extended at once where they wait for another one, or no more', async () => {
    await says('queue hv01/gpu2', priya)
    expect((await says('extend R-1 by 1h'))?.summary).toContain('is extended')
    await says('queue hv01/gpu0', priya)
    await says('leave Q-2', priya)

    expect((await says('extend R-1 by 1h'))?.summary).toContain('is extended')
  })

  it('it is extended at once where it could not be offered to them all the same', async () => {
    await says('queue hv01/gpu0', priya)
    under([ALL], { leases: { person: { gpus: 1 } } })
    await says('assign hv01/gpu1 to train-02 --shutdown', priya)
    expect((await says('extend R-1 by 1h'))?.summary).toContain('is extended')

    await says('cancel R-2', priya)
    expect((await says('extend R-1 by 1h'))?.summary).toContain('R-3 asks for it')
    await says('cancel R-3')
    await says('pause hv01/gpu0', priya)
    expect((await says('extend R-1 by 1h'))?.summary).toContain('is extended')
  })

  it('it is a request where their team has all that it may, and would have less without it', async () => {
    await says('queue hv01/gpu0', priya)
    under([ALL], {
      people: { maya: { ...MAYA, team: 'vision' }, jonas: JONAS, priya: { ...PRIYA, team: 'vision' } },
      leases: { team: { gpus: 1 } },
    })

    expect((await says('extend R-1 by 1h'))?.summary).toContain('R-2 asks for it')
  })

  it('it is offered to them once it is given back, whatever was asked meanwhile', async () => {
    await says('queue hv01/gpu0', priya)
    await says('extend R-1 by 1h')
    await says('done R-1 --shutdown')
    await runs('R-3')
    await sweepQueue(context)

    expect(JSON.stringify(await says('queue', priya))).toContain('on offer')
  })
})
