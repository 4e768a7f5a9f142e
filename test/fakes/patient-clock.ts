/** A clock that stands still: nothing is ever late, however slow the machine is. A sleep ends by its signal alone. */
import type { Clock } from '../../src/core/ports/clock'

export const patientClock: Clock = {
  now: () => 0,
  sleep: (_, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) resolve()
      else signal?.addEventListener('abort', () => resolve(), { once: true })
    }),
}
