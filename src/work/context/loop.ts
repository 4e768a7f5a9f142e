/** A loop that works when it is woken, or when the time comes that it asked for; one turn at a time. */
import { messageOf } from '../../core/errors'
import type { Context } from './context'

export interface Loop {
  readonly wake: () => void
  /** Takes no new work. Resolves when what is under way has ended. */
  readonly stop: () => Promise<void>
  /** What has begun and not ended, in words. */
  readonly underWay: () => readonly string[]
  /** What it has not got done for two minutes although it waits for nobody, in words; null when all is well. */
  readonly stuckIn: () => string | null
}

export interface Duty {
  /** In words, for the log and for whoever looks after the bot. */
  readonly doing: string
  /** `others`: a turn asks hosts or chats, and may take as long as they do. */
  readonly waitsFor: 'nobody' | 'others'
}

const STUCK_MS = 2 * 60_000
const RETRY_MS = 2_000
const FOREVER_MS = 2 ** 31 - 1

/**
 * `turn` returns in how many milliseconds it wants the next turn, or null to wait for a wake. One that throws is logged
 * and taken again.
 */
export const startLoop = (
  { clock, log }: Pick<Context, 'clock' | 'log'>,
  { doing, waitsFor }: Duty,
  turn: () => Promise<number | null>,
): Loop => {
  let woken = true
  const stopping = new AbortController()
  const stopped = (): boolean => stopping.signal.aborted
  let sleeping = new AbortController()
  let inTurn = false
  /** When the first turn began since one ended well. */
  let since: number | null = null

  const take = async (): Promise<number | null> => {
    inTurn = true
    since ??= clock.now()
    try {
      const pauseMs = await turn()
      since = null
      return pauseMs
    } catch (error) {
      log.error({ error: messageOf(error) }, doing)
      return RETRY_MS
    } finally {
      inTurn = false
    }
  }

  const run = async (): Promise<void> => {
    let pauseMs: number | null = 0
    while (!stopped()) {
      if (!woken) await clock.sleep(pauseMs ?? FOREVER_MS, sleeping.signal)
      if (stopped()) return
      sleeping = new AbortController()
      woken = false
      pauseMs = await take()
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
    underWay: () => (inTurn ? [doing] : []),
    stuckIn: () =>
      waitsFor === 'nobody' && since !== null && clock.now() - since >= STUCK_MS ? doing : null,
  }
}
