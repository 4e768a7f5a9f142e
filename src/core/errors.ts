/**
 * Two kinds of "no". A Refusal is an answer: it is a value, people read it, and it says what would be right.
 * A Fault is a breakage: it is thrown, operators read it, and people see only its code.
 * (The third kind, an unknown outcome of a call to a host, is a value of `StepResult` in ports.ts.)
 */

/** Why something was not done. `next` tells the person what to do instead. */
export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
  readonly next?: string
}

export type RefusalCode =
  | 'syntax'
  | 'unknown-name'
  | 'not-allowed'
  | 'not-possible'
  | 'busy'
  | 'paused'
  | 'blocked'
  | 'unreachable'
  | 'stale'
  | 'finished'

export const refusal = (code: RefusalCode, reason: string, next?: string): Refusal =>
  next === undefined ? { code, reason } : { code, reason, next }

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusals: readonly Refusal[] }

export const accepted = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const refused = <T = never>(...refusals: readonly Refusal[]): Outcome<T> => ({ ok: false, refusals })

/** Every reason of each that is refused. */
export const refusedBy = (...outcomes: readonly Outcome<unknown>[]): Outcome<never> =>
  refused(...outcomes.flatMap((each) => (each.ok ? [] : each.refusals)))

export type FaultCode = 'host-unreachable' | 'store' | 'chat' | 'config' | 'internal'

/** Thrown when something broke. `doing` names the activity; chain with `cause`. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode

  constructor(code: FaultCode, doing: string, cause?: unknown) {
    super(cause === undefined ? doing : `${doing}: ${messageOf(cause)}`, { cause })
    this.code = code
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
