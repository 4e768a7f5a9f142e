import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { TIME_LIMITS, startBot, type Bot } from '../src/bot'
import type { Chat } from '../src/core/ports/chat'
import type { Host } from '../src/core/ports/host'
import { openStore, type Store } from '../src/store/database'
import { openDeliveries } from '../src/store/inbox'
import { entriesOf } from '../src/store/journal'
import { steppedClock, type SteppedClock } from './fakes/stepped-clock'
import { useTempDirs } from './fakes/temp'
import { aDelivery } from './store/rows'
import { asked, assign, botOver, decided, fleetOf, stored } from './work/operations/bot'

const tempDir = useTempDirs()
let store: Store
let clock: SteppedClock
let logged: object[]

beforeEach(async () => {
  store = await openStore(tempDir())
  clock = steppedClock()
  logged = []
})
afterEach(() => store.close())

/** A promise that never settles, and one that does once somebody waits for the first. */
const endless = () => {
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  return {
    begun,
    waiting: () => {
      begin()
      return new Promise<never>(() => undefined)
    },
  }
}

const started = (changes: { hosts?: readonly Host[]; chat?: Partial<Chat> } = {}): Promise<Bot> => {
  const note = (what: object, message: string) => void logged.push({ ...what, message })
  const context = botOver(store.db, fleetOf(clock), clock)
  return clock.until(
    startBot({
      ...context,
      store,
      log: { info: () => undefined, warn: note, error: note },
      chat: { ...context.chat, ...changes.chat },
      hosts: changes.hosts ? new Map(changes.hosts.map((host) => [host.name, host])) : context.hosts,
      limits: TIME_LIMITS,
    }),
  )
}
const LEFT = 'stopped with work under way, which the next start goes on with'

describe('a bot that is stopped', () => {
  it('leaves nothing under way where all that it is at ends', async () => {
    const bot = await started()

    const before = clock.now()
    await clock.until(bot.stop())

    expect(logged).toEqual([])
    expect(clock.now()).toBe(before)
  })

  it('waits for a step that does not end no longer than seven seconds, and says what it leaves', async () => {
    const context = botOver(store.db, fleetOf(clock), clock)
    const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
    await decided(context, id)
    const step = endless()
    const hosts = [...context.hosts.values()].map((host) => ({ ...host, run: step.waiting }))
    const bot = await started({ hosts })
    await clock.until(step.begun)

    const before = clock.now()
    await clock.until(bot.stop())

    expect(clock.now() - before).toBe(7_000)
    expect(logged).toContainEqual({ left: [id], message: LEFT })
    expect((await stored(store.db, id)).state).toBe('running')
    expect(await entriesOf(store.db, id)).toMatchObject([{ kind: 'started', n: 0 }])
  })

  it('waits for a chat that does not answer no longer either, and shows no address in the log', async () => {
    const call = endless()
    const bot = await started({ chat: { send: call.waiting } })
    await bot.inbox.accept(aDelivery('a'))
    await clock.until(call.begun)

    await clock.until(bot.stop())

    expect(logged).toContainEqual({ left: ['posts to places: 1'], message: LEFT })
  })

  it('still takes deliveries, which the next start works on', async () => {
    const bot = await started()
    await clock.until(bot.stop())

    await bot.inbox.accept(aDelivery('late'))
    await clock.pass(60_000)

    expect(await openDeliveries(store.db, 10)).toEqual([aDelivery('late')])
  })

  it('is stopping from the first moment, and is stopped once, however often it is asked to', async () => {
    const bot = await started()
    const before = bot.isStopping()

    const stopped = [bot.stop(), bot.stop()]

    expect([before, bot.isStopping()]).toEqual([false, true])
    expect(stopped[1]).toBe(stopped[0])
    await clock.until(Promise.all(stopped))
  })
})

describe('a bot of which a worker is stuck', () => {
  it('names what it does not get done, after two minutes and while it lasts', async () => {
    const bot = await started()
    const before = bot.stuckIn()
    let end: () => void = () => undefined
    const held = store.db.transaction().execute(() => new Promise<void>((resolve) => (end = resolve)))

    await clock.pass(3 * 60_000)
    const during = bot.stuckIn()
    end()
    await held
    await clock.pass(1_000)
    const after = bot.stuckIn()
    await clock.until(bot.stop())

    expect(before).toEqual([])
    expect(during).toContain('expiring requests')
    expect(during).not.toContain('sweeping the queue')
    expect(after).toEqual([])
  })
})
