/** Virtual time: it passes only while somebody sleeps, and every sleep is over at once. */
import type { Clock } from '../../src/core/ports/clock'

export const NINE_O_CLOCK = Date.UTC(2026, 0, 5, 9)

/** A sleep that is cut short by its signal lets no time pass. */
export const fakeClock = (start = NINE_O_CLOCK): Clock => {
  let now = start
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve()
          return
        }
        const until = now + ms
        const wake = (): void => {
          clearImmediate(turn)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const turn = setImmediate(() => {
          now = Math.max(now, until)
          wake()
        })
        signal?.addEventListener('abort', wake)
      }),
  }
}
