import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { readinessOf, type Readiness } from '../src/readiness'
import { openStore, type Store } from '../src/store/database'
import { saveUnreachable } from '../src/store/fleet'
import { post } from '../src/store/outbox'
import { aNotice } from './store/rows'
import { steppedClock, type SteppedClock } from './fakes/stepped-clock'
import { useTempDirs } from './fakes/temp'

const tempDir = useTempDirs()
let store: Store
let clock: SteppedClock
let stuck: string[]
let stopping: boolean
let ready: () => Promise<Readiness>

beforeEach(async () => {
  store = await openStore(tempDir())
  clock = steppedClock()
  stuck = []
  stopping = false
  const bot = { stuckIn: () => stuck, isStopping: () => stopping }
  const hosts = new Map([
    ['hv01', null],
    ['hv02', null],
  ])
  ready = readinessOf({ db: store.db, bot, clock, hosts })
})
afterEach(() => store.close())

const FINE = { postsWaiting: { slack: 0, teams: 0 }, hosts: { configured: 2, silent: 0 } }
const writes = async () =>
  (await sql<{ value: number }>`select value from counters where name = 'write'`.execute(store.db)).rows[0]
    ?.value
const onlyReading = (mode: 'on' | 'off') => sql.raw(`pragma query_only = ${mode}`).execute(store.db)

describe('the bot is ready', () => {
  it('when a write comes about, which is really tried', async () => {
    const before = await writes()

    expect(await ready()).toEqual({ status: 'ready', others: FINE })
    expect(await writes()).toBe(Number(before) + 1)
  })

  it('whatever others do, which is told in numbers alone', async () => {
    const places = [
      { kind: 'channel', chat: 'slack', channel: 'C1' },
      { kind: 'channel', chat: 'slack', channel: 'C2' },
      { kind: 'channel', chat: 'teams', serviceUrl: 'https://smba.example/', conversation: '19:a' },
    ] as const
    await store.db.transaction().execute(async (tx) => {
      for (const place of places) await post(tx, place, aNotice('waits'), { at: 0 })
      await post(tx, places[0], aNotice('is tried for the first time'), { at: 0 })
      await saveUnreachable(tx, 'hv01', 'no route')
      await saveUnreachable(tx, 'hv99', 'is not configured any more')
    })
    await store.db.updateTable('outbox').set({ tries: 4 }).where('seq', '<', 4).execute()

    expect(await ready()).toEqual({
      status: 'ready',
      others: { postsWaiting: { slack: 2, teams: 1 }, hosts: { configured: 2, silent: 1 } },
    })
  })

  it('though nothing is known of others', async () => {
    await sql`drop table outbox`.execute(store.db)

    expect(await ready()).toEqual({ status: 'ready', others: null })
  })

  it('by one write, however many ask within a second', async () => {
    const before = await writes()

    await Promise.all([ready(), ready(), ready()])
    await ready()
    const afterMany = await writes()
    await clock.pass(1_000)
    await ready()

    expect([afterMany, await writes()]).toEqual([Number(before) + 1, Number(before) + 2])
  })
})

describe('the bot is not ready', () => {
  it('while nothing can be written, though all can be read, and is once something can', async () => {
    await onlyReading('on')

    const readOnly = await ready()
    await onlyReading('off')
    await clock.pass(1_000)

    expect(readOnly).toEqual({
      status: 'not ready',
      missing: [{ part: 'store', reason: 'it cannot be written', next: expect.stringContaining('DATA_DIR') }],
      others: FINE,
    })
    expect(await ready()).toMatchObject({ status: 'ready' })
  })

  it('while a write does not end, which keeps nobody waiting for an answer', async () => {
    let end: () => void = () => undefined
    const held = store.db.transaction().execute(() => new Promise<void>((resolve) => (end = resolve)))

    const answers = await clock.until(Promise.all([ready(), ready()]))
    end()
    await held

    expect(answers).toMatchObject(
      Array.from({ length: 2 }, () => ({
        status: 'not ready',
        missing: [{ part: 'store', reason: 'a write has not ended in time' }],
      })),
    )
  })

  it('while one of its workers is stuck, which it names', async () => {
    stuck = ['looking for posts']

    expect(await ready()).toMatchObject({
      status: 'not ready',
      missing: [{ part: 'looking for posts', reason: 'no progress for two minutes' }],
    })
  })

  it('when it is being stopped, and says just that', async () => {
    stopping = true
    stuck = ['looking for posts']

    expect(await ready()).toEqual({ status: 'stopping' })
  })
})
