/** The engine as it is now: started when it is first needed, and again after it has ended. */
import { Fault, messageOf } from '../../../core/errors'
import type { Clock } from '../../../core/ports/clock'
import type { Engine } from './engine'

const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000
/** An engine that lived this long did not fail because it was started. */
const HEALTHY_MS = 60_000

export interface SupervisedEngine {
  /** Throws Fault('config') when it does not start, or has failed so lately that it is not tried again yet. */
  readonly get: () => Promise<Engine>
  readonly stop: () => Promise<void>
}

export const superviseEngine = (
  start: () => Promise<Engine>,
  { clock, ended }: { readonly clock: Clock; readonly ended: (why: string) => void },
): SupervisedEngine => {
  let current: Promise<Engine> | null = null
  let failures = 0
  let last = { why: '', retryAt: 0 }
  let stopped = false

  const failed = (why: string): void => {
    current = null
    if (stopped) return
    failures += 1
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
    last = { why, retryAt: clock.now() + pause }
    ended(why)
  }
  const open = async (): Promise<Engine> => {
    const startedAt = clock.now()
    const engine = await start().catch((error: unknown) => {
      failed(messageOf(error))
      throw error
    })
    void engine.ended.then((why) => {
      if (clock.now() - startedAt >= HEALTHY_MS) failures = 0
      failed(why)
    })
    return engine
  }
  return {
    get: () => {
      if (stopped) return Promise.reject(new Fault('config', 'PowerShell was stopped'))
      if (!current && clock.now() < last.retryAt)
        return Promise.reject(
          new Fault('config', `PowerShell failed a moment ago and is started again soon: ${last.why}`),
        )
      current ??= open()
      return current
    },
    stop: async () => {
      stopped = true
      const engine = await current?.catch(() => null)
      await engine?.stop()
    },
  }
}
