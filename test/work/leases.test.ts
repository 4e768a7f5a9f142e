/** Leases from the request that lends to the release that takes back, on a clock that passes a year in seconds. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { Clock } from '../../src/core/ports/clock'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { type Store } from '../../src/store/database'
import { findLease, openLeases } from '../../src/store/leases'
import { duePosts } from '../../src/store/outbox'
import { requestsIn } from '../../src/store/requests'
import { decide } from '../../src/work/commands/decide'
import { sweepLeases } from '../../src/work/sweeps/leases'
import { extend } from '../../src/work/changes/lease/extend'
import type { Context } from '../../src/work/context/context'
import { aPolicy, JONAS, MAYA, PRIYA, slack, teams } from '../core/policy/team'
import { CHANNEL, stored, openBot, readHosts, typed, type OpenBot } from './operations/bot'
import { lendingBy } from './lending'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DIRECT: Address = { kind: 'channel', chat: 'slack', channel: MAYA.slack }
const RULES = [{ name: 'all', ask: ['research'], approve: { by: ['platform'] } }]
const GRACE = { end: { then: 'shutdown', grace: '1h' } }

let bot: OpenBot
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, clock, fleet, context } = bot)
  under(GRACE)
  await readHosts(context)
})
afterEach(() => bot.close())

const under = (leases: object, more: object = {}): void => {
  context = { ...context, policy: fixedPolicy(aPolicy({ rules: RULES, leases, ...more })) }
}
const privatelyTo = (account: string): Address =>
  account === slack(PRIYA) ? { ...DIRECT, channel: PRIYA.slack } : DIRECT
const callerOf = (account: string) => ({
  ...{ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately: privatelyTo(account) },
})
const { runs, approves, pass } = lendingBy(() => context)
const says = (text: string, account = slack(MAYA)): Promise<Notice | null> =>
  typed(context, text, callerOf(account))
/** Assigned, approved and carried out. */
const lent = async (text: string, id = 'R-1'): Promise<void> => {
  const answer = await says(text)
  if (answer) throw new Error(answer.summary)
  await approves(id)
  expect((await runs(id)).state).toBe('succeeded')
}
const told = async (): Promise<Notice[]> =>
  (await duePosts(store.db, clock.now(), { limit: 1000 })).posts
    .filter(({ place }) => place === JSON.stringify(DIRECT))
    .map(({ notice }) => notice)
const tolds = async (): Promise<string[]> => (await told()).map(({ summary }) => summary)
const leaseOf = async (id: string) => {
  const lease = await findLease(store.db, id)
  if (!lease) throw new Error(`no lease ${id}`)
  return lease
}
const assigned = async (vm: string): Promise<number | undefined> =>
  (await context.hosts.get('hv01' as never)?.inventory())?.vms.find(({ name }) => name === vm)?.assigned
    .length

describe('a lease', () => {
  it('begins when the assignment has succeeded, and its card says until when', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    const lease = await leaseOf('R-1')
    const request = await stored(store.db, 'R-1')
    expect(lease).toMatchObject({ state: 'held', holder: slack(MAYA), team: 'maya', part: 1 })
    expect('endedAt' in request && lease.endsAt).toBe('endedAt' in request && request.endedAt + 8 * HOUR)
    const card = (await duePosts(store.db, clock.now(), { limit: 99 })).posts.find(
      ({ requestId }) => requestId === 'R-1',
    )
    expect(JSON.stringify(card?.notice)).toContain(
      `"Lease","runs":[{"person":"${slack(MAYA)}"}," until ",{"time":${lease.endsAt}}]`,
    )
  })

  it('lasts until the time of the clock where the person is', async () => {
    under(GRACE, { timeZone: 'Europe/Berlin' })

    await lent('assign hv01/gpu0 to train-01 until tomorrow 18:00 because of the demo')

    expect(new Date((await leaseOf('R-1')).endsAt ?? 0).toISOString()).toBe('2026-01-06T17:00:00.000Z')
  })

  it('reminds a day, an hour and ten minutes before, privately and each once, and is then taken back', async () => {
    await lent('assign hv01/gpu0 to train-01 for 2d')

    await pass(2 * DAY + 2 * HOUR)

    expect(await tolds()).toEqual([
      'hv01/gpu0: your lease ends in a day or less',
      'hv01/gpu0: your lease ends in an hour or less',
      'hv01/gpu0: your lease ends in ten minutes or less',
      'hv01/gpu0: your lease is over',
      'hv01/gpu0 in train-01: it has ended (R-2)',
    ])
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'expired' } })
    expect(await stored(store.db, 'R-2')).toMatchObject({
      state: 'succeeded',
      authority: { kind: 'lease-end', lease: 'R-1' },
      ends: { lease: 'R-1', why: 'expired' },
      plan: { action: 'release' },
    })
    expect(await assigned('train-01')).toBe(0)
  })

  it('is extended by one press of the newest button, and by no press of an older one', async () => {
    await lent('assign hv01/gpu0 to train-01 for 4h')
    await pass(3 * HOUR)
    const [reminder] = await told()
    const before = await leaseOf('R-1')
    const press = { leaseId: 'R-1', byMs: 4 * HOUR, version: before.version }

    const first = await store.db.transaction().execute(extend(context, press, callerOf(slack(MAYA))))
    const second = await store.db.transaction().execute(extend(context, press, callerOf(slack(MAYA))))

    expect(JSON.stringify(reminder)).toContain(
      `{"kind":"lease","verb":"extend","leaseId":"R-1","version":${before.version},"byMs":${4 * HOUR}}`,
    )
    expect(first?.summary).toContain('is extended')
    expect(second?.summary).toContain('has changed since that button')
    expect((await leaseOf('R-1')).endsAt).toBe((before.endsAt ?? 0) + 4 * HOUR)
  })

  it('is extended within the caps alone, and by its holder alone', async () => {
    under({ ...GRACE, longest: '1d', extension: '4h' })
    await lent('assign hv01/gpu0 to train-01 for 20h')

    expect((await says('extend R-1 by 5h'))?.summary).toContain('extended by 4h at most')
    expect((await says('extend R-1 by 1h', slack(JONAS)))?.summary).toContain('is not yours')
    expect((await says('extend R-1 by 4h', teams(MAYA)))?.summary).toContain('is extended')
    expect((await says('extend R-1 by 1h'))?.summary).toContain('has reached the 1d')
  })

  it('needs no approver under a rule for short ones, and is extended no further than that rule lends', async () => {
    under(GRACE, {
      rules: [{ name: 'short', ask: ['research'], approve: 'automatic', longest: '2h' }, ...RULES],
    })
    await says('assign hv01/gpu0 to train-01 for 90m')
    expect((await runs('R-1')).state).toBe('succeeded')

    expect((await says('extend R-1 by 30m'))?.summary).toContain('is extended')
    expect((await says('extend R-1 by 10m'))?.summary).toBe(
      'R-2 asks for it, since it goes beyond what was approved with R-1.',
    )
  })

  it.each(['for 3h', 'until tomorrow 23:00', ''])(
    'asks an approver where the rule for short ones does not fit: %j',
    async (end) => {
      under(GRACE, {
        rules: [{ name: 'short', ask: ['research'], approve: 'automatic', longest: '2h' }, ...RULES],
      })

      await says(`assign hv01/gpu0 to train-01 ${end}`)

      expect((await stored(store.db, 'R-1')).state).toBe('pending')
      expect((await says(`why "assign hv01/gpu0 to train-01 ${end}"`))?.summary).toBe(
        'The policy says: one of platform must approve',
      )
      expect((await says('why "assign hv01/gpu0 to train-01 for 2h"'))?.summary).toBe(
        'The policy says: no approver is needed',
      )
    },
  )

  it('ends at once when the holder is done, without an approver, and the GPU is back', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    const refused = await says('done R-1', slack(JONAS))
    const answer = await says('done R-1 --shutdown', teams(MAYA))

    expect(refused?.summary).toContain('is not yours')
    expect(answer).toBeNull()
    expect((await leaseOf('R-1')).state).toBe('releasing')
    expect((await runs('R-2')).state).toBe('succeeded')
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'done' } })
    expect(await assigned('train-01')).toBe(0)
  })

  it('asks for consent like any release: a running VM is not shut down without it', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect((await says('done R-1'))?.tone).toBe('bad')
    expect((await leaseOf('R-1')).state).toBe('held')
  })

  it('goes on when the release came to nothing, and is tried again later', async () => {
    await lent('assign hv01/gpu0 to train-01 for 1h')
    const lease = await leaseOf('R-1')
    await clock.sleep(HOUR)
    await sweepLeases(context)
    await clock.sleep(HOUR)
    await sweepLeases(context)
    under({ end: { then: 'shutdown', grace: '2h' } })
    expect(await runs('R-2')).toMatchObject({
      state: 'void',
      changes: [
        expect.stringMatching(
          /^What is done at the end of a lease was shutdown after .* and is now shutdown after 2h\.$/,
        ),
      ],
    })
    under(GRACE)

    await sweepLeases(context)

    expect(await leaseOf('R-1')).toMatchObject({
      state: 'grace',
      endsAt: lease.endsAt,
      setback: { times: 1 },
    })
    await pass(30 * 60_000)
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'expired' } })
  })

  it('is never taken back by the bot where the policy says to ask first', async () => {
    under({})
    await lent('assign hv01/gpu0 to train-01 for 1h')

    await pass(30 * DAY, 6 * HOUR)

    expect(await leaseOf('R-1')).toMatchObject({ state: 'grace', until: null })
    expect(await assigned('train-01')).toBe(1)
  })

  it('ends with the release and with the move, and the mover gets a new one', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    const before = await leaseOf('R-1')

    await lent('move hv01/gpu0 to train-02 --shutdown', 'R-2')
    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'moved' } })
    expect(await leaseOf('R-2')).toMatchObject({
      state: 'held',
      endsAt: before.endsAt,
      capsFrom: before.startedAt,
    })
    await lent('release hv01/gpu0 --shutdown', 'R-3')
    expect(await leaseOf('R-2')).toMatchObject({ state: 'ended' })
    expect(await openLeases(store.db)).toEqual([])
  })

  it('ends when the host shows the GPU gone from its VM, and the holder is told', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    const plan = await says('release hv01/gpu0 --power-off').then(() => stored(store.db, 'R-2'))
    for (const step of plan.plan.steps) fleet.world.act('hv01', step)
    await readHosts(context)

    expect(await leaseOf('R-1')).toMatchObject({ state: 'ended', how: { kind: 'lost' } })
    expect((await tolds()).at(-1)).toContain('does not have it any more')
  })
})

describe('what others do', () => {
  it('a holder is asked for it privately, with one press to give it back, and nothing else happens', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    const answer = await says('ask hv01/gpu0 because the demo is at noon', slack(JONAS))

    expect(answer?.summary).toBe('Asked maya for hv01/gpu0.')
    const [plea] = await told()
    expect(JSON.stringify(plea)).toContain(': the demo is at noon')
    expect(JSON.stringify(plea)).toContain('"verb":"done","leaseId":"R-1"')
    expect((await leaseOf('R-1')).state).toBe('held')
  })

  it.each([
    ['hv01/gpu1', JONAS, 'nobody holds hv01/gpu1'],
    ['hv01/gpu0', MAYA, 'you hold hv01/gpu0 yourself'],
    ['hv01/gpu2', JONAS, 'was not lent by this bot'],
  ])('asking for %s says why there is nobody to ask', async (gpu, who, why) => {
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect((await says(`ask ${gpu}`, slack(who)))?.summary).toContain(why)
    expect(await told()).toEqual([])
  })

  it('a holder hears of the request that would take it away, and of what came of it', async () => {
    under(GRACE, { rules: [{ name: 'all', ask: ['research', 'platform'], approve: { by: ['platform'] } }] })
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect(await says('release hv01/gpu0 --shutdown because patching', slack(JONAS))).toBeNull()
    const decision = { verdict: 'approve', requestId: 'R-2', by: slack(PRIYA), reason: undefined } as const
    await store.db.transaction().execute(decide(context, decision))
    await says('agree R-2')
    await runs('R-2')

    const [before, after] = await told()
    expect(JSON.stringify(before)).toContain('R-2 would take hv01/gpu0 from you.')
    expect(JSON.stringify(before)).toContain(`"Asked by ",{"person":"${slack(JONAS)}"},": patching"`)
    expect(JSON.stringify(after)).toContain(
      `it has ended (R-2)",", by ",{"person":"${slack(JONAS)}"},": patching"`,
    )
  })

  it('an approver lends it for less than was asked for, and never for more', async () => {
    expect(await says('assign hv01/gpu0 to train-01 for 8h')).toBeNull()

    expect((await says('approve R-1 for 9h', slack(JONAS)))?.summary).toContain('9h is longer')
    expect((await says('approve R-1 for 4h', slack(JONAS)))?.summary).toContain('R-1: approved')
    const request = await runs('R-1')

    expect('endedAt' in request && (await leaseOf('R-1')).endsAt).toBe(
      'endedAt' in request && request.endedAt + 4 * HOUR,
    )
  })

  it('an approver cannot put an end to what lends nothing', async () => {
    await lent('assign hv01/gpu0 to train-01')
    expect(await says('release hv01/gpu0 --power-off')).toBeNull()

    expect((await says('approve R-2 for 1h', slack(JONAS)))?.summary).toContain('lends nothing')
  })
})

describe('what an administrator does to a GPU that somebody holds', () => {
  const PEOPLE = { rules: [{ name: 'all', ask: ['research', 'oncall'], approve: { by: ['platform'] } }] }
  const priya = slack(PRIYA)
  /** Somebody takes it out of its VM on the host itself, and the bot sees it. */
  const takenByHand = async (): Promise<void> => {
    await says('release hv01/gpu0 --shutdown')
    const { plan } = await stored(store.db, 'R-2')
    await says('cancel R-2')
    for (const step of plan.steps) fleet.world.act('hv01', step)
    await readHosts(context)
  }
  const pressed = async (label: string, account: string): Promise<Notice | null> => {
    const offers = (await says('reconcile hv01', account))?.parts.flatMap((part) =>
      part.kind === 'buttons' ? part.buttons : [],
    )
    const press = offers?.find((each) => each.label.startsWith(label))?.press
    if (press?.kind !== 'say') throw new Error(`there is no button ${label}`)
    return says(press.text, account)
  }
  beforeEach(() => under(GRACE, PEOPLE))

  it('puts it back with the lease that it had: the holder, the end and the caps stay', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    const before = await leaseOf('R-1')
    await takenByHand()
    expect((await leaseOf('R-1')).state).toBe('ended')

    expect(await pressed('Give it back to train-01', priya)).toBeNull()
    await approves('R-3')
    await runs('R-3')

    expect(await leaseOf('R-3')).toMatchObject({
      ...{ state: 'held', holder: slack(MAYA), team: 'maya' },
      ...{ endsAt: before.endsAt, capsFrom: before.capsFrom },
    })
    expect(JSON.stringify((await told()).at(-1))).toContain('it was put back and goes on')
    expect(JSON.stringify(await says('list --mine'))).toContain('train-01 (R-3)')
  })

  it('reminds the holder of it afterwards, and not the administrator', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    await takenByHand()
    await pressed('Give it back to train-01', priya)
    await approves('R-3')
    await runs('R-3')

    await pass(8 * HOUR)

    expect(await tolds()).toContain('hv01/gpu0: your lease ends in an hour or less')
    const toPriya = (await duePosts(store.db, clock.now(), { limit: 1000 })).posts.filter(
      ({ place }) => place === JSON.stringify(privatelyTo(priya)),
    )
    expect(toPriya).toEqual([])
  })

  it('cannot put back what was given to somebody else since, or what is over', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    await takenByHand()
    expect((await says('assign hv01/gpu0 to train-02 --shutdown --restore R-1', priya))?.summary).toContain(
      'R-1 is not the newest request by which train-02 got hv01/gpu0',
    )
    await clock.sleep(9 * HOUR)

    expect((await pressed('Give it back to train-01', priya))?.summary).toContain('is over')
  })

  it('moves it to another VM with the lease that it had, and tells the holder before and after', async () => {
    await lent('assign hv01/gpu0 to train-01 for 8h')
    const before = await leaseOf('R-1')

    expect(await says('move hv01/gpu0 to train-02 --shutdown because the rack is emptied', priya)).toBeNull()
    await says('extend R-1 by 1h')
    await approves('R-2')
    await says('agree R-2')
    await runs('R-2')

    expect(await leaseOf('R-2')).toMatchObject({
      ...{ holder: slack(MAYA), capsFrom: before.capsFrom, vm: { name: 'train-02' } },
      endsAt: (before.endsAt ?? 0) + HOUR,
    })
    const heard = (await told()).map((each) => JSON.stringify(each))
    expect(heard[0]).toContain('R-2 would move it to train-02, where it stays yours')
    expect(heard.at(-1)).toContain('it was moved from train-01 and goes on')
    expect(heard.join()).not.toContain('has ended')
  })

  it('lets nobody approve what they would hold themselves', async () => {
    under(GRACE, { ...PEOPLE, roles: { research: ['maya'], platform: ['maya', 'jonas'], oncall: ['priya'] } })
    await lent('assign hv01/gpu0 to train-01 for 8h')
    await says('move hv01/gpu0 to train-02 --shutdown', priya)

    expect((await says('approve R-2'))?.summary).toContain('nobody may approve what they would hold')
    expect((await says('approve R-2', slack(JONAS)))?.summary).toContain('R-2: approved')
  })

  it.each([
    ['move hv01/gpu0 to train-02 --shutdown --mine', slack(PRIYA)],
    ['move hv01/gpu0 to train-02 --shutdown', slack(JONAS)],
  ])('takes it where that is said, as anybody else does: %s', async (text, by) => {
    under(GRACE, { rules: [{ ...PEOPLE.rules[0], ask: ['research', 'platform'] }] })
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect(await says(`${text} for 1h`, by)).toBeNull()
    const approver = by === slack(JONAS) ? slack(PRIYA) : slack(JONAS)
    await says('approve R-2', approver)
    await says('agree R-2')
    await runs('R-2')

    expect(await leaseOf('R-2')).toMatchObject({ holder: by })
    expect(JSON.stringify((await told()).at(-1))).toContain('it has ended (R-2)')
  })

  it("counts the holder's quota and not the administrator's", async () => {
    under({ ...GRACE, person: { gpus: 1 } }, PEOPLE)
    await lent('assign hv01/gpu0 to train-01 for 8h')
    await takenByHand()
    await says('assign hv01/gpu1 to train-02 --shutdown for 8h')
    await approves('R-3')
    await runs('R-3')

    expect((await pressed('Give it back to train-01', priya))?.summary).toContain(
      'maya already holds 1 of 1 GPUs',
    )
  })
})

it('list and show say who holds what, until when', async () => {
  await lent('assign hv01/gpu0 to train-01 for 8h')
  const { endsAt } = await leaseOf('R-1')
  const line = `" in train-01 (R-1): ",{"person":"${slack(MAYA)}"}," until ",{"time":${endsAt}}`

  for (const look of ['list', 'list --mine', 'show hv01/gpu0', 'show train-01', 'show hv01'])
    expect(JSON.stringify(await says(look))).toContain(line)
  expect(JSON.stringify(await says('show hv01/gpu1'))).not.toContain('R-1')
})

describe('caps and quotas', () => {
  it('are held against what is asked', async () => {
    under({ ...GRACE, longest: '1d' })

    expect((await says('assign hv01/gpu0 to train-01 for 2d'))?.summary).toContain('last 1d at most')
    expect((await says('assign hv01/gpu0 to train-01'))?.summary).toContain('without an end')
    expect(await requestsIn(store.db, ['pending'])).toEqual([])
  })

  it('are counted over both accounts of a person', async () => {
    under({ ...GRACE, person: { gpus: 1 } })
    await lent('assign hv01/gpu0 to train-01 for 8h')

    expect((await says('assign hv01/gpu1 to train-02 for 8h --shutdown', teams(MAYA)))?.summary).toContain(
      'you already hold 1 of 1 GPUs',
    )
  })

  it('are looked at again when it begins: of two that an earlier version let be asked for, the second is void', async () => {
    under({ ...GRACE, person: { gpus: 1 } })
    const first = (state: string) =>
      store.db.updateTable('requests').set({ state }).where('id', '=', 'R-1').execute()
    expect(await says('assign hv01/gpu0 to train-01 for 8h')).toBeNull()
    await first('denied')
    expect(await says('assign hv01/gpu1 to train-02 for 8h --shutdown')).toBeNull()
    await first('pending')
    for (const id of ['R-1', 'R-2']) await approves(id)

    expect((await runs('R-1')).state).toBe('succeeded')
    const second = await runs('R-2')

    expect(second.state).toBe('void')
    expect('changes' in second && second.changes.join()).toContain('already hold 1 of 1 GPUs')
  })
})
