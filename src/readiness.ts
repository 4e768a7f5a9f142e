/**
 * Can this process take a delivery and store it? What chats and hosts do is no part of the answer: a bot that were taken
 * out of service for them could not even say what is wrong.
 */
import type { Bot } from './bot'
import type { ChatName } from './core/ports/chat-name'
import type { Clock } from './core/ports/clock'
import { tryWriting, type Db } from './store/database'
import { silentAmong } from './store/fleet'
import { waitingPosts } from './store/arrivals'
import type { Trouble } from './store/trouble'

export type Readiness =
  | { readonly status: 'ready'; readonly others: Others | null }
  | { readonly status: 'stopping' }
  | { readonly status: 'not ready'; readonly missing: readonly Lack[]; readonly others: Others | null }

/** How those do that the bot works with, which never makes it say no; numbers alone, since anybody may read them. */
interface Others {
  /** Posts that a chat has not taken in several tries. */
  readonly postsWaiting: Readonly<Record<ChatName, number>>
  readonly hosts: { readonly configured: number; readonly silent: number }
}

/** What does not work, and what to do about it; anybody may read it. */
interface Lack extends Trouble {
  readonly part: string
}

interface Asked {
  readonly db: Db
  readonly bot: Pick<Bot, 'isStopping' | 'stuckIn'>
  readonly clock: Clock
  /** By name; some may come later. */
  readonly hosts: ReadonlyMap<string, unknown>
}

interface Tried {
  readonly trouble: Trouble | null
  readonly others: Others | null
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

export const readinessOf = ({ db, bot, clock, hosts }: Asked): (() => Promise<Readiness>) => {
  let last: { readonly at: number; readonly tried: Promise<Tried> } | null = null
  let underWay = false

  const tried = (): Promise<Tried> => {
    const at = clock.now()
    if (last && (underWay || at - last.at < TRIED_EVERY_MS)) return last.tried
    underWay = true
    const tried = tryOnce(db, [...hosts.keys()]).finally(() => (underWay = false))
    last = { at, tried }
    return tried
  }

  const inTime = async (): Promise<Tried> => {
    const over = new AbortController()
    const late = clock.sleep(WRITE_MS, over.signal).then(() => ({ trouble: SILENT, others: null }))
    const first = await Promise.race([tried(), late])
    over.abort()
    return first
  }

  return async () => {
    if (bot.isStopping()) return { status: 'stopping' }
    const { trouble, others } = await inTime()
    const missing = [
      ...(trouble ? [{ part: 'store', ...trouble }] : []),
      ...bot.stuckIn().map((part) => ({ part, ...STUCK })),
    ]
    return missing.length === 0 ? { status: 'ready', others } : { status: 'not ready', missing, others }
  }
}

/** What cannot be read of others is not known, and no reason to say no. */
const tryOnce = async (db: Db, hosts: readonly string[]): Promise<Tried> => ({
  trouble: await tryWriting(db),
  others: await othersIn(db, hosts).catch(() => null),
})

const othersIn = async (db: Db, hosts: readonly string[]): Promise<Others> => ({
  postsWaiting: await waitingPosts(db),
  hosts: { configured: hosts.length, silent: await silentAmong(db, hosts) },
})
