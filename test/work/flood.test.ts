import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Delivery } from '../../src/core/ports/delivery'
import { openStore, type Store } from '../../src/store/database'
import { openDeliveries, openInbox } from '../../src/store/inbox'
import { duePosts } from '../../src/store/outbox'
import { startIntake } from '../../src/work/loops/intake'
import type { Loop } from '../../src/work/context/loop'
import type { Context } from '../../src/work/context/context'
import { patientClock } from '../fakes/patient-clock'
import { useTempDirs } from '../fakes/temp'
import { APPROVER, botOver, fleetOf, REQUESTER } from './operations/bot'

const tempDir = useTempDirs()
let store: Store
let loop: Loop | null
beforeEach(async () => {
  store = await openStore(tempDir())
  loop = null
})
afterEach(async () => {
  await loop?.stop()
  await store.close()
})

const said = (
  from: string,
  id: string,
  what: Delivery['said'] = { kind: 'text', text: 'help' },
): Delivery => {
  const to = { kind: 'channel', chat: 'slack', channel: `D${from.slice(-2)}` } as const
  return { id: `${from}-${id}`, at: 0, from, channel: to, back: to, said: what }
}
const flood = (from: string, count: number, first = 0): Delivery[] =>
  Array.from({ length: count }, (_, index) => said(from, String(first + index)))

/** A bot into whose inbox all of this has come, in this order. */
const given = async (deliveries: readonly Delivery[]) => {
  let now = 0
  const clock = { ...patientClock, now: () => now }
  const bot = botOver(store.db, fleetOf(clock), clock)
  const inbox = openInbox(store.db, clock, () => loop?.wake())
  const accept = (more: readonly Delivery[]) => Promise.all(more.map((each) => inbox.accept(each)))
  await accept(deliveries)
  return { bot, accept, pass: (ms: number) => void (now += ms) }
}
const allDone = async (): Promise<void> => {
  while ((await openDeliveries(store.db, 1)).length > 0) await new Promise((resolve) => setImmediate(resolve))
}
const words = async (from: string): Promise<string[]> => {
  const { posts } = await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 1_000 })
  return posts
    .filter(({ to }) => 'channel' in to && to.channel === `D${from.slice(-2)}`)
    .map(({ notice }) => notice.summary)
}
const tooFast = async (from: string): Promise<number> =>
  (await words(from)).filter((each) => each.startsWith('that is too fast')).length

/** The accounts in the order in which the bot began to work for them. */
const inOrder = (bot: Context): { readonly began: string[]; readonly bot: Context } => {
  const began: string[] = []
  const identify: Context['chat']['identify'] = (account, at) => {
    began.push(account)
    return bot.chat.identify(account, at)
  }
  return { began, bot: { ...bot, chat: { ...bot.chat, identify } } }
}

describe('with 500 commands of one person before one of another', () => {
  it('the other is answered among the first', async () => {
    const { bot } = await given([...flood(REQUESTER, 500), said(APPROVER, 'one')])
    const watched = inOrder(bot)

    loop = startIntake(watched.bot)
    await allDone()

    expect(watched.began.slice(0, 2)).toEqual([REQUESTER, APPROVER])
    expect(await words(APPROVER)).toHaveLength(1)
  })

  it('the first twenty of the one are answered, and the rest is dropped with one word', async () => {
    const { bot } = await given(flood(REQUESTER, 500))

    loop = startIntake(bot)
    await allDone()

    expect(await tooFast(REQUESTER)).toBe(1)
    expect(await words(REQUESTER)).toHaveLength(20 + 1)
  })
})

describe('a flood', () => {
  it('of button presses counts the same', async () => {
    const press = (id: number) =>
      said(REQUESTER, String(id), { kind: 'decide', verdict: 'approve', requestId: 'R1', version: 1 })
    const { bot } = await given(Array.from({ length: 50 }, (_, id) => press(id)))

    loop = startIntake(bot)
    await allDone()

    expect(await tooFast(REQUESTER)).toBe(1)
    expect(await words(REQUESTER)).toHaveLength(20 + 1)
  })

  it('that goes on is told of once, and again when it had been over for a while', async () => {
    const { bot, pass, accept } = await given(flood(REQUESTER, 30))
    loop = startIntake(bot)
    await allDone()

    await accept(flood(REQUESTER, 30, 30))
    await allDone()
    const whileItLasts = await tooFast(REQUESTER)
    pass(10_000)
    await accept(flood(REQUESTER, 30, 60))
    await allDone()

    expect(whileItLasts).toBe(1)
    expect(await tooFast(REQUESTER)).toBe(2)
  })

  it('of slow commands leaves room for others', async () => {
    const { bot } = await given(flood(REQUESTER, 20))
    let goOn: () => void = () => undefined
    const held = new Promise<void>((resolve) => (goOn = resolve))
    let slow = 0
    const identify: Context['chat']['identify'] = async (account) => {
      if (account === REQUESTER) {
        slow += 1
        await held
      }
      return { kind: 'member', name: 'Somebody' }
    }

    loop = startIntake({ ...bot, chat: { ...bot.chat, identify } })
    const inbox = openInbox(store.db, bot.clock, loop.wake)
    await inbox.accept(said(APPROVER, 'one'))
    while ((await words(APPROVER)).length === 0) await new Promise((resolve) => setImmediate(resolve))

    // Who that is, is asked once; the other fifteen stand behind it.
    expect(slow).toBe(1)
    goOn()
  })

  it('leaves alone who has twenty open', async () => {
    const { bot } = await given(flood(REQUESTER, 20))

    loop = startIntake(bot)
    await allDone()

    expect(await tooFast(REQUESTER)).toBe(0)
    expect(await words(REQUESTER)).toHaveLength(20)
  })
})
