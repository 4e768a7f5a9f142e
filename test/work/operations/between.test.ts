/** What one operation leaves to the next, and what must hold before the first step. */
import { describe, expect, it } from '@jest/globals'
import { openStore } from '../../../src/store/database'
import { lockHosts } from '../../../src/store/journal'
import { duePosts } from '../../../src/store/outbox'
import { resolveRequest } from '../../../src/work/commands/resolve'
import { runRequest, startRunning } from '../../../src/work/operation/run'
import { fakeClock } from '../../fakes/clock'
import { useTempDirs } from '../../fakes/temp'
import {
  ADMIN,
  CHANNEL,
  HOST,
  asked,
  assign,
  botOver,
  decided,
  fleetOf,
  recordingChat,
  release,
  stored,
} from './bot'

const [GPU0, GPU1] = ['hv01/gpu0', 'hv01/gpu1']
const [OFF, RUNS] = ['train-01', 'train-02']
const shutdown = { shutdown: true }

const bot = async (dir: string) => {
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  const store = await openStore(dir)
  const chat = recordingChat()
  return { fleet, store, chat, context: { ...botOver(store.db, fleet, clock), chat } }
}

describe('between requests', () => {
  const tempDir = useTempDirs()

  it('after a restart the request that holds the host goes on, though an older one waits for the host', async () => {
    const { context, store, fleet } = await bot(tempDir())
    const older = await asked(context, assign(GPU0, OFF))
    const newer = await asked(context, assign(GPU1, RUNS, shutdown))
    const begun = new AbortController()
    const stop = fleet.world.onStep(() => begun.abort())
    await runRequest(context, await decided(context, newer.id), begun.signal)
    stop()
    await decided(context, older.id)
    expect((await stored(store.db, newer.id)).state).toBe('running')

    const running = startRunning(context)
    const ended = async () => {
      const states = [(await stored(store.db, newer.id)).state, (await stored(store.db, older.id)).state]
      return states.every((state) => state === 'succeeded')
    }
    for (let turn = 0; turn < 2_000 && !(await ended()); turn += 1) await context.clock.sleep(0)
    await running.stop()

    expect((await stored(store.db, newer.id)).state).toBe('succeeded')
    expect((await stored(store.db, older.id)).state).toBe('succeeded')
    await store.close()
  })

  it('a request that is cancelled after a crash leaves the host free for others', async () => {
    const { context, store } = await bot(tempDir())
    const { id } = await asked(context, assign(GPU0, OFF))
    await decided(context, id)
    await store.db.transaction().execute((tx) => lockHosts(tx, [HOST], id))

    await decided(context, id, 'cancel')

    const next = await asked(context, assign(GPU1, OFF))
    await runRequest(context, await decided(context, next.id), new AbortController().signal)
    expect((await stored(store.db, next.id)).state).toBe('succeeded')
    await store.close()
  })

  it('a plan that is no longer the one that was approved is not begun', async () => {
    const { context, store, fleet } = await bot(tempDir())
    const { id } = await asked(context, assign(GPU0, OFF))
    const approved = await decided(context, id)
    const steps = approved.plan.steps.slice(0, 1)
    const body = JSON.stringify({ ...approved, plan: { ...approved.plan, steps } })
    await store.db.updateTable('requests').set({ body }).where('id', '=', id).execute()
    const before = fleet.world.facts(HOST)

    await runRequest(context, await stored(store.db, id), new AbortController().signal)

    expect(await stored(store.db, id)).toMatchObject({ state: 'void', changes: [expect.any(String)] })
    expect(fleet.world.facts(HOST)).toEqual(before)
    await store.close()
  })

  it('a fact that changed after the approval voids it, and says which', async () => {
    const { context, store, fleet } = await bot(tempDir())
    const { id } = await asked(context, assign(GPU0, OFF))
    const approved = await decided(context, id)
    fleet.world.setVmState(HOST, OFF, 'Running')

    await runRequest(context, approved, new AbortController().signal)

    const { state, ...rest } = await stored(store.db, id)
    expect(state).toBe('void')
    expect(rest).toMatchObject({
      changes: [expect.stringContaining('power state was Off and is now Running')],
    })
    await store.close()
  })

  it('a host that was found as planned keeps the settings that release will restore', async () => {
    const { context, store, fleet } = await bot(tempDir())
    const { id, plan } = await asked(context, assign(GPU0, OFF, { noStart: true }))
    const last = plan.steps.length - 1
    let n = 0
    fleet.world.onStep(({ when }) => {
      if (when === 'after' && n++ === last) fleet.world.setReachable(HOST, false)
    })
    await runRequest(context, await decided(context, id), new AbortController().signal)
    expect((await stored(store.db, id)).state).toBe('needs-attention')
    fleet.world.setReachable(HOST, true)

    const caller = { account: ADMIN, name: 'Administrator', channel: CHANNEL, back: CHANNEL }
    await store.db.transaction().execute(await resolveRequest(context, { id, asFound: false }, caller))

    const back = await asked(context, release(GPU0))
    expect(await stored(store.db, id)).toMatchObject({
      state: 'succeeded',
      repaired: { found: 'The host was found as planned.' },
    })
    expect(back.plan.steps.map(({ kind }) => kind)).toContain('setVm')
    await store.close()
  })

  it('posts are rows that the outbox sends: the operation itself tells the chat nothing', async () => {
    const { context, store, chat } = await bot(tempDir())
    const { id } = await asked(context, assign(GPU0, OFF))

    await runRequest(context, await decided(context, id), new AbortController().signal)

    const { posts } = await duePosts(store.db, context.clock.now(), { limit: 10 })
    expect(chat.sent).toEqual([])
    expect(posts.map(({ requestId }) => requestId)).toEqual([id, null])
    await store.close()
  })
})
