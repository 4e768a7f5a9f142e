/** Slack may be down for hours: what has to be asked of it is asked again until it answers. */
import { WebAPIHTTPError, WebAPIRateLimitedError } from '@slack/web-api'
import { Fault, messageOf } from '../../core/errors'
import type { Clock } from '../../core/ports/clock'
import type { Log } from '../log'
import { platformCode, tokenTrouble } from './outcome'

const FIRST_MS = 1_000
const SLOWEST_MS = 60_000

/** Slack gave no answer that settles the matter; a later one may. */
export class SlackDown extends Fault {
  /** Slack asks to be left alone for so long. */
  readonly afterMs: number

  constructor(doing: string, cause: unknown) {
    super('chat', doing, cause)
    this.afterMs = afterMsOf(cause)
  }
}

const afterMsOf = (error: unknown): number => {
  if (error instanceof WebAPIRateLimitedError) return error.retryAfter * 1_000
  const header: unknown = error instanceof WebAPIHTTPError ? Reflect.get(error.headers, 'retry-after') : null
  const seconds = typeof header === 'string' ? Number(header) : 0
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0
}

/** Does the answer say that the token is wrong? Whatever else goes wrong may pass. */
export const saysWrongToken = (error: unknown): boolean => {
  const code = platformCode(error)
  return (
    code !== null && (tokenTrouble.has(code) || code === 'missing_scope' || code === 'not_allowed_token_type')
  )
}

export interface Patience {
  readonly clock: Clock
  readonly log: Log
  readonly stopping: AbortSignal
}

/** Tries again after SlackDown, ever more slowly, and throws what else is thrown. Null when it is stopped meanwhile. */
export const patiently = async <T>(
  attempt: () => Promise<T>,
  { clock, log, stopping }: Patience,
): Promise<T | null> => {
  for (let waitMs = FIRST_MS; !stopping.aborted; waitMs = Math.min(waitMs * 2, SLOWEST_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof SlackDown)) throw error
      const againInMs = Math.max(waitMs, error.afterMs)
      log.warn({ error: messageOf(error), againInMs }, 'slack: no answer yet')
      await clock.sleep(againInMs, stopping)
    }
  }
  return null
}
