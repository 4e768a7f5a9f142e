/** Time that passes many times as fast as it does outside: hours of waiting for a chat are over in seconds. */
import { systemClock } from '../../src/clock'
import type { Clock } from '../../src/core/ports'

export const fastClock = (times: number): Clock => {
  const start = systemClock.now()
  return {
    now: () => start + (systemClock.now() - start) * times,
    // A timer cannot wait longer than that; a sleep without an end in sight is ended by its signal.
    sleep: (ms, signal) => systemClock.sleep(Math.min(ms / times, 2 ** 31 - 1), signal),
  }
}
