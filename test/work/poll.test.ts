/** When hosts are read: bounded, spread out, and less and less often where nobody answers. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostName, type HostName } from '../../src/core/inventory/inventory'
import { pauseBefore } from '../../src/core/time/polling'
import type { Clock } from '../../src/core/ports/clock'
import type { Host } from '../../src/core/ports/host'
import { openStore, type Store } from '../../src/store/database'
import { startPolling } from '../../src/work/loops/poll'
import { fakeClock, NINE_O_CLOCK } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { aHost } from '../fakes/facts'
import { botOver, fleetOf } from './operations/bot'

const EVERY = 30_000

let dir: string
let store: Store
let clock: Clock
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  clock = patient(fakeClock())
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

/** A sleep without an end in sight lasts until it is cut short. */
const patient = (clock: Clock): Clock => ({
  now: () => clock.now(),
  sleep: (ms, signal) =>
    ms > 24 * 3_600_000
      ? new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      : clock.sleep(ms, signal),
})

const named = (name: string, inventory: Host['inventory']): [HostName, Host] => {
  const [host] = fleetOf(clock).hosts
  return [hostName.parse(name), { ...host!, name: hostName.parse(name), inventory }]
}
const begin = (hosts: [HostName, Host][], random: () => number) =>
  startPolling({ ...botOver(store.db, fleetOf(clock), clock), hosts: new Map(hosts) }, random)

const nextTurns = async (): Promise<void> => {
  for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve))
}

/** Chances that look like chance and are the same each time. */
const dice = (): (() => number) => {
  let seed = 1
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
}

describe('a host that is read', () => {
  it('in a steady rhythm, ever more rarely while it does not answer, and as before once it does', async () => {
    const readings: number[] = []
    let enough = (): void => undefined
    const read = new Promise<void>((resolve) => (enough = resolve))
    const polling = begin(
      [
        named('hv01', () => {
          readings.push(clock.now() - NINE_O_CLOCK)
          const n = readings.length
          if (n === 13) enough()
          return n > 2 && n < 10 ? Promise.reject(new Error('no answer')) : Promise.resolve(aHost())
        }),
      ],
      () => 0.5,
    )

    await read
    await polling.stop()

    const pauses = readings.slice(1).map((at, n) => (at - readings[n]!) / EVERY)
    expect(pauses).toEqual([0.5, 1, 1, 2, 4, 8, 16, 16, 16, 1, 1, 1])
  })

  it('is asked at once when somebody has mended it, and then in its rhythm', async () => {
    const readings: number[] = []
    let failed = (): void => undefined
    const silent = new Promise<void>((resolve) => (failed = resolve))
    let answered = (): void => undefined
    const mended = new Promise<void>((resolve) => (answered = resolve))
    const hosts = [
      named('hv01', () => {
        readings.push(clock.now())
        if (readings.length < 4) return Promise.reject(new Error('no answer'))
        if (readings.length === 4) failed()
        if (readings.length === 5) answered()
        return readings.length === 4 ? Promise.reject(new Error('no answer')) : Promise.resolve(aHost())
      }),
    ]
    const polling = begin(hosts, () => 0.5)
    await silent
    await nextTurns()
    const at = clock.now()

    polling.hurry()
    await mended
    await polling.stop()

    expect(readings[4]! - at).toBeLessThan(EVERY)
  })

  it('for the first time is read at once, though it was added later', async () => {
    const hosts = new Map([named('hv01', () => Promise.resolve(aHost()))])
    const polling = startPolling({ ...botOver(store.db, fleetOf(clock), clock), hosts }, () => 0.5)
    await polling.begun
    let read = (): void => undefined
    const isRead = new Promise<number>((resolve) => (read = () => resolve(clock.now())))
    const at = clock.now()

    hosts.set(...named('hv02', () => Promise.resolve(aHost({ name: hostName.parse('hv02') })).finally(read)))
    polling.hurry()

    expect((await isRead) - at).toBe(0)
    await polling.stop()
  })

  it('is never put off by more, or less, than a fifth', () => {
    const pause = (chance: number) => pauseBefore({ everyMs: 100, failures: 0, chance })

    expect([pause(0), pause(0.5), pause(1)].map(Math.round)).toEqual([80, 100, 120])
  })
})

describe('many hosts', () => {
  it('are read a few at a time, and all of them before the bot begins', async () => {
    let under = 0
    let most = 0
    const readings = new Set<string>()
    const hosts = Array.from({ length: 200 }, (_, n) =>
      named(`hv${n}`, async () => {
        most = Math.max(most, ++under)
        await clock.sleep(1_000)
        under--
        readings.add(`hv${n}`)
        return aHost({ name: hostName.parse(`hv${n}`) })
      }),
    )
    const polling = begin(hosts, dice())

    await polling.begun
    await polling.stop()

    expect(readings.size).toBe(200)
    expect(most).toBe(16)
  })

  it('are not read in one burst again, however fast they answered at first', async () => {
    const readings: number[] = []
    let enough = (): void => undefined
    const read = new Promise<void>((resolve) => (enough = resolve))
    const hosts = Array.from({ length: 100 }, (_, n) =>
      named(`hv${n}`, () => {
        readings.push(clock.now() - NINE_O_CLOCK)
        if (readings.length === 600) enough()
        return Promise.resolve(aHost({ name: hostName.parse(`hv${n}`) }))
      }),
    )
    const polling = begin(hosts, dice())

    await read
    await polling.stop()

    const again = readings.slice(100)
    const beside = again.map((at) => again.filter((other) => other >= at && other < at + 1_000).length)
    expect(Math.max(...beside)).toBeLessThan(25)
  })
})
