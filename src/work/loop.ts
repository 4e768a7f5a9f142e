/** A loop that works when it is woken, or when the time comes that it asked for; one turn at a time. */
import type { Clock } from '../core/ports'

export interface Loop {
  readonly wake: () => void
  /** Resolves when the turn under way has ended. */
  readonly stop: () => Promise<void>
}

/** `turn` returns in how many milliseconds it wants the next turn, or null to wait for a wake. It must not throw. */
export const startLoop = (clock: Clock, turn: () => Promise<number | null>): Loop => {
  let woken = true
  const stopping = new AbortController()
  const stopped = (): boolean => stopping.signal.aborted
  let sleeping = new AbortController()

  const run = async (): Promise<void> => {
    let pauseMs: number | null = 0
    while (!stopped()) {
      if (!woken) await clock.sleep(pauseMs ?? FOREVER_MS, sleeping.signal)
      if (stopped()) return
      sleeping = new AbortController()
      woken = false
      pauseMs = await turn()
    }
  }
  const ended = run()

  const wake = (): void => {
    woken = true
    sleeping.abort()
  }
  return {
    wake,
    stop: async () => {
      stopping.abort()
      wake()
      await ended
    },
  }
}

const FOREVER_MS = 2 ** 31 - 1
