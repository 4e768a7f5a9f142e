/**
 * A post, before any chat product is chosen. Chat adapters render it; nothing else knows Block Kit. All text here is
 * plain: renderers must escape it, so whatever a person typed appears as text and never as markup or a mention.
 */
import { z } from 'zod'
import { LONGEST_LEASE_MS } from '../time/span'

/** A person to be shown; rendered as the platform's own name chip, which notifies nobody where that can be had. */
const person = z.object({
  person: z.string(),
  /** Who that is, for a chat that has no name for the account. */
  name: z.string().optional(),
})
/** A moment in epoch milliseconds, up to the year 9999; shown in the reader's own time zone where the chat can. */
const time = z.object({
  time: z
    .int()
    .nonnegative()
    .max(Date.UTC(9999, 11, 31)),
})
/** These words are a link to the message that the post says it is about, where that is in the same chat. */
const about = z.object({ about: z.string() })
/** A link as a chat has it: made when a post leaves, never stored. */
const link = z.object({ link: z.url(), words: z.string() })
/** Plain text runs; `code` is monospaced, `strong` is bold. */
const run = z.union([
  z.string(),
  person,
  about,
  link,
  time,
  z.object({ code: z.string() }),
  z.object({ strong: z.string() }),
])
export type Run = z.infer<typeof run>

/** A person, or everybody in a user group of Slack; by name in a chat in which they cannot be notified. */
const called = z.union([person, z.object({ group: z.string(), name: z.string() })])
export type Called = z.infer<typeof called>

/** Characters. What is longer is cut, and still far longer than any command may be: the grammar refuses it, and says so. */
export const LONGEST_TEXT = 20_000

/** What a button asks for when it is pressed. Carries no authority. */
export const press = z.discriminatedUnion('kind', [
  /** A decision about a request as it was at `version`. */
  z.strictObject({
    kind: z.literal('decide'),
    verdict: z.enum(['approve', 'deny', 'cancel']),
    requestId: z.string().min(1).max(200),
    version: z.number().int().nonnegative(),
  }),
  /** About a lease as it was at `version`; `byMs` is what an extension adds. */
  z.strictObject({
    kind: z.literal('lease'),
    verb: z.enum(['extend', 'done']),
    leaseId: z.string().min(1).max(200),
    version: z.number().int().nonnegative(),
    byMs: z.number().int().positive().max(LONGEST_LEASE_MS).optional(),
  }),
  /** An answer to the offer of a place in the queue, as it was at `version`. */
  z.strictObject({
    kind: z.literal('offer'),
    verdict: z.enum(['take', 'leave']),
    entryId: z.string().min(1).max(200),
    version: z.number().int().nonnegative(),
  }),
  /** The same as typing this command: for paging and for "show script". */
  z.strictObject({ kind: z.literal('say'), text: z.string().min(1).max(LONGEST_TEXT) }),
])
export type Press = z.infer<typeof press>

const part = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('title'), text: z.string() }),
  z.object({ kind: z.literal('text'), runs: z.array(run) }),
  z.object({ kind: z.literal('facts'), rows: z.array(z.object({ label: z.string(), runs: z.array(run) })) }),
  /** Monospaced block; long ones are cut by the renderer with a note. */
  z.object({ kind: z.literal('code'), text: z.string() }),
  z.object({ kind: z.literal('table'), head: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  /** `state` picks the mark in front: done, now (running), todo, undone, failed. */
  z.object({
    kind: z.literal('steps'),
    steps: z.array(
      z.object({
        text: z.string(),
        state: z.enum(['done', 'now', 'todo', 'undone', 'failed']),
        note: z.string().optional(),
      }),
    ),
  }),
  z.object({ kind: z.literal('note'), runs: z.array(run) }),
  /** `words`, and then those who are notified by it. They are never taken from what somebody typed. */
  z.object({ kind: z.literal('call'), words: z.string(), whom: z.array(called).min(1) }),
  z.object({
    kind: z.literal('buttons'),
    buttons: z.array(
      z.object({
        label: z.string(),
        style: z.enum(['primary', 'danger', 'plain']),
        press,
        confirm: z.object({ title: z.string(), text: z.string(), yes: z.string() }).optional(),
      }),
    ),
  }),
])
export type Part = z.infer<typeof part>

export const notice = z.object({
  /** The sentence for notifications, screen readers and clients that show no blocks. */
  summary: z.string(),
  tone: z.enum(['plain', 'waiting', 'working', 'good', 'bad']),
  parts: z.array(part),
})
export type Notice = z.infer<typeof notice>
