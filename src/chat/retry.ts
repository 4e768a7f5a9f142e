/** When what a chat did not take is tried again; the outbox keeps the time. */
import type { SendResult } from '../core/ports/chat'

/** Whether doing it twice would show twice. */
export type Repeatable = 'edit' | 'post'

export const pauseMs = { rateLimited: 30_000, unreachable: 5_000, refusedOnTheWay: 60_000 } as const

/** The seconds of a Retry-After header, as milliseconds. */
export const retryAfterMs = (header: string | null): number => {
  const seconds = Number(header ?? 'NaN')
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : pauseMs.rateLimited
}

/** Nobody knows what became of it. An edit may be done twice. */
export const inDoubt = (repeatable: Repeatable, why: string): SendResult =>
  repeatable === 'edit' ? { kind: 'later', afterMs: pauseMs.unreachable, why } : { kind: 'unknown', why }
