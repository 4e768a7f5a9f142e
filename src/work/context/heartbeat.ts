/** Something to be done again and again while other work takes its time. */
import { messageOf } from '../../core/errors'
import type { Context } from './context'

/**
 * The result of `work`; each `everyMs` until it is there, `tick` is called, at most `times`. A tick that fails is logged and ends the
 * ticking: it must neither spoil the work nor be lost.
 */
export const withHeartbeat = async <T>(
  { clock, log }: Pick<Context, 'clock' | 'log'>,
  { everyMs, times = Infinity }: { readonly everyMs: number; readonly times?: number },
  tick: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> => {
  const done = new AbortController()
  const ticking = async (): Promise<void> => {
    for (let n = 0; n < times; n++) {
      await clock.sleep(everyMs, done.signal)
      if (done.signal.aborted) return
      await tick()
    }
  }
  const ticks = ticking().catch((error: unknown) => {
    log.error({ error: messageOf(error) }, 'telling that work takes its time')
  })
  try {
    return await work()
  } finally {
    done.abort()
    await ticks
  }
}
