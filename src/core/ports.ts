/** The borders of the core: types only. Two chats, two kinds of host, one clock; the store is reached through kysely. */
import { z } from 'zod'
import { LONGEST_LEASE_MS } from './lease/span'
import type { BotId, Fence } from './fence'
import type { HostFacts, HostName, InstanceId, VmId } from './inventory'
import { LONGEST_TEXT, type Notice } from './notice'
import type { Expectation, Step } from './plan/step'

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

// ---- hosts ----

export interface StepOrder {
  readonly step: Step
  readonly expects: Expectation
  /** The claim that it belongs to; the host refuses one of another bot, and one lower than the highest it has seen. */
  readonly fence: Fence
}

/** The host is to take the orders of this bot, and no longer those of another. */
export interface Adoption {
  readonly from: BotId
  /** The first claim of this bot: above what the host has seen. */
  readonly fence: Fence
}

/** Refusal codes are the host's own, never its message: messages are localised. */
export type StepResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly why: string }

export type SmiTarget = { readonly kind: 'host' } | { readonly kind: 'guest'; readonly vm: VmId }
/** Raw answer of nvidia-smi; `not-run` when the target could not be asked at all. */
export type SmiAnswer =
  | {
      readonly kind: 'ran'
      readonly exitCode: number
      readonly stdout: string
      readonly problemCode: number | null
    }
  | { readonly kind: 'not-run'; readonly why: string }

/** A process that computes on a GPU of a guest. */
export interface GuestProcess {
  readonly pid: number
  readonly name: string
  readonly usedBytes: number | null
}

/** What goes on in a guest; null where it cannot be asked for that, or did not answer in time. */
export interface GuestUse {
  readonly smi: SmiAnswer
  readonly processes: readonly GuestProcess[] | null
  /** Accounts that are logged on, without the bot's own. */
  readonly people: readonly string[] | null
}

export interface Host {
  readonly name: HostName
  /** All facts in one round trip. Throws Fault('host-unreachable'). */
  inventory(): Promise<HostFacts>
  /** Performs one step. Never throws: a lost connection is `unknown`. */
  run(order: StepOrder): Promise<StepResult>
  /**
   * Refused with Busy while a step is under way, with RecentOrder until ten minutes after the last one, and with OtherBot
   * where the host does not take the orders of `from`. Never throws.
   */
  adopt(adoption: Adoption): Promise<StepResult>
  /**
   * A GPU that the host shows no more is not in its facts until the host shows it again, then by the same slot. Throws
   * Fault('store') where that cannot be remembered.
   */
  forget(gpu: InstanceId): void
  /** Reads `nvidia-smi --query-gpu=...` as CSV (core/smi.ts names the fields). Never throws. */
  smi(target: SmiTarget): Promise<SmiAnswer>
  /** What a stop of this VM would interrupt, within some seconds. Never throws. Absent: its guests are not asked. */
  use?(vm: VmId): Promise<GuestUse>
}

// ---- chat ----

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** An account as the chat names it: `slack:T123/U456`, or tenant and object id in Entra: `teams:<guid>/<guid>`. */
export const account = z.string().regex(new RegExp(`^(?:slack:[A-Z0-9]+/[A-Z0-9]+|teams:${guid}/${guid})$`))

const teamsPlace = {
  chat: z.literal('teams'),
  /** Of the Bot Connector; together with the conversation it is all that a post needs, now or in a month. */
  serviceUrl: z.string(),
  conversation: z.string(),
}

const slackPlace = {
  chat: z.literal('slack'),
  channel: z.string(),
  /** The message in whose thread it goes; absent outside of threads. */
  thread: z.string().exactOptional(),
}

const slackAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), ...slackPlace }),
  z.object({
    kind: z.literal('private'),
    ...slackPlace,
    user: z.string(),
    /** Capability URL with 5 uses in 30 minutes; never logged. */
    replyUrl: z.string().nullable(),
    replyUntil: z.number(),
  }),
])
export type SlackAddress = z.infer<typeof slackAddress>

const teamsAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), ...teamsPlace }),
  /** `user` is Teams' id of the person for this bot; `conversation` is where they pressed. */
  z.object({ kind: z.literal('private'), ...teamsPlace, user: z.string() }),
])
export type TeamsAddress = z.infer<typeof teamsAddress>

/** Where an answer can go. A private one is for the one who asked. */
export const address = z.discriminatedUnion('chat', [slackAddress, teamsAddress])
export type Address = z.infer<typeof address>

/** Something a person did, verified by the adapter, not yet understood. `id` is the identity of the action, for deduplication. */
export const delivery = z.object({
  id: z.string().min(1).max(500),
  at: z.number(),
  from: account,
  channel: address,
  back: address,
  said: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), text: z.string().max(LONGEST_TEXT) }),
    z.object({
      kind: z.literal('decide'),
      verdict: z.enum(['approve', 'deny', 'cancel']),
      requestId: z.string().max(200),
      version: z.number().int(),
    }),
    z.object({
      kind: z.literal('lease'),
      verb: z.enum(['extend', 'done']),
      leaseId: z.string().max(200),
      version: z.number().int(),
      byMs: z.number().int().positive().max(LONGEST_LEASE_MS).optional(),
    }),
    z.object({
      kind: z.literal('offer'),
      verdict: z.enum(['take', 'leave']),
      entryId: z.string().max(200),
      version: z.number().int(),
    }),
  ]),
  /** Where the person is told, also later, what nobody else shall read. */
  privately: address.optional(),
  /** The message whose button was pressed, as the adapter refers to its own posts. */
  on: z.string().max(700).optional(),
})
export type Delivery = z.infer<typeof delivery>

/** What came of a press, for the one who pressed and still waits. */
export type CameOf =
  /** All there is to say, in few words. `read` is to be called once they have it: it is then told in no other way. */
  | { readonly kind: 'all'; readonly notice: Notice; readonly read: () => void }
  /** The answer itself is posted to where they read it alone. */
  | { readonly kind: 'more'; readonly summary: string }

export interface Inbox {
  /** Resolves once the delivery is durable; a repeat of a known id resolves too and does nothing more. */
  accept(delivery: Delivery): Promise<void>
  /** The same, and then waits up to two seconds for what comes of it; null when that takes longer. */
  acceptPress(delivery: Delivery): Promise<CameOf | null>
}

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
