/**
 * Time that stands still until a test lets it pass. It passes from sleeper to sleeper, in the order in which they are
 * due, and waits at each until nothing is under way: so it does not matter how fast the machine is.
 */
import type { Chat } from '../../src/core/ports/chat'
import type { Clock } from '../../src/core/ports/clock'

export interface SteppedClock extends Clock {
  /** While this is under way, no time passes. */
  readonly during: <T>(work: Promise<T>) => Promise<T>
  /** Lets so much time pass, and all happen that is due in it. */
  pass(ms: number): Promise<void>
  /** Lets as much time pass as it takes until this has come about. */
  until<T>(awaited: Promise<T>): Promise<T>
}

export interface SteppedTime {
  readonly start?: number
  /** Time passes in strides of this length or longer; whoever wakes in between wakes at the end of one. */
  readonly strideMs?: number
}

/** A sleep of this length is ended by its signal alone. */
const FOREVER_MS = 2 ** 31 - 1
/** Turns of the event loop after which what goes on within a process has come to its end. */
const CALM_TURNS = 8

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

export const steppedClock = ({
  start = Date.UTC(2026, 0, 5, 9),
  strideMs = 0,
}: SteppedTime = {}): SteppedClock => {
  let now = start
  const sleepers = new Map<() => void, number>()
  const underWay = new Set<Promise<void>>()

  const calm = async (): Promise<void> => {
    for (let turns = 0; turns < CALM_TURNS; turns = underWay.size > 0 ? 0 : turns + 1)
      await (underWay.size > 0 ? Promise.race(underWay) : nextTurn())
  }
  let moved = Promise.resolve()
  /** Once all is calm, to the next moment at which somebody is due, but not past the end; one move after the other. */
  const move = (end: number, isOver: () => boolean = () => false): Promise<void> =>
    (moved = moved.then(async () => {
      await calm()
      if (isOver() || (end === Infinity && sleepers.size === 0)) return
      now = Math.max(now, Math.min(end, Math.max(now + strideMs, Math.min(...sleepers.values()))))
      const woken = [...sleepers].filter(([, at]) => at <= now).sort(([, one], [, other]) => one - other)
      for (const [wake] of woken) wake()
    }))

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(wake)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        if (signal?.aborted) {
          resolve()
          return
        }
        if (ms < FOREVER_MS) sleepers.set(wake, now + ms)
        signal?.addEventListener('abort', wake)
      }),
    during: (work) => {
      const over = (): void => void underWay.delete(ended)
      const ended = work.then(over, over)
      underWay.add(ended)
      return work
    },
    pass: async (ms) => {
      const end = now + ms
      while (now < end) await move(end)
      await calm()
    },
    until: async (awaited) => {
      let over = false as boolean
      const ended = (): void => void (over = true)
      awaited.then(ended, ended)
      while (!over) await move(Infinity, () => over)
      return awaited
    },
  }
}

/** No time passes while a chat is being called. */
export const duringCalls = ({ during }: SteppedClock, chat: Chat): Chat => ({
  ...chat,
  send: (...call) => during(chat.send(...call)),
  identify: (...call) => during(chat.identify(...call)),
})
