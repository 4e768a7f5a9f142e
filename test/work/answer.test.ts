/** Whoever pressed a button reads the answer once: in the answer to the press, or else where it is posted. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { CameOf, Delivery } from '../../src/core/ports/delivery'
import type { Identity } from '../../src/core/ports/chat'
import { openStore, type Store } from '../../src/store/database'
import { openInbox } from '../../src/store/inbox'
import { duePosts } from '../../src/store/outbox'
import { openAwaited } from '../../src/work/context/awaited'
import { startIntake } from '../../src/work/loops/intake'
import type { Loop } from '../../src/work/context/loop'
import type { Context } from '../../src/work/context/context'
import { steppedClock, type SteppedClock } from '../fakes/stepped-clock'
import { useTempDirs } from '../fakes/temp'
import { botOver, CHANNEL, fleetOf, REQUESTER } from './operations/bot'

const WAIT_MS = 2_000
const tempDir = useTempDirs()
const pressing = (text: string): Delivery => ({
  ...{ id: 'pressed-1', at: 0, from: REQUESTER, channel: CHANNEL, back: CHANNEL },
  said: { kind: 'text', text },
})

let store: Store
let clock: SteppedClock
let context: Context
let identified: Promise<Identity>
let loop: Loop
beforeEach(async () => {
  store = await openStore(tempDir())
  clock = steppedClock()
  identified = Promise.resolve({ kind: 'member', name: 'Maya Chen' })
  const chat = {
    identify: () => identified,
    send: () => Promise.reject(new Error('nothing is sent here')),
    linkTo: () => Promise.resolve(null),
  }
  context = { ...botOver(store.db, fleetOf(clock), clock), chat, awaited: openAwaited(clock) }
  loop = startIntake(context)
})
afterEach(async () => {
  await clock.until(loop.stop())
  await store.close()
})

const press = (text: string): Promise<CameOf | null> => {
  const inbox = openInbox(store.db, clock, loop.wake)
  const delivery = pressing(text)
  return clock.until(context.awaited.within(delivery.id, WAIT_MS, () => inbox.accept(delivery)))
}
const EVER = Number.MAX_SAFE_INTEGER
/** What is due within so long. */
const posts = async (ms: number): Promise<string[]> => {
  const due = await duePosts(store.db, ms === EVER ? EVER : clock.now() + ms, { limit: 9 })
  return due.posts.map(({ notice }) => notice.summary)
}

describe('a short answer', () => {
  it('is what the press is answered with, and is posted nowhere once that was read', async () => {
    const came = await press('show R-9')
    if (came?.kind !== 'all') throw new Error('it is not all')

    expect(JSON.stringify(came.notice)).toContain('There is no request R-9')
    came.read()
    await clock.pass(0)

    expect(await posts(EVER)).toEqual([])
  })

  it('is posted after a moment when nobody has read it', async () => {
    await press('show R-9')

    expect(await posts(1_000)).toEqual([])
    expect(await posts(5_000)).toEqual([expect.stringContaining('there is no request R-9')])
  })
})

describe('a long answer', () => {
  it('is posted at once, and the press is answered with what it is', async () => {
    const came = await press('list')

    if (came?.kind !== 'more') throw new Error('it is all')
    expect(came.summary).toContain('GPUs')
    expect(await posts(0)).toHaveLength(1)
  })
})

describe('an answer that takes longer than somebody waits', () => {
  it('is posted when it is there, and nothing is told twice', async () => {
    let known: (who: Identity) => void = () => undefined
    identified = new Promise((resolve) => (known = resolve))

    expect(await press('show R-9')).toBeNull()
    expect(await posts(EVER)).toEqual([])
    known({ kind: 'member', name: 'Maya Chen' })
    await clock.pass(0)
    await clock.pass(1)

    expect(await posts(0)).toEqual([expect.stringContaining('there is no request R-9')])
  })
})

it('a press that cannot be recorded is told to whoever waits, who waits no longer', async () => {
  const broken = context.awaited.within('pressed-1', WAIT_MS, () => Promise.reject(new Error('full')))

  await expect(broken).rejects.toThrow('full')
  expect(context.awaited.isWaitedFor('pressed-1')).toBe(false)
})
