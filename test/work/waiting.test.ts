import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import { hostName } from '../../src/core/inventory/inventory'
import type { Clock } from '../../src/core/ports/clock'
import type { Host } from '../../src/core/ports/host'
import type { Request } from '../../src/core/request/request'
import { DAYS } from '../../src/core/policy/written'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { openStore, type Store } from '../../src/store/database'
import { isPaused, pause, resume } from '../../src/store/fleet'
import { ALL_HOSTS } from '../../src/store/sources'
import { duePosts } from '../../src/store/outbox'
import { policyOfLists } from '../../src/core/policy/policy'
import { fixedPolicy } from '../../src/policy-source'
import type { Caller, Effect } from '../../src/work/context/effect'
import type { Context } from '../../src/work/context/context'
import { pauseScope } from '../../src/work/commands/pause'
import { runRequest, startRunning } from '../../src/work/operation/run'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { ADMIN, CHANNEL, asked, assign, botOver, decided, fleetOf, HOST, stored } from './operations/bot'

const running = new AbortController().signal

let dir: string
let store: Store
let fleet: SimulatedFleet
let context: Context
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  fleet = fleetOf(clock)
  context = botOver(store.db, fleet, clock)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

/** What the channel shows of a request, once all is delivered. */
const cardOf = async (id: string): Promise<Notice> => {
  const { posts } = await duePosts(store.db, context.clock.now(), { limit: 100 })
  const card = posts.find((each) => each.requestId === id)
  if (!card) throw new Error(`no card of ${id}`)
  return card.notice
}
const approvedAssign = async () => {
  const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
  return decided(context, id)
}
const ALWAYS = { name: 'always', days: [...DAYS], from: '00:00', until: '00:00' }
const CALLER: Caller = { account: ADMIN, name: 'Ada', channel: CHANNEL, back: CHANNEL }
const scope = { scope: HOST, account: ADMIN, at: 0, now: false }

describe('the card of an approved request says what it waits for', () => {
  it('when its host is paused, and no longer once it runs', async () => {
    const request = await approvedAssign()
    await store.db.transaction().execute((tx) => pause(tx, scope))
    const begun = await runRequest(context, request, running)
    const whilePaused = await cardOf(request.id)

    await store.db.transaction().execute((tx) => resume(tx, HOST))
    await runRequest(context, request, running)

    expect(begun).toBe(false)
    expect(whilePaused.summary).toContain('approved, waiting: hv01 is paused')
    expect((await cardOf(request.id)).summary).toContain('done')
  })

  it('when the policy has quiet hours, which hold the first step and give way to nobody', async () => {
    const policy = { ...context.policy.inForce(), quietHours: [ALWAYS] }
    const quiet: Context = { ...context, policy: fixedPolicy(policy) }
    const request = await approvedAssign()

    const begun = await runRequest(quiet, request, running)
    const meanwhile = await cardOf(request.id)
    await runRequest(context, request, running)

    expect(begun).toBe(false)
    expect(meanwhile.summary).toContain('approved, waiting: the quiet hours always')
    expect((await cardOf(request.id)).summary).toContain('done')
  })

  it('when nobody knows yet whom the policy names, and is not void for that', async () => {
    const nobody = {
      ...fixedPolicy(policyOfLists({ ask: [], approve: [], admin: [] })),
      incomplete: () => 'Slack is silent',
    }
    const request = await approvedAssign()

    const begun = await runRequest({ ...context, policy: nobody }, request, running)
    const meanwhile = await cardOf(request.id)
    await runRequest(context, request, running)

    expect(begun).toBe(false)
    expect(meanwhile.summary).toContain('approved, waiting: Slack is silent')
    expect((await cardOf(request.id)).summary).toContain('done')
  })

  it('when its host does not answer, and the host is free for others', async () => {
    const request = await approvedAssign()
    fleet.world.setReachable(HOST, false)

    const begun = await runRequest(context, request, running)

    expect(begun).toBe(false)
    expect((await cardOf(request.id)).summary).toContain('approved, waiting: hv01 does not answer')
    expect(await store.db.selectFrom('locks').selectAll().execute()).toEqual([])
  })

  it('and an approved request that was cancelled in between is left as it is', async () => {
    const request = await approvedAssign()
    await store.db.transaction().execute((tx) => pause(tx, scope))
    await decided(context, request.id, 'cancel')

    await runRequest(context, request, running)

    expect((await cardOf(request.id)).summary).toContain('cancelled')
    expect((await stored(store.db, request.id)).state).toBe('cancelled')
  })
})

describe('the card of a running request', () => {
  /** Runs it; during its first step an administrator pauses. Where it then waits, the bot ends. */
  const interrupted = async (request: Request, how: { scope: string; now: boolean }): Promise<Request> => {
    const stopping = new AbortController()
    const host = context.hosts.get(hostName.parse(HOST))
    if (!host) throw new Error(`there is no ${HOST}`)
    let paused = false
    const run: Host['run'] = async (order) => {
      if (!paused) await said(await pauseScope(context, how, CALLER))
      paused = true
      return host.run(order)
    }
    const sleep: Clock['sleep'] = (ms, signal) => {
      if (signal !== stopping.signal) return context.clock.sleep(ms, signal)
      stopping.abort()
      return Promise.resolve()
    }
    const watched: Context = {
      ...context,
      hosts: new Map([[host.name, { ...host, run }]]),
      clock: { ...context.clock, now: () => context.clock.now(), sleep },
    }
    await runRequest(watched, request, stopping.signal)
    return stored(store.db, request.id)
  }
  const said = (what: Effect): Promise<Notice | null> => store.db.transaction().execute(what)
  const told = async (): Promise<string[]> => {
    const { posts } = await duePosts(store.db, context.clock.now(), { limit: 100 })
    return posts.filter(({ requestId }) => requestId === null).map(({ notice }) => notice.summary)
  }

  it('comes to its end though its host was paused meanwhile, and the pause says so', async () => {
    const request = await approvedAssign()

    expect((await interrupted(request, { scope: HOST, now: false })).state).toBe('succeeded')

    expect(await told()).toContainEqual(
      expect.stringContaining(`${request.id} (Assign hv01/gpu0 to train-01) has begun and comes to its end`),
    )
  })

  it('comes to its end though the pause came while it was being undone', async () => {
    const request = await approvedAssign()
    fleet.world.inject({ host: HOST, step: 'attachDevice', kind: 'refuse', code: 'InjectedByTest', times: 1 })

    expect((await interrupted(request, { scope: ALL_HOSTS, now: false })).state).toBe('rolled-back')
  })

  it('stops between two steps where the pause says --now, which says what lies open, and goes on when resumed', async () => {
    const request = await approvedAssign()

    const stopped = await interrupted(request, { scope: HOST, now: true })
    const card = await cardOf(request.id)
    await store.db.transaction().execute((tx) => resume(tx, HOST))
    await runRequest(context, stopped, running)

    expect(card.summary).toContain('running, waiting: hv01 is paused between steps')
    expect(await told()).toContainEqual(
      expect.stringMatching(
        /hv01 paused between steps.*R-1 \(Assign hv01\/gpu0 to train-01\) lies open: 0 of 5 steps are done, under way: /s,
      ),
    )
    expect((await stored(store.db, request.id)).state).toBe('succeeded')
  })

  it('a pause that stops between steps is not loosened by one that does not', async () => {
    await store.db.transaction().execute((tx) => pause(tx, { ...scope, now: true }))
    const tightened = await store.db.transaction().execute((tx) => pause(tx, scope))

    expect(tightened).toBe(false)
    expect(await isPaused(store.db, HOST)).toBe('steps')
  })
})

describe('of two approved requests for one host', () => {
  it('the second says that the first is at work, and runs after it', async () => {
    const first = await approvedAssign()
    const second = await asked(context, assign('hv01/gpu1', 'train-02', { shutdown: true }))
    await decided(context, second.id)
    const summaries: string[] = []
    const loop = startRunning({
      ...context,
      wake: {
        ...context.wake,
        deliver: () => {
          void cardOf(second.id).then(({ summary }) => summaries.push(summary))
        },
      },
    })
    while ((await stored(store.db, second.id)).state !== 'succeeded') await context.clock.sleep(1_000)
    await loop.stop()

    expect((await stored(store.db, first.id)).state).toBe('succeeded')
    expect(summaries).toContainEqual(expect.stringContaining('waiting: another request is at work on hv01'))
  })
})
