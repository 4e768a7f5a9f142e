/** The rows, as SQL sees them. JSON columns are parsed by zod when they are read. Times are epoch milliseconds. */
import type { Generated } from 'kysely'
import type { RequestChange } from '../core/request/request'

export interface Tables {
  /** What people did, as the adapter verified it. `done_at` is null until the work it caused is committed. */
  deliveries: {
    seq: Generated<number>
    id: string
    /** Whose it is: people take turns. */
    account: string
    body: string
    received_at: number
    done_at: number | null
  }
  requests: {
    id: string
    number: number
    version: number
    state: string
    host: string
    body: string
    /** 1 while nvidia-smi in the guest is still to be read. */
    verify_due: number
    asked_at: number
    expires_at: number
  }
  request_events: {
    seq: Generated<number>
    request_id: string
    version: number
    at: number
    by: string | null
    what: RequestChange
  }
  /** What an event is about and who did it, by names in small letters; accounts by what stands behind their `/`. */
  mentions: { name: string; event: number }
  /** One decision a person and request, the last one; the pair is unique. */
  decisions: { request_id: string; person: string; account: string; verdict: string; at: number }
  journal: { seq: Generated<number>; request_id: string; body: string }
  /** One operation a host at a time; `needs-attention` gives the lock back and is kept apart by the planner. */
  locks: { host: string; request_id: string; fence: number }
  counters: { name: string; value: number }
  /** Posts: `wanted` is the newest content, `shown` what the chat has. A row with wanted > shown is due. */
  outbox: {
    seq: Generated<number>
    request_id: string | null
    address: string
    notice: string
    wanted: number
    shown: number
    ref: string | null
    /** Set, durably, before a first post leaves: if the process dies now, the post may or may not exist. */
    sending: number
    tries: number
    due_at: number
    failure: string | null
    /** Who is told when the address takes no posts. */
    otherwise: string | null
    /** Why an earlier copy may still be seen, which this one replaces. */
    replaces: 'unconfirmed' | 'uneditable' | null
    /** The row of the message in whose thread this one belongs. */
    under: number | null
    /** The post that it is about, and that its words link to. */
    about: number | null
    /** The notice when the thread of the message said something last, where that takes no edits; null: it is edited. */
    thread_said: string | null
    /** 1: no post of its own, but the edit that takes the buttons off a copy that does not count. */
    closes: Generated<number>
    /** The request or lease that waits until whoever reads this has had the time to answer. */
    asks: string | null
    /** When the chat took it first. */
    heard_at: number | null
  }
  /** `scope` is `all`, a host or a GPU by its alias. `account` is whose chat with the bot it is; null for a channel. */
  subscriptions: {
    place: string
    scope: string
    address: string
    account: string | null
    by: string
    at: number
  }
  /** What is told once it has lasted: how a thing is, and what was told of it last; see core/news/condition.ts. */
  conditions: {
    name: string
    is: string
    since: number
    told: string
    told_since: number
    told_at: number | null
    tellings: number
  }
  digests: {
    place: string
    address: string
    account: string | null
    time: string
    zone: string
    next_at: number
  }
  /** What nvidia-smi said of one GPU in a VM; null where it had no figure. */
  samples: {
    seq: Generated<number>
    host: string
    vm: string
    at: number
    uuid: string | null
    utilization: number | null
    memory_used: number | null
    temperature: number | null
    errors: number | null
  }
  /** The posts of each place about one topic, the id of a request or a host: rows of the outbox. */
  tellings: { place: string; topic: string; root: number; newest: number; at: number }
  comments: { seq: Generated<number>; request_id: string; by: string; at: number; text: string }
  baselines: { host: string; vm: string; body: string }
  /** `part` is what of the GPU is held: all of it (empty), or the part of one VM. One open lease each. */
  leases: {
    id: string
    version: number
    state: string
    host: string
    gpu: string
    part: string
    /** When something is to be done with it; null when nothing is, unless somebody acts. */
    due_at: number | null
    ended_at: number | null
    body: string
  }
  /** Those who wait, and what became of their waiting. */
  queue: { id: string; number: number; version: number; state: string; body: string }
  /** `scope` is `all`, a host or a GPU by its alias. `now` 1: between steps too, of what has begun. */
  pauses: { scope: string; account: string; at: number; now: Generated<number>; reason: string | null }
  /** Whole GPUs that fail by what nvidia-smi said in their VM, by alias, until it says otherwise or somebody lifts it. */
  failing: { gpu: string; host: string; vm: string; why: string; at: number }
  /** The last reading of each host, written when it differs from the one before. */
  inventory: { host: string; facts: string }
  /** When each host was read last; `revision` grows with each reading that differs, and is 0 before the first. */
  readings: { host: string; revision: number; read_at: number | null; error: string | null }
  /** How each host stood when its changes were told last; `version` grows with every operation of the bot that ended there. */
  standings: { host: string; version: number; body: string }
  /** What was changed on hosts by others than the bot. */
  drift: { seq: Generated<number>; host: string; key: string; body: string; at: number }
  acceptances: { gpu: string; by: string; at: number }
  /** The name of this store among the bots that hosts may take orders of. One row. */
  self: { one: number; bot: string }
  /** Hosts that were taken over from another bot; `done_at` is null until the host has said so. */
  adoptions: {
    seq: Generated<number>
    host: string
    from_bot: string
    by: string
    at: number
    done_at: number | null
  }
  /** `token` is a digest of the token. */
  identities: { token: string; team_id: string; bot_id: string; bot_user_id: string; team_name: string }
  /** Rows of other tables that could not be read; see aside.ts. */
  aside: {
    seq: Generated<number>
    /** The table, and all columns of the row. */
    source: string
    whole: string
    what: string
    why: string
    blocks: string
    told_at: number | null
    settled_by: string | null
    settled_at: number | null
  }
}
