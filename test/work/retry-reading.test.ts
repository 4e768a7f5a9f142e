import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Address } from '../../src/core/ports/address'
import type { Chat, Identity } from '../../src/core/ports/chat'
import type { Delivery } from '../../src/core/ports/delivery'
import { openStore, type Store } from '../../src/store/database'
import { openInbox } from '../../src/store/inbox'
import { duePosts } from '../../src/store/outbox'
import { startIntake } from '../../src/work/loops/intake'
import type { Loop } from '../../src/work/context/loop'
import { fakeClock } from '../fakes/clock'
import { useTempDirs } from '../fakes/temp'
import { botOver, CHANNEL, fleetOf, REQUESTER } from './operations/bot'

const tempDir = useTempDirs()
const WHOAMI: Delivery = {
  id: 'typed-1',
  at: 0,
  from: REQUESTER,
  channel: CHANNEL,
  back: CHANNEL,
  said: { kind: 'text', text: 'whoami' },
}
const MAYA: Identity = { kind: 'member', name: 'Maya Chen' }

let store: Store
let loop: Loop
beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(async () => {
  await loop.stop()
  await store.close()
})

/** Takes the one delivery with this chat, to its end. */
const answered = async (chat: Pick<Chat, 'identify' | 'typing'>): Promise<string[]> => {
  const clock = fakeClock()
  const send = () => Promise.reject(new Error('nothing is sent here'))
  loop = startIntake({
    ...botOver(store.db, fleetOf(clock), clock),
    chat: { ...chat, send, linkTo: () => Promise.resolve(null) },
  })
  await openInbox(store.db, clock, loop.wake).accept(WHOAMI)
  for (;;) {
    const { posts } = await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 9 })
    const said = posts.map(({ notice }) => notice.summary)
    if (said.some((each) => !each.startsWith('Still'))) return said
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('who waits for an answer', () => {
  it('sees first that the bot is writing, where they asked, and then is told that it takes its time', async () => {
    const seen: Address[] = []
    let known: (who: Identity) => void = () => undefined
    const identity = new Promise<Identity>((resolve) => (known = resolve))
    const said = answered({
      identify: () => identity,
      typing: (to) => {
        seen.push(to)
        // Nobody is known before that, so that without it no answer came.
        setImmediate(() => setImmediate(() => known(MAYA)))
      },
    })

    expect((await said).at(-1)).not.toMatch(/^Still/)
    expect(seen).toEqual([CHANNEL])
  })

  it('is told that it takes its time in a chat that has no sign for writing', async () => {
    const told = new Promise<void>((resolve) => {
      const look = async (): Promise<void> => {
        const { posts } = await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 9 })
        if (posts.length > 0) resolve()
        else setImmediate(() => void look())
      }
      void look()
    })

    const said = await answered({ identify: () => told.then(() => MAYA) })
    expect(said[0]).toBe('Still working on it: Slack has not said yet who you are.')
  })
})
