/** What the bot asks of a host; src/host has two that do it. */
import type { BotId, Fence } from '../fence'
import type { HostFacts, HostName, InstanceId, VmId } from '../inventory/inventory'
import type { Expectation, Step } from '../plan/step'

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
  /** Reads `nvidia-smi --query-gpu=...` as CSV (core/smi/smi.ts names the fields). Never throws. */
  smi(target: SmiTarget): Promise<SmiAnswer>
  /** What a stop of this VM would interrupt, within some seconds. Never throws. Absent: its guests are not asked. */
  use?(vm: VmId): Promise<GuestUse>
}
