import { describe, expect, it } from '@jest/globals'
import type { Clock } from '../../src/core/ports/clock'
import { startLoop, type Duty } from '../../src/work/context/loop'
import { fakeClock, NINE_O_CLOCK } from '../fakes/clock'

const DAY_MS = 24 * 3_600_000

/** Virtual time; a sleep without an end in sight lasts until it is cut short. `asleep` is told of each sleep. */
const clockOf = (asleep: (ms: number) => void): Clock => {
  const clock = fakeClock()
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => {
      const slept =
        ms > DAY_MS
          ? new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
          : clock.sleep(ms, signal)
      asleep(ms)
      return slept
    },
  }
}

const COUNTING = { doing: 'counting', waitsFor: 'nobody' } as const
const logInto = (logged: unknown[]) => {
  const note = (what: object, message: string) => void logged.push({ ...what, message })
  return { info: note, warn: note, error: note }
}

const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

/** A loop whose turns and pauses are written down; `act` is what a turn does, by its number. */
const bench = (act: (turn: number) => Promise<number | null>, waitsFor: Duty['waitsFor'] = 'nobody') => {
  const logged: unknown[] = []
  const turns: number[] = []
  const pauses: number[] = []
  const rested: (() => void)[] = []
  const clock = clockOf((ms) => {
    pauses.push(ms)
    if (ms > DAY_MS) for (const tell of rested.splice(0)) tell()
  })
  const loop = startLoop({ clock, log: logInto(logged) }, { ...COUNTING, waitsFor }, () => {
    turns.push(clock.now() - NINE_O_CLOCK)
    return act(turns.length)
  })
  return {
    loop,
    clock,
    logged,
    /** When each turn began. */
    turns,
    pauses,
    /** Resolves when the loop next waits for a wake. */
    rest: () => new Promise<void>((resolve) => rested.push(resolve)),
  }
}

describe('a loop', () => {
  it('works at once, and then waits for a wake when a turn asks for nothing', async () => {
    const { loop, turns, rest } = bench(() => Promise.resolve(null))

    await rest()
    const before = turns.length
    const again = rest()
    loop.wake()
    await again
    await loop.stop()

    expect(before).toBe(1)
    expect(turns).toHaveLength(2)
  })

  it('takes the next turn when the time comes that the turn asked for', async () => {
    const { loop, turns, rest } = bench((turn) => Promise.resolve([2_000, 500, null][turn - 1] ?? null))

    await rest()
    await loop.stop()

    expect(turns).toEqual([0, 2_000, 2_500])
  })

  it('takes the next turn at once when it is woken in a pause', async () => {
    const clock = clockOf((ms) => {
      if (ms === 60_000) loop.wake()
    })
    const turns: number[] = []
    const { opened, open } = gate()
    const loop = startLoop({ clock, log: logInto([]) }, COUNTING, () => {
      turns.push(clock.now() - NINE_O_CLOCK)
      if (turns.length === 2) open()
      return Promise.resolve(turns.length === 1 ? 60_000 : null)
    })

    await opened
    await loop.stop()

    expect(turns).toEqual([0, 0])
  })

  it('takes one more turn when it was woken during one, however often and whatever the turn asks for', async () => {
    const { loop, turns, pauses, rest } = bench(async (turn) => {
      await Promise.resolve()
      if (turn > 1) return null
      for (let n = 0; n < 3; n++) loop.wake()
      return 60_000
    })

    await rest()
    await loop.stop()

    expect(turns).toEqual([0, 0])
    expect(pauses).toHaveLength(1)
  })

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'loses no wake where a turn ends and the wait begins: %i steps after the turn began',
    async (steps) => {
      const { loop, turns, rest } = bench(() => Promise.resolve(null))
      for (let n = 0; n < steps; n++) await Promise.resolve()

      loop.wake()
      while (turns.length < 2) await rest()
      await loop.stop()

      expect(turns).toHaveLength(2)
    },
  )

  it('never takes two turns at once', async () => {
    let inside = 0
    const together: number[] = []
    const { loop, rest } = bench(async (turn) => {
      together.push(++inside)
      await new Promise((resolve) => setImmediate(resolve))
      if (turn < 4) loop.wake()
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
      return null
    })

    for (let n = 0; n < 4; n++) {
      loop.wake()
      await Promise.resolve()
    }
    while (together.length < 4) await rest()
    await loop.stop()

    expect(new Set(together)).toEqual(new Set([1]))
  })
})

describe('a turn that throws', () => {
  it('is logged, and taken again soon', async () => {
    const { loop, turns, logged, rest } = bench((turn) =>
      turn === 1 ? Promise.reject(new Error('the disk is full')) : Promise.resolve(null),
    )

    await rest()
    await loop.stop()

    expect(turns).toEqual([0, 2_000])
    expect(logged).toEqual([{ error: 'the disk is full', message: 'counting' }])
  })
})

describe('a loop is stuck', () => {
  const almost = 2 * 60_000 - 1

  it('when its turn has not ended for two minutes, and no longer once it has', async () => {
    const { opened, open } = gate()
    const { loop, clock, rest } = bench(() => opened.then(() => null))

    const stuck: (string | null)[] = [loop.stuckIn()]
    await clock.sleep(almost)
    stuck.push(loop.stuckIn())
    await clock.sleep(1)
    stuck.push(loop.stuckIn())
    const rested = rest()
    open()
    await rested
    stuck.push(loop.stuckIn())
    await loop.stop()

    expect(stuck).toEqual([null, null, 'counting', null])
  })

  it('when every turn has failed for two minutes, and no longer once one ends well', async () => {
    const stuck: (string | null)[] = []
    const { loop, turns, rest } = bench(() => {
      if (turns.length > 59) stuck.push(loop.stuckIn())
      if (turns.length === 61) return Promise.resolve(null)
      return Promise.reject(new Error('no such row'))
    })

    await rest()
    stuck.push(loop.stuckIn())
    await loop.stop()

    expect(stuck).toEqual([null, 'counting', null])
  })

  it('never while it waits for a wake, however long nobody wakes it', async () => {
    const { loop, clock, rest } = bench(() => Promise.resolve(null))
    await rest()

    await clock.sleep(DAY_MS)
    const stuck = loop.stuckIn()
    await loop.stop()

    expect(stuck).toBeNull()
  })

  it('never where its turns wait for hosts or chats', async () => {
    const { opened, open } = gate()
    const { loop, clock } = bench(() => opened.then(() => null), 'others')

    await clock.sleep(DAY_MS)
    const stuck = loop.stuckIn()
    open()
    await loop.stop()

    expect(stuck).toBeNull()
  })
})

describe('a loop that is stopped', () => {
  it('says what it is still at, until that has ended', async () => {
    const { opened, open } = gate()
    const { loop } = bench(() => opened.then(() => null))

    const stopped = loop.stop()
    const before = loop.underWay()
    open()
    await stopped

    expect([before, loop.underWay()]).toEqual([['counting'], []])
  })

  it('ends when its turn has ended, and takes no other one', async () => {
    const order: string[] = []
    const { opened, open } = gate()
    const begun = gate()
    const { loop, turns } = bench(async () => {
      begun.open()
      await opened
      await new Promise((resolve) => setImmediate(resolve))
      order.push('turn ended')
      return 0
    })
    await begun.opened

    const stopped = loop.stop().then(() => order.push('stopped'))
    loop.wake()
    open()
    await stopped

    expect(order).toEqual(['turn ended', 'stopped'])
    expect(turns).toHaveLength(1)
  })

  it('while it waits ends without another turn', async () => {
    const { loop, turns, rest } = bench(() => Promise.resolve(null))
    await rest()

    await loop.stop()

    expect(turns).toHaveLength(1)
  })

  it('is not woken again, and can be stopped twice', async () => {
    const { loop, turns, rest } = bench(() => Promise.resolve(null))
    await rest()
    await loop.stop()

    loop.wake()
    await loop.stop()

    expect(turns).toHaveLength(1)
  })
})
