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

/** Applied in order, each in its own transaction; never edited once released. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table deliveries (seq integer primary key autoincrement, id text not null unique, body text not null,
       received_at integer not null, done_at integer)`,
    `create index deliveries_open on deliveries (seq) where done_at is null`,
    `create table requests (id text primary key, number integer not null unique, version integer not null, state text not null,
       host text not null, body text not null, verify_due integer not null, asked_at integer not null, expires_at integer not null)`,
    `create index requests_state on requests (state, number)`,
    `create index requests_verify on requests (number) where verify_due = 1`,
    `create table request_events (seq integer primary key autoincrement, request_id text not null, version integer not null,
       at integer not null, by text, what text not null, unique (request_id, version))`,
    `create table decisions (request_id text not null, account text not null, verdict text not null, at integer not null,
       primary key (request_id, account))`,
    `create table journal (seq integer primary key autoincrement, request_id text not null, body text not null)`,
    `create index journal_request on journal (request_id, seq)`,
    `create table locks (host text primary key, request_id text not null, fence integer not null)`,
    `create table counters (name text primary key, value integer not null)`,
    `create table outbox (seq integer primary key autoincrement, request_id text, address text not null, notice text not null,
       wanted integer not null, shown integer not null, ref text, sending integer not null, tries integer not null,
       due_at integer not null, failure text)`,
    `create index outbox_request on outbox (request_id)`,
    `create index outbox_due on outbox (due_at) where wanted > shown and failure is null`,
    `create table baselines (host text not null, vm text not null, body text not null, primary key (host, vm))`,
    `create table pauses (scope text primary key, account text not null, at integer not null)`,
    `create table inventory (host text primary key, facts text, read_at integer, error text)`,
  ],
  [
    `alter table outbox add column otherwise text`,
    `create index outbox_place on outbox (address, seq) where wanted > shown and failure is null`,
  ],
  // Decisions are people's, whatever account they used; what was approved by one person is a quorum of one.
  [
    `alter table decisions rename to decisions_by_account`,
    `create table decisions (request_id text not null, person text not null, account text not null, verdict text not null,
       at integer not null, primary key (request_id, person))`,
    `insert into decisions select request_id, account, account, verdict, at from decisions_by_account`,
    `drop table decisions_by_account`,
    `update requests set body = json_set(body, '$.asked.person', json_extract(body, '$.asked.by'),
       '$.needs', json('[{"rule":"everything","by":["approve"],"count":1}]'), '$.approvals', json('[]'))`,
    `update requests set body = json_remove(json_set(body,
       '$.approvals', json_array(json_set(json_extract(body, '$.approval'),
         '$.person', json_extract(body, '$.approval.by'), '$.roles', json('["approve"]'))),
       '$.authority', json_object('kind', 'quorum', 'at', json_extract(body, '$.approval.at'))), '$.approval')
     where json_extract(body, '$.approval') is not null`,
  ],
  [`alter table outbox add column replaces text`],
  [
    `create table comments (seq integer primary key autoincrement, request_id text not null, by text not null,
       at integer not null, text text not null)`,
    `create index comments_request on comments (request_id, seq)`,
  ],
  [
    `create table leases (id text primary key, version integer not null, state text not null, host text not null,
       gpu text not null, part text not null, due_at integer, ended_at integer, body text not null)`,
    `create unique index leases_one_holder on leases (host, gpu, part) where ended_at is null`,
    `create index leases_due on leases (due_at) where due_at is not null`,
  ],
  [
    `create table queue (id text primary key, number integer not null unique, version integer not null, state text not null,
       body text not null)`,
    `create index queue_open on queue (number) where state in ('waiting', 'offered')`,
  ],
  [
    `alter table outbox add column under integer`,
    `create table subscriptions (place text not null, scope text not null, address text not null, account text,
       by text not null, at integer not null, primary key (place, scope))`,
    `create table digests (place text primary key, address text not null, account text, time text not null,
       zone text not null, next_at integer not null)`,
    `create table samples (seq integer primary key autoincrement, host text not null, vm text not null, at integer not null,
       uuid text, utilization real, memory_used integer, temperature real, errors integer)`,
    `create index samples_vm on samples (host, vm, at)`,
    `create index samples_age on samples (at)`,
    `create table tellings (place text not null, topic text not null, root integer not null, newest integer not null,
       at integer not null, primary key (place, topic))`,
    `create table conditions (name text primary key, "is" text not null, since integer not null, told text not null,
       told_since integer not null, told_at integer, tellings integer not null)`,
  ],
  [
    // What is read again and again is kept apart from the facts, which are many times as long and mostly the same.
    `create table readings (host text primary key, revision integer not null, read_at integer, error text)`,
    `insert into readings select host, iif(facts is null, 0, 1), read_at, error from inventory`,
    `delete from inventory where facts is null`,
    `alter table inventory drop column read_at`,
    `alter table inventory drop column error`,
    `create table standings (host text primary key, version integer not null, body text not null)`,
    `create table drift (seq integer primary key autoincrement, host text not null, key text not null, body text not null,
       at integer not null)`,
    `create index drift_key on drift (host, key, at)`,
    `create table acceptances (gpu text primary key, by text not null, at integer not null)`,
  ],
  [
    `alter table deliveries add column account text not null default ''`,
    `update deliveries set account = json_extract(body, '$.from') where json_valid(body) and json_extract(body, '$.from') is not null`,
    `drop index deliveries_open`,
    `create index deliveries_open on deliveries (account, seq) where done_at is null`,
  ],
  [
    `create table identities (token text primary key, team_id text not null, bot_id text not null, bot_user_id text not null,
       team_name text not null)`,
  ],
  [
    `create table aside (seq integer primary key autoincrement, source text not null, whole text not null, what text not null,
       why text not null, blocks text not null, told_at integer, settled_by text, settled_at integer)`,
    `create index aside_open on aside (seq) where settled_at is null`,
  ],
  [`alter table pauses add column now integer not null default 0`],
  [
    `create table self (one integer primary key check (one = 1), bot text not null)`,
    `create table adoptions (seq integer primary key autoincrement, host text not null, from_bot text not null,
       by text not null, at integer not null, done_at integer)`,
  ],
  [`alter table outbox add column about integer`],
  [
    `alter table outbox add column thread_said text`,
    `alter table outbox add column closes integer not null default 0`,
  ],
  [
    `alter table pauses add column reason text`,
    `create table failing (gpu text primary key, host text not null, vm text not null, why text not null, at integer not null)`,
  ],
  [
    `create index leases_gpu on leases (host, gpu, ended_at)`,
    `create index request_events_at on request_events (at)`,
    `create index leases_open on leases (id) where ended_at is null`,
    `create index leases_ended on leases (ended_at)`,
  ],
  [
    `alter table outbox add column asks text`,
    `alter table outbox add column heard_at integer`,
    `create index outbox_asks on outbox (asks) where asks is not null`,
  ],
  [
    `create table mentions (name text not null, event integer not null, primary key (name, event)) without rowid`,
    `create temp table told (event integer, body text, by text)`,
    `insert into told select seq, iif(json_valid(body), body, '{}'), by
       from request_events join requests on requests.id = request_events.request_id`,
    ...['$.plan', '$.plan.release'].flatMap((plan) =>
      ['host', 'gpu.alias', 'from.name', 'to.name'].map(
        (
          part,
        ) => `insert or ignore into mentions select lower(json_extract(body, '${plan}.${part}')), event from told
       where json_extract(body, '${plan}.${part}') is not null`,
      ),
    ),
    `insert or ignore into mentions select lower(json_extract(body, '$.id')), event from told
       where json_extract(body, '$.id') is not null`,
    ...["json_extract(body, '$.asked.by')", 'by'].map(
      (
        account,
      ) => `insert or ignore into mentions select lower(substr(${account}, instr(${account}, '/') + 1)), event
       from told where ${account} is not null`,
    ),
    `drop table told`,
    `create index leases_open_host on leases (host) where ended_at is null`,
    `create index outbox_waiting on outbox (seq) where wanted > shown and failure is null`,
  ],
]
