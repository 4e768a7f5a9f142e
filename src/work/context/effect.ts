/** What a delivery leads to: rows, written in its own transaction, and a private answer if there is one to give. */
import type { Notice } from '../../core/notice/notice'
import type { Address } from '../../core/ports/address'
import type { Tx } from '../../store/database'

export type Effect = (tx: Tx) => Promise<Notice | null>

export interface Caller {
  readonly account: string
  readonly name: string
  readonly channel: Address
  /** Where only they read it. */
  readonly back: Address
  /** Where they are told later what concerns nobody else; absent where the chat did not say. */
  readonly privately?: Address | undefined
}

export const say =
  (notice: Notice): Effect =>
  () =>
    Promise.resolve(notice)
