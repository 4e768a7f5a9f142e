import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice'
import { DAYS } from '../../src/core/policy/written'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { openStore, type Store } from '../../src/store/database'
import { pause, resume } from '../../src/store/fleet'
import { duePosts } from '../../src/store/outbox'
import { fixedPolicy } from '../../src/policy-source'
import type { Parts } from '../../src/work/parts'
import { runRequest, startRunning } from '../../src/work/run'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { ADMIN, asked, assign, botOver, decided, fleetOf, HOST, stored } from './operations/bot'

const running = new AbortController().signal

let dir: string
let store: Store
let fleet: SimulatedFleet
let parts: Parts
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  fleet = fleetOf(clock)
  parts = botOver(store.db, fleet, clock)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

/** What the channel shows of a request, once all is delivered. */
const cardOf = async (id: string): Promise<Notice> => {
  const { posts } = await duePosts(store.db, parts.clock.now(), { limit: 100 })
  const card = posts.find((each) => each.requestId === id)
  if (!card) throw new Error(`no card of ${id}`)
  return card.notice
}
const approvedAssign = async () => {
  const { id } = await asked(parts, assign('hv01/gpu0', 'train-01'))
  return decided(parts, id)
}
const ALWAYS = { name: 'always', days: [...DAYS], from: '00:00', until: '00:00' }
const scope = { scope: HOST, account: ADMIN, at: 0 }

describe('the card of an approved request says what it waits for', () => {
  it('when its host is paused, and no longer once it runs', async () => {
    const request = await approvedAssign()
    await store.db.transaction().execute((tx) => pause(tx, scope))
    const begun = await runRequest(parts, request, running)
    const whilePaused = await cardOf(request.id)

    await store.db.transaction().execute((tx) => resume(tx, HOST))
    await runRequest(parts, request, running)

    expect(begun).toBe(false)
    expect(whilePaused.summary).toContain('approved, waiting: hv01 is paused')
    expect((await cardOf(request.id)).summary).toContain('done')
  })

  it('when the policy has quiet hours, which hold the first step and give way to nobody', async () => {
    const policy = { ...parts.policy.inForce(), quietHours: [ALWAYS] }
    const quiet: Parts = { ...parts, policy: fixedPolicy(policy) }
    const request = await approvedAssign()

    const begun = await runRequest(quiet, request, running)
    const meanwhile = await cardOf(request.id)
    await runRequest(parts, request, running)

    expect(begun).toBe(false)
    expect(meanwhile.summary).toContain('approved, waiting: the quiet hours always last until')
    expect((await cardOf(request.id)).summary).toContain('done')
  })

  it('when its host does not answer, and the host is free for others', async () => {
    const request = await approvedAssign()
    fleet.world.setReachable(HOST, false)

    const begun = await runRequest(parts, request, running)

    expect(begun).toBe(false)
    expect((await cardOf(request.id)).summary).toContain('approved, waiting: hv01 does not answer')
    expect(await store.db.selectFrom('locks').selectAll().execute()).toEqual([])
  })

  it('and an approved request that was cancelled in between is left as it is', async () => {
    const request = await approvedAssign()
    await store.db.transaction().execute((tx) => pause(tx, scope))
    await decided(parts, request.id, 'cancel')

    await runRequest(parts, request, running)

    expect((await cardOf(request.id)).summary).toContain('cancelled')
    expect((await stored(store.db, request.id)).state).toBe('cancelled')
  })
})

describe('the card of a running request', () => {
  it('says that its host is paused, and that a step does not begin before it is resumed', async () => {
    const request = await approvedAssign()
    const stopping = new AbortController()
    const watched: Parts = {
      ...parts,
      clock: {
        now: () => parts.clock.now(),
        // It would wait here for as long as the pause lasts.
        sleep: () => {
          stopping.abort()
          return Promise.resolve()
        },
      },
      wake: {
        ...parts.wake,
        deliver: () => void store.db.transaction().execute((tx) => pause(tx, scope)),
      },
    }

    await runRequest(watched, request, stopping.signal)

    expect((await cardOf(request.id)).summary).toContain('running, waiting: hv01 is paused')
  })
})

describe('of two approved requests for one host', () => {
  it('the second says that the first is at work, and runs after it', async () => {
    const first = await approvedAssign()
    const second = await asked(parts, assign('hv01/gpu1', 'train-02', { shutdown: true }))
    await decided(parts, second.id)
    const summaries: string[] = []
    const loop = startRunning({
      ...parts,
      wake: {
        ...parts.wake,
        deliver: () => {
          void cardOf(second.id).then(({ summary }) => summaries.push(summary))
        },
      },
    })
    while ((await stored(store.db, second.id)).state !== 'succeeded') await parts.clock.sleep(1_000)
    await loop.stop()

    expect((await stored(store.db, first.id)).state).toBe('succeeded')
    expect(summaries).toContainEqual(expect.stringContaining('waiting: another request is at work on hv01'))
  })
})
