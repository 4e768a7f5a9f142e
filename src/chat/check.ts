import type { Outcome } from '../core/errors'

/** One thing that a chat needs, tried. A refusal of the code `unreachable` says that nobody knows. */
export interface ChatCheck {
  readonly what: string
  readonly outcome: Outcome<string>
}
