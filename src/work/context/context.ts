/** What the workers share: the store, the world outside, and how they wake one another. */
import type { Fence } from '../../core/fence'
import type { HostName } from '../../core/inventory/inventory'
import type { Outcome } from '../../core/errors'
import type { Policy } from '../../core/policy/policy'
import type { Address } from '../../core/ports/address'
import type { Chat } from '../../core/ports/chat'
import type { Clock } from '../../core/ports/clock'
import type { Host } from '../../core/ports/host'
import type { RequestIn } from '../../core/request/request'
import type { Db } from '../../store/database'
import type { Awaited } from './awaited'

export interface Logger {
  info(what: object, message: string): void
  warn(what: object, message: string): void
  error(what: object, message: string): void
}

/** The policy in force. It changes between two readings when an administrator has it read again. */
export interface PolicySource {
  inForce(): Policy
  /** Why it does not know yet whom it names, as a clause; null when it does. */
  incomplete(): string | null
  /** Reads the file again. A wrong one changes nothing and is refused with every error. */
  reload(): Promise<Outcome<Policy>>
  /** Asks the chats again who is in its groups. Never throws: a group that cannot be read gives nobody a role after a while. */
  refresh(): Promise<void>
}

export interface Context {
  readonly db: Db
  readonly clock: Clock
  readonly chat: Chat
  /** May grow, see `takeHosts`. */
  readonly hosts: ReadonlyMap<HostName, Host>
  /** Reads the configuration again for hosts; absent where there is none to be read. */
  readonly takeHosts?: (() => HostChanges) | undefined
  readonly policy: PolicySource
  readonly limits: TimeLimits
  /** Where every request is shown. One that is asked for in a chat without such a channel is shown where it is asked for, too. */
  readonly requestsChannels: readonly Address[]
  /** Where changed assignments are announced; null: in the channel of the request. */
  readonly changesChannel: Address | null
  /** Absent: nvidia-smi in VMs is read when somebody asks for it, and at no other time. */
  readonly health?: SmiSampling | undefined
  readonly log: Logger
  /** Who waits for the answer to a press. */
  readonly awaited: Awaited
  /** See `OpenInbox.rush`. */
  readonly rush: () => number
  /** `hosts`: those that are new, and those that did not answer, are asked at once. */
  readonly wake: { intake(): void; run(): void; deliver(): void; hosts(): void }
}

/** What the configuration says of hosts that was not so when the bot started. */
export interface HostChanges {
  /** Taken in: they are among the hosts from now on. */
  readonly added: readonly HostName[]
  /** Changed, or no longer named: that takes a restart. */
  readonly others: readonly HostName[]
}

/** Where administrators read what concerns the bot as a whole: the channels of requests; without one, that of changes. */
export const administrative = ({
  requestsChannels,
  changesChannel,
}: Pick<Context, 'requestsChannels' | 'changesChannel'>): readonly Address[] =>
  requestsChannels.length > 0 ? requestsChannels : [changesChannel].flatMap((each) => each ?? [])

/** How nvidia-smi in VMs is sampled. */
export interface SmiSampling {
  readonly everyMs: number
  /** From this temperature on a GPU is told to be hot; null: none is. */
  readonly hotCelsius: number | null
}

/** All in milliseconds. */
export interface TimeLimits {
  readonly requestExpiresMs: number
  readonly pollMs: number
  /** How long an operation waits for a host that does not answer before it asks for a person. */
  readonly hostPatienceMs: number
  /** How long a guest may take to boot before its nvidia-smi counts as not checked. */
  readonly guestPatienceMs: number
  /** How often the card of a running step is refreshed. */
  readonly tickMs: number
}

/** One request that is carried out on its hosts. */
export interface Operation {
  readonly context: Context
  /** Those of its plan, by their names. */
  readonly hosts: ReadonlyMap<string, Host>
  readonly request: RequestIn<'running'>
  /** Its claim of them, which each of its orders names. */
  readonly fence: Fence
  /** Aborted when the process stops: the operation halts before its next step. */
  readonly stopping: AbortSignal
}
