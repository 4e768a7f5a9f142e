/**
 * Can this process take a delivery and store it? What chats and hosts do is no part of the answer: a bot that were taken
 * out of service for them could not even say what is wrong.
 */
import type { Bot } from './bot'
import type { Clock } from './core/ports'
import { tryWriting, type Db } from './store/database'
import type { Trouble } from './store/trouble'

export type Readiness =
  | { readonly status: 'ready' }
  | { readonly status: 'stopping' }
  | { readonly status: 'not ready'; readonly missing: readonly Lack[] }

/** What does not work, and what to do about it; anybody may read it. */
export interface Lack extends Trouble {
  readonly part: string
}

interface Asked {
  readonly db: Db
  readonly bot: Pick<Bot, 'isStopping' | 'stuckIn'>
  readonly clock: Clock
}

/** Whoever asks more often is answered by the write that was tried last: strangers may ask, and each write costs the disk. */
const TRIED_EVERY_MS = 1_000
/** Whoever asks mostly waits for no more than five seconds. */
const WRITE_MS = 3_000

const SILENT: Trouble = {
  reason: 'a write has not ended in time',
  next: 'Look at the disk of DATA_DIR, and start the bot again; nothing that was acknowledged is lost.',
}
const STUCK: Trouble = {
  reason: 'no progress for two minutes',
  next: 'Look at the log, and start the bot again; it goes on where it was.',
}

export const readinessOf = ({ db, bot, clock }: Asked): (() => Promise<Readiness>) => {
  let last: { readonly at: number; readonly trouble: Promise<Trouble | null> } | null = null
  let underWay = false

  const tried = (): Promise<Trouble | null> => {
    const at = clock.now()
    if (last && (underWay || at - last.at < TRIED_EVERY_MS)) return last.trouble
    underWay = true
    const trouble = tryWriting(db).finally(() => (underWay = false))
    last = { at, trouble }
    return trouble
  }

  const inTime = async (): Promise<Trouble | null> => {
    const over = new AbortController()
    const late = clock.sleep(WRITE_MS, over.signal).then(() => SILENT)
    const first = await Promise.race([tried(), late])
    over.abort()
    return first
  }

  return async () => {
    if (bot.isStopping()) return { status: 'stopping' }
    const trouble = await inTime()
    const missing = [
      ...(trouble ? [{ part: 'store', ...trouble }] : []),
      ...bot.stuckIn().map((part) => ({ part, ...STUCK })),
    ]
    return missing.length === 0 ? { status: 'ready' } : { status: 'not ready', missing }
  }
}
