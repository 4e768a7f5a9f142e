import { describe, expect, it } from '@jest/globals'
import type { Engine } from '../../../src/host/powershell/engine/engine'
import { superviseEngine } from '../../../src/host/powershell/engine/supervised'

/** An engine whose end is in the hands of the test, and a clock that stands still until it is told otherwise. */
const scene = () => {
  let now = 0
  const deaths: ((why: string) => void)[] = []
  const told: string[] = []
  let broken = false
  const start = (): Promise<Engine> => {
    if (broken) return Promise.reject(new Error('no such program'))
    let die: (why: string) => void = () => undefined
    const ended = new Promise<string>((resolve) => (die = resolve))
    deaths.push(die)
    const engine: Engine = {
      call: () => Promise.resolve({ kind: 'ok', json: String(deaths.length) }),
      ended,
      stop: () => {
        die('stopped')
        return Promise.resolve()
      },
    }
    return Promise.resolve(engine)
  }
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const engine = superviseEngine(start, { clock, ended: (why) => told.push(why) })
  return {
    engine,
    told,
    started: () => deaths.length,
    die: async (why: string) => {
      deaths.at(-1)?.(why)
      await new Promise(setImmediate)
    },
    breakIt: () => (broken = true),
    mend: () => (broken = false),
    pass: (ms: number) => (now += ms),
  }
}

describe('a supervised engine', () => {
  it('starts with the first call, and only once', async () => {
    const { engine, started } = scene()
    expect(started()).toBe(0)

    const [one, two] = await Promise.all([engine.get(), engine.get()])

    expect(one).toBe(two)
    expect(started()).toBe(1)
  })

  it('is started anew once it has ended, after a pause that tells why', async () => {
    const { engine, die, pass, started, told } = scene()
    await engine.get()
    await die('it was killed')

    await expect(engine.get()).rejects.toThrow(/started again soon: it was killed/)
    pass(2_000)
    await engine.get()

    expect(started()).toBe(2)
    expect(told).toEqual(['it was killed'])
  })

  it('pauses longer each time it dies young, never longer than a minute', async () => {
    const { engine, die, pass } = scene()
    for (let deaths = 0; deaths < 9; deaths++) {
      await engine.get()
      await die('again')
      pass(59_999)
      if (deaths < 5) continue
      await expect(engine.get()).rejects.toThrow(/again/)
      pass(1)
    }

    await expect(engine.get()).resolves.toBeDefined()
  })

  it('pauses shortly again after one that lived long', async () => {
    const { engine, die, pass } = scene()
    for (let deaths = 0; deaths < 5; deaths++) {
      await engine.get()
      await die('young')
      pass(60_000)
    }
    await engine.get()
    pass(60_000)
    await die('old')
    pass(2_000)

    await expect(engine.get()).resolves.toBeDefined()
  })

  it('that does not start says why, and is tried again', async () => {
    const { engine, breakIt, mend, pass } = scene()
    breakIt()
    await expect(engine.get()).rejects.toThrow('no such program')
    await expect(engine.get()).rejects.toThrow(/started again soon: no such program/)
    mend()
    pass(2_000)

    await expect(engine.get()).resolves.toBeDefined()
  })

  it('is ended by stop, and not started again', async () => {
    const { engine, told } = scene()
    const running = await engine.get()
    await engine.stop()

    expect(await running.ended).toBe('stopped')
    await expect(engine.get()).rejects.toThrow(/was stopped/)
    expect(told).toEqual([])
  })
})
