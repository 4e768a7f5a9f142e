/**
 * Hosts are read again and again, a few at a time, each in its own rhythm: one that does not answer is asked less and less
 * often, and one that does is back to the usual period at once. One that is new is read at once.
 */
import { messageOf } from '../../core/errors'
import { pauseAtFirst, pauseBefore } from '../../core/time/polling'
import type { Host } from '../../core/ports/host'
import { startLoop, type Loop } from '../context/loop'
import type { Context } from '../context/context'
import { refreshHost } from '../readings/reading'

const AT_ONCE = 16

export interface Polling extends Loop {
  /** Resolves once every host that was there at the start was asked. */
  readonly begun: Promise<void>
  /** Hosts that are new, and those that did not answer, are asked at once. */
  readonly hurry: () => void
}

interface Rhythm {
  readonly host: Host
  dueAt: number
  failures: number
  isNew: boolean
}

/** `random` is from 0 to less than 1, as Math.random. */
export const startPolling = (context: Context, random: () => number): Polling => {
  const { clock, limits } = context
  const rhythms: Rhythm[] = []
  const meet = (): void => {
    for (const host of context.hosts.values())
      if (!rhythms.some((each) => each.host === host))
        rhythms.push({ host, dueAt: clock.now(), failures: 0, isNew: true })
  }
  meet()
  const first = [...rhythms]
  const active = new Map<Rhythm, Promise<void>>()
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const beginOnceAsked = (): void => {
    if (first.every(({ isNew }) => !isNew)) begin()
  }
  beginOnceAsked()

  const read = async (rhythm: Rhythm): Promise<void> => {
    const answered = await readOnce(context, rhythm.host)
    rhythm.failures = answered ? 0 : rhythm.failures + 1
    const pace = { everyMs: limits.pollMs, failures: rhythm.failures, chance: random() }
    rhythm.dueAt = clock.now() + (rhythm.isNew ? pauseAtFirst(pace) : pauseBefore(pace))
    rhythm.isNew = false
    beginOnceAsked()
    active.delete(rhythm)
    loop.wake()
  }

  const turn = (): Promise<number | null> => {
    const waiting = rhythms.filter((each) => !active.has(each)).sort((a, b) => a.dueAt - b.dueAt)
    const now = clock.now()
    const due = waiting.filter(({ dueAt }) => dueAt <= now).slice(0, AT_ONCE - active.size)
    for (const rhythm of due) active.set(rhythm, read(rhythm))
    const next = waiting[due.length]
    return Promise.resolve(next && active.size < AT_ONCE ? next.dueAt - now : null)
  }

  const loop = startLoop(context, { doing: 'choosing hosts to read', waitsFor: 'nobody' }, turn)
  return {
    ...loop,
    begun,
    hurry: () => {
      meet()
      for (const rhythm of rhythms)
        if (rhythm.failures > 0) rhythm.dueAt = Math.min(rhythm.dueAt, clock.now())
      loop.wake()
    },
    stop: async () => {
      await loop.stop()
      await Promise.all(active.values())
    },
    underWay: () => [...loop.underWay(), ...[...active.keys()].map(({ host }) => `reading ${host.name}`)],
  }
}

const readOnce = async (context: Context, host: Host): Promise<boolean> => {
  try {
    return await refreshHost(context, host)
  } catch (error) {
    context.log.error({ host: host.name, error: messageOf(error) }, 'reading a host')
    return false
  }
}
