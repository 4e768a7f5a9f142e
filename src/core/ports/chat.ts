/** What the bot asks of a chat; src/chat has an adapter for each. */
import type { Notice } from '../notice/notice'
import type { Address } from './address'

/** Who the bot is in its workspace of Slack. */
export interface BotIdentity {
  readonly teamId: string
  readonly botId: string
  readonly botUserId: string
  readonly teamName: string
}

export type Identity =
  { readonly kind: 'member'; readonly name: string } | { readonly kind: 'stranger'; readonly why: string }

/** Reference to a message that was posted, opaque outside its adapter. */
export type MessageRef = string

export type SendResult =
  | { readonly kind: 'sent'; readonly ref: MessageRef | null }
  | { readonly kind: 'later'; readonly afterMs: number; readonly why: string }
  /** It may have been posted. */
  | { readonly kind: 'unknown'; readonly why: string }
  /**
   * It will never work: the channel is gone, the bot is not in it, the message can no longer be edited. `gone`: there is no
   * such message any more.
   */
  | { readonly kind: 'impossible'; readonly code: string; readonly next: string; readonly gone?: true }

/** A chat adapter knows its own addresses; `chats.ts` makes one of both. */
export interface Chat<To extends Address = Address> {
  /**
   * Posts the notice, or edits the message `ref` to it. A post goes into the thread of the message `under`, where the
   * place has threads. Never throws.
   */
  send(to: To, notice: Notice, ref: MessageRef | null, under?: MessageRef | null): Promise<SendResult>
  /**
   * Is this account a full member of our own workspace or tenant? Guests, bots and others are strangers. `seenAt` is where
   * the account did something: Teams knows people by conversation. `afresh`: what is remembered does not count. Throws
   * Fault('chat') where the chat does not say.
   */
  identify(account: string, seenAt: To, how?: { readonly afresh: boolean }): Promise<Identity>
  /** Where a message that was posted can be opened; null where that cannot be found out. Never throws. */
  linkTo(to: To, ref: MessageRef): Promise<string | null>
  /** Shows that an answer is coming; that it could not is not told. Absent where the chat has no sign for it. */
  typing?(to: To): void
}
