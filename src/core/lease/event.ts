/** What can happen to a lease. Each event brings its time, in epoch milliseconds. */
import type { LeaseCaps } from './caps'
import type { ReminderMark } from './marks'

export type LeaseEvent =
  /** The caps are those of the policy at that moment. */
  | {
      readonly kind: 'extend'
      readonly by: string
      readonly at: number
      readonly to: number
      readonly caps: LeaseCaps
      /** What is approved from now on, in place of what the lease says. */
      readonly approvedUntil?: number | null
    }
  | { readonly kind: 'remind'; readonly at: number; readonly mark: ReminderMark }
  /** `graceMs` null: the policy only warns, and waits for a person. */
  | { readonly kind: 'end'; readonly at: number; readonly graceMs: number | null }
  /** Those who hold something else in the VM that the release stops were told. */
  | { readonly kind: 'give-notice'; readonly at: number; readonly people: string[] }
  | { readonly kind: 'postpone'; readonly at: number; readonly person: string }
  /** The holder gives it back, and so ends its time; `people` hold something else in the VM, and were told. */
  | {
      readonly kind: 'give-back'
      readonly by: string
      readonly at: number
      readonly people: string[]
      readonly reason?: string | undefined
    }
  /** The holder gives it back. */
  | { readonly kind: 'done'; readonly by: string; readonly at: number; readonly request: string }
  /** `by` null: the bot itself, once the grace is over. */
  | {
      readonly kind: 'begin-release'
      readonly by: string | null
      readonly at: number
      readonly request: string
    }
  | { readonly kind: 'fail-release'; readonly at: number; readonly why: string }
  | { readonly kind: 'finish-release'; readonly at: number }
  /** It was time to take it back, and that could not be. */
  | { readonly kind: 'be-overdue'; readonly at: number; readonly why: string }
  | { readonly kind: 'move'; readonly by: string; readonly at: number }
  | { readonly kind: 'lose'; readonly at: number; readonly found: string }
