/** The bot between its borders: a store, a chat, hosts; the workers that move requests along. */
import type { Chat, Clock, Inbox } from './core/ports'
import type { Store } from './store/database'
import { openInbox } from './store/inbox'
import { startDelivering } from './work/deliver'
import { startIntake } from './work/intake'
import type { Loop } from './work/loop'
import type { Limits, Parts } from './work/parts'
import { startRunning } from './work/run'
import { startPolling } from './work/poll'
import { startWatching } from './work/watch'

export const LIMITS: Limits = {
  requestExpiresMs: 30 * 60_000,
  pollMs: 15_000,
  hostPatienceMs: 30 * 60_000,
  guestPatienceMs: 3 * 60_000,
  tickMs: 5_000,
}

export interface Bot {
  readonly inbox: Inbox
  /** Ends the turn under way of each worker; what is not finished goes on after the next start. */
  stop(): Promise<void>
}

export type BotOptions = Omit<Parts, 'db' | 'wake' | 'rush' | 'chat'> & {
  readonly store: Store
  readonly chat: Chat
  /** From 0 to less than 1; how hosts are kept from being read all at once. */
  readonly random?: () => number
}

/** Hosts that take longer are known when they answer. */
const FIRST_READING_MS = 30_000

/** Reads every host and group once, then starts the workers. */
export const startBot = async ({ store, random = Math.random, ...options }: BotOptions): Promise<Bot> => {
  let workers: { intake: Loop; run: Loop; deliver: Loop } | null = null
  const wake = {
    intake: () => workers?.intake.wake(),
    run: () => workers?.run.wake(),
    deliver: () => workers?.deliver.wake(),
  }
  const inbox = openInbox(store.db, options.clock, wake.intake)
  const parts: Parts = { ...options, db: store.db, wake, rush: inbox.rush }
  const polling = startPolling(parts, random)
  await Promise.all([parts.policy.refresh(), patiently(parts.clock, polling.begun)])
  const started = { intake: startIntake(parts), run: startRunning(parts), deliver: startDelivering(parts) }
  workers = started
  const watchers = startWatching(parts)
  return {
    inbox,
    stop: async () => {
      await Promise.all([polling, started.intake, started.run, ...watchers].map((loop) => loop.stop()))
      await started.deliver.stop()
    },
  }
}

const patiently = async (clock: Clock, done: Promise<void>): Promise<void> => {
  const over = new AbortController()
  await Promise.race([done, clock.sleep(FIRST_READING_MS, over.signal)])
  over.abort()
}
