/** The bot between its borders: a store, a chat, hosts; the workers that move requests along. */
import type { Chat } from './core/ports/chat'
import type { Clock } from './core/ports/clock'
import type { Inbox } from './core/ports/delivery'
import type { Store } from './store/database'
import { openInbox } from './store/inbox'
import { sweep } from './store/sweep'
import { openAwaited } from './work/context/awaited'
import { startDelivering } from './work/loops/deliver'
import { startIntake } from './work/loops/intake'
import type { Loop } from './work/context/loop'
import type { HostChanges, TimeLimits, Context } from './work/context/context'
import { policyRead } from './work/changes/request/rejudge'
import { takeHosts } from './work/commands/reload'
import { startRunning } from './work/operation/run'
import { startPolling, type Polling } from './work/loops/poll'
import { startWatching } from './work/loops/watch'

export const TIME_LIMITS: TimeLimits = {
  requestExpiresMs: 240 * 60_000,
  pollMs: 15_000,
  hostPatienceMs: 30 * 60_000,
  guestPatienceMs: 3 * 60_000,
  tickMs: 5_000,
}

export interface Bot {
  readonly inbox: Inbox
  /** Takes in hosts that were added to the configuration, and asks them, and those that did not answer, at once. */
  takeHosts(): HostChanges
  /** The policy was read, or knows by now whom it names: what it judges otherwise is void. */
  policyRead(): Promise<void>
  /** What the workers have not got done for two minutes although it waits for nobody, in words. */
  stuckIn(): readonly string[]
  /** True from the first call of `stop` on. */
  isStopping(): boolean
  /**
   * No worker takes new work from now on. Resolves when what is under way has ended, or after seven seconds: what is not
   * finished goes on after the next start, and the log says what that is. The inbox still takes deliveries.
   */
  stop(): Promise<void>
}

export type BotOptions = Omit<Context, 'db' | 'wake' | 'rush' | 'awaited' | 'chat'> & {
  readonly store: Store
  readonly chat: Chat
  /** From 0 to less than 1; how hosts are kept from being read all at once. */
  readonly random?: () => number
}

/** Hosts that take longer are known when they answer. */
const FIRST_READING_MS = 30_000

/**
 * Who stops a program often kills it after ten seconds. A step on a host may take minutes; to be killed in it is safe, so
 * it is not waited for longer than most need.
 */
const LAST_WORK_MS = 7_000

/** A client shows that it waits for the answer to a press, and gives up after some ten seconds. */
const PRESS_MS = 2_000

/** Reads every host and group once, then starts the workers. */
export const startBot = async ({ store, random = Math.random, ...options }: BotOptions): Promise<Bot> => {
  let workers: { intake: Loop; run: Loop; deliver: Loop; polling: Polling } | null = null
  const wake = {
    intake: () => workers?.intake.wake(),
    run: () => workers?.run.wake(),
    deliver: () => workers?.deliver.wake(),
    hosts: () => workers?.polling.hurry(),
  }
  const inbox = openInbox(store.db, options.clock, wake.intake)
  const awaited = openAwaited(options.clock)
  const context: Context = { ...options, db: store.db, wake, rush: inbox.rush, awaited }
  await sweep(store.db, options.clock.now())
  const polling = startPolling(context, random)
  await Promise.all([context.policy.refresh(), inTime(context.clock, FIRST_READING_MS, polling.begun)])
  // Its file may have changed while the bot was down.
  await policyRead(context)
  const started = {
    intake: startIntake(context),
    run: startRunning(context),
    deliver: startDelivering(context),
  }
  workers = { ...started, polling }
  const loops = [polling, started.intake, started.run, started.deliver, ...startWatching(context)]
  let stopped: Promise<void> | null = null

  const stop = async (): Promise<void> => {
    await inTime(context.clock, LAST_WORK_MS, Promise.all(loops.map((loop) => loop.stop())))
    const left = loops.flatMap((loop) => loop.underWay())
    if (left.length > 0)
      context.log.warn({ left }, 'stopped with work under way, which the next start goes on with')
  }
  return {
    inbox: {
      accept: inbox.accept,
      acceptPress: (press) => awaited.within(press.id, PRESS_MS, () => inbox.accept(press)),
    },
    takeHosts: () => takeHosts(context),
    policyRead: () => policyRead(context),
    stuckIn: () => loops.flatMap((loop) => loop.stuckIn() ?? []),
    isStopping: () => stopped !== null,
    stop: () => (stopped ??= stop()),
  }
}

/** Resolves when it is done, or so much later. */
const inTime = async (clock: Clock, ms: number, done: Promise<unknown>): Promise<void> => {
  const over = new AbortController()
  await Promise.race([done, clock.sleep(ms, over.signal)])
  over.abort()
}
