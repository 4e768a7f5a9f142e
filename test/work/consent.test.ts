/** Nobody's VM is stopped by somebody else's request without their having been asked or told. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import type { Clock } from '../../src/core/ports/clock'
import type { Request } from '../../src/core/request/request'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { requestsIn } from '../../src/store/requests'
import { cardOf } from '../../src/work/telling/card'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { aPolicy, JONAS, MAYA, PRIYA, slack, teams, TEAM } from '../core/policy/team'
import { CHANNEL, everythingArrives, stored, openBot, readHosts, typed, type OpenBot } from './operations/bot'

const MINUTE = 60_000
const TOMAS = { slack: 'U0TOMAS' }
const PEOPLE = {
  people: { ...TEAM.people, tomas: TOMAS },
  roles: { ...TEAM.roles, research: ['maya', 'tomas'] },
}
/** Whatever is about GPUs goes by itself but for what `platform` approves. */
const ALL = [{ name: 'all', ask: ['research'], approve: { by: ['platform'] } }]
const OWN_GPU = [{ name: 'first', gpus: ['hv01/gpu0'], ask: ['research'], approve: { by: ['platform'] } }]
const AUTOMATIC = { name: 'rest', ask: ['research'], approve: 'automatic' }

let bot: OpenBot
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context

beforeEach(async () => {
  bot = await openBot()
  ;({ store, clock, fleet, context } = bot)
  await readHosts(context)
})
afterEach(() => bot.close())

const under = (rules: readonly object[], more: object = {}): void => {
  context = { ...context, policy: fixedPolicy(aPolicy({ ...PEOPLE, rules, ...more })) }
}
const callerOf = (account: string) => ({
  ...{ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL },
  privately: { kind: 'channel', chat: 'slack', channel: account } as const,
})
const says = (text: string, account: string): Promise<Notice | null> =>
  typed(context, text, callerOf(account))
const newest = async (): Promise<Request> =>
  (await requestsIn(store.db, ['pending', 'approved', 'running', 'succeeded', 'void'])).at(-1)!
const asks = async (text: string, account: string): Promise<Request> => {
  const answer = await says(text, account)
  if (answer?.tone === 'bad') throw new Error(JSON.stringify(answer))
  return newest()
}
const approves = (id: string, by = slack(JONAS)) =>
  store.db
    .transaction()
    .execute(decide(context, { verdict: 'approve', requestId: id, by, reason: undefined }))
const runs = async (id: string): Promise<Request> => {
  await runRequest(context, await stored(store.db, id), new AbortController().signal)
  return stored(store.db, id)
}
const postsTo = async (account: string): Promise<Notice[]> =>
  (await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 999 })).posts
    .filter(({ place }) => place === JSON.stringify(callerOf(account).privately))
    .map(({ notice }) => notice)
const cardNow = async (id: string): Promise<string> =>
  JSON.stringify(await cardOf(store.db, await stored(store.db, id), clock.now()))
/** Those that wait for others too. */
const outbox = async (): Promise<string> =>
  JSON.stringify(await store.db.selectFrom('outbox').select('notice').execute())
const powerOf = (name: string) => fleet.world.facts('hv01').vms.find((vm) => vm.name === name)?.state

/** Since the messages arrived. */
const tenMinutes = async (): Promise<void> => {
  await everythingArrives(context)
  await clock.sleep(10 * MINUTE)
}

/** Maya has hv01/gpu0 in train-02, which runs. */
const mayaHolds = async (): Promise<void> => {
  const { id } = await asks('assign hv01/gpu0 to train-02 --shutdown', slack(MAYA))
  const { state } = await stored(store.db, id)
  if (state === 'pending') await approves(id)
  expect((await runs(id)).state).toBe('succeeded')
}
/** Tomas wants another GPU in that VM. */
const SECOND = 'assign hv01/gpu1 to train-02 --shutdown because of the demo'

describe('a request that stops a VM in which somebody else holds something', () => {
  beforeEach(() => under(ALL))

  it('names them on its card, and asks them where nobody else reads it', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))

    const asked = (await postsTo(slack(MAYA))).at(-1)
    expect(asked?.summary).toBe(`${id} would stop a VM in which you hold hv01/gpu0 in train-02`)
    expect(JSON.stringify(asked)).toContain('because of the demo'.slice(8))
    expect(JSON.stringify(asked)).toContain(`agree ${id}`)
    expect(await cardNow(id)).toContain('Stops train-02, in which ')
    expect(await cardNow(id)).toContain(': asked, has not answered')
  })

  it('does not begin in the ten minutes that they have to answer, though it is approved', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await approves(id)

    expect((await runs(id)).state).toBe('approved')
    expect(powerOf('train-02')).toBe('Running')
    await tenMinutes()
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('gives them the ten minutes from when the message to them has arrived', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await approves(id)
    await clock.sleep(60 * MINUTE)

    expect((await runs(id)).state).toBe('approved')
    expect(await outbox()).toContain('the message to maya, who may answer first, has not arrived yet')
    await everythingArrives(context)
    expect((await runs(id)).state).toBe('approved')
    await clock.sleep(10 * MINUTE)
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('waits for no message that no place takes', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await approves(id)
    await store.db.updateTable('outbox').set({ failure: 'channel_not_found' }).execute()
    await clock.sleep(10 * MINUTE)

    expect((await runs(id)).state).toBe('succeeded')
  })

  it('begins at once when they agree', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await approves(id)

    await says(`agree ${id}`, slack(MAYA))

    expect(await cardNow(id)).toContain('agreed')
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('shows their no to whoever decides, and it is no veto', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await says(`object ${id} because my training runs until six`, slack(MAYA))

    expect(await cardNow(id)).toContain('objected')
    expect(await cardNow(id)).toContain('my training runs until six')
    await approves(id)
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('lets them change their mind while it has not begun', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await says(`object ${id}`, slack(MAYA))
    await says(`agree ${id}`, slack(MAYA))

    expect((await stored(store.db, id)).answers).toMatchObject([{ answer: 'yes' }])
  })

  it('asks nobody about what the asker holds themselves', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(MAYA))

    expect((await stored(store.db, id)).touches).toBeUndefined()
    await approves(id)
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('asks nobody where the VM is off', async () => {
    await mayaHolds()
    fleet.world.setVmState('hv01', 'train-02', 'Off')
    const { id } = await asks(SECOND, slack(TOMAS))

    expect((await stored(store.db, id)).touches).toBeUndefined()
  })

  it('asks whoever holds a partition that it makes smaller, though their VM is off', async () => {
    const held = await asks('assign hv02/gpu0 to vdi-06 --mode partition --vram 8g --no-start', slack(MAYA))
    await approves(held.id)
    expect((await runs(held.id)).state).toBe('succeeded')
    const { id } = await asks('resize vdi-06 --vram 4g', slack(TOMAS))
    await approves(id, slack(JONAS))

    expect((await postsTo(slack(MAYA))).at(-1)?.summary).toBe(
      `${id} would change your partition of hv02/gpu0 in vdi-06`,
    )
    expect(await cardNow(id)).toContain('Changes the partition of hv02/gpu0 in vdi-06, which ')
    expect((await runs(id)).state).toBe('approved')
    await says(`agree ${id}`, slack(MAYA))
    expect((await runs(id)).state).toBe('succeeded')
    expect(await outbox()).toContain('It has changed a partition that you hold')
  })

  it('is void where somebody holds something there when it begins who was not asked', async () => {
    const { id } = await asks(SECOND, slack(TOMAS))
    await approves(id)
    const body = JSON.stringify({ ...(await stored(store.db, id)) })
    await store.db.updateTable('requests').set({ body, state: 'cancelled' }).where('id', '=', id).execute()
    const held = await asks('assign hv01/gpu0 to train-02 --shutdown', slack(MAYA))
    await approves(held.id)
    await runs(held.id)
    await store.db.updateTable('requests').set({ state: 'approved' }).where('id', '=', id).execute()

    const ended = await runs(id)

    expect(ended).toMatchObject({
      state: 'void',
      changes: expect.arrayContaining(['maya holds hv01/gpu0 in train-02 now, and was not asked.']),
    })
  })
})

describe('where a rule asks no approver', () => {
  beforeEach(() => under([...OWN_GPU, AUTOMATIC]))

  it('it takes their yes, or that of an approver of the rule for what they hold', async () => {
    await mayaHolds()
    const { id, state } = await asks(SECOND, slack(TOMAS))
    expect(state).toBe('approved')
    await tenMinutes()

    expect((await runs(id)).state).toBe('approved')
    expect(await cardNow(id)).toContain('that of one of platform')
    expect(JSON.stringify(await says(`why ${id}`, slack(TOMAS)))).toContain('that of one of platform')
    await says(`agree ${id}`, slack(JONAS))
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('an approver who says yes does not cut the ten minutes short', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await says(`agree ${id}`, slack(JONAS))

    expect((await runs(id)).state).toBe('approved')
    await tenMinutes()
    expect((await runs(id)).state).toBe('succeeded')
  })

  it('neither the asker nor somebody without a part in it can say yes', async () => {
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))

    expect(JSON.stringify(await says(`agree ${id}`, slack(TOMAS)))).toContain(
      'nobody agrees to what they asked',
    )
    expect(JSON.stringify(await says(`object ${id}`, slack(JONAS)))).toContain('you hold nothing')
  })

  it('an administrator can where nobody approves what they hold', async () => {
    under([AUTOMATIC], { administer: ['oncall'] })
    await mayaHolds()
    const { id } = await asks(SECOND, slack(TOMAS))
    await tenMinutes()

    expect(JSON.stringify(await says(`agree ${id}`, slack(JONAS)))).toContain('may not speak')
    await says(`agree ${id}`, teams(PRIYA))
    expect((await runs(id)).state).toBe('succeeded')
  })
})

describe('broken glass', () => {
  it('waives their yes and the ten minutes, and tells them at once by whom and why', async () => {
    under(ALL, { breakGlass: ['research'] })
    await mayaHolds()
    const { id } = await asks(
      'assign hv01/gpu1 to train-02 --shutdown --break-glass because it burns',
      slack(TOMAS),
    )

    const told = JSON.stringify((await postsTo(slack(MAYA))).at(-1))
    expect(told).toContain(`${id} stops a VM in which you hold hv01/gpu0 in train-02`)
    expect(told).toContain(slack(TOMAS))
    expect(told).toContain('it burns')
    expect((await runs(id)).state).toBe('succeeded')
  })
})

describe('broken glass where a rule asks no approver', () => {
  it('is broken for those whose VM is stopped, and not where it adds nothing', async () => {
    under([AUTOMATIC], { breakGlass: ['research'] })
    await mayaHolds()
    const glass = '--break-glass because it burns'
    const alone = await asks(
      `assign hv02/gpu0 to vdi-01 --mode partition --vram 8g --shutdown ${glass}`,
      slack(TOMAS),
    )
    expect(alone).toMatchObject({ authority: { kind: 'automatic' } })

    const { id } = await asks(`assign hv01/gpu1 to train-02 --shutdown ${glass}`, slack(TOMAS))

    expect(await runs(id)).toMatchObject({ state: 'succeeded', authority: { kind: 'break-glass' } })
  })
})

describe('every command that stops a VM', () => {
  beforeEach(() => under([AUTOMATIC]))

  it.each([
    ['move', 'move hv01/gpu1 to train-02 --shutdown', 'assign hv01/gpu1 to train-01'],
    ['release', 'release hv01/gpu1 --power-off', 'assign hv01/gpu1 to train-02 --shutdown'],
  ])('%s', async (_, command, before) => {
    const first = await asks(before, slack(TOMAS))
    expect((await runs(first.id)).state).toBe('succeeded')
    const held = await asks('assign hv01/gpu0 to train-02 --shutdown', slack(MAYA))
    if (held.touches) {
      await says(`agree ${held.id}`, slack(TOMAS))
    }
    expect((await runs(held.id)).state).toBe('succeeded')

    const { id } = await asks(command, slack(TOMAS))

    expect((await runs(id)).state).toBe('approved')
    await says(`agree ${id}`, slack(MAYA))
    expect((await runs(id)).state).toBe('succeeded')
  })
})

describe('a rule about --power-off', () => {
  const rule = (powerOff: unknown) => [{ name: 'all', ask: ['research'], approve: 'automatic', powerOff }]

  it('can refuse it', async () => {
    under(rule('refuse'))

    expect(JSON.stringify(await says('assign hv01/gpu0 to train-02 --power-off', slack(MAYA)))).toContain(
      'lets nobody turn a VM off',
    )
    expect((await asks('assign hv01/gpu0 to train-02 --shutdown', slack(MAYA))).state).toBe('approved')
  })

  it('can want more for it, and says which rule that is', async () => {
    under(rule({ by: ['platform'] }))

    expect(await asks('assign hv01/gpu0 to train-02 --power-off', slack(MAYA))).toMatchObject({
      state: 'pending',
      needs: [{ rule: 'all, --power-off', by: ['platform'], count: 1 }],
    })
  })
})
