/** Posts and edits, written in the commit that causes them, and what has become of each. */
import { z } from 'zod'
import { beginThread } from '../core/cards/in-thread'
import { notice, type Notice } from '../core/notice/notice'
import { address, type Address } from '../core/ports/address'
import type { MessageRef } from '../core/ports/chat'
import type { Db, Tx } from './database'
import { attempt, readRows, written, type Row } from './rows'

const KEPT_MS = 24 * 3_600_000

/**
 * A post that is written once. With a request it becomes one of that request's copies and is edited with it.
 * `otherwise`: who is told when the place turns out not to take posts. `under`: the post whose thread it belongs in.
 * `about`: the post that its words link to. `asks`: what waits until whoever reads it has had the time to answer, a request
 * or a lease by its id. Resolves with its number.
 */
export const post = async (
  tx: Tx,
  to: Address,
  content: Notice,
  options: {
    at: number
    requestId?: string
    otherwise?: Address
    under?: number | null
    about?: number | null
    asks?: string | null
  },
): Promise<number> => {
  const row = await tx
    .insertInto('outbox')
    .values({
      request_id: options.requestId ?? null,
      address: written(address, to),
      notice: written(notice, content),
      wanted: 1,
      shown: 0,
      ref: null,
      sending: 0,
      tries: 0,
      due_at: options.at,
      failure: null,
      otherwise: options.otherwise ? written(address, options.otherwise) : null,
      replaces: null,
      under: options.under ?? null,
      about: options.about ?? null,
      thread_said: null,
      asks: options.asks ?? null,
      heard_at: null,
    })
    .returning('seq')
    .executeTakeFirstOrThrow()
  return row.seq
}

/** Every posted copy of the request shall show this. Edits not sent yet are replaced, not queued; what looks the same is left. */
export const editCopies = async (tx: Tx, requestId: string, content: Notice, at: number): Promise<void> => {
  await tx
    .updateTable('outbox')
    .set((row) => ({ notice: written(notice, content), wanted: row('wanted', '+', 1), tries: 0, due_at: at }))
    .where('request_id', '=', requestId)
    .where('failure', 'is', null)
    .where('notice', '!=', JSON.stringify(content))
    .execute()
}

/** They stay as they are: whatever comes of the request from now on is shown by other posts. */
export const letGoOfCopies = async (tx: Tx, requestId: string): Promise<void> => {
  await tx.updateTable('outbox').set({ request_id: null }).where('request_id', '=', requestId).execute()
}

/** The card of one request goes on as that of another, which has none of its own yet. */
export const handCopiesOn = async (
  tx: Tx,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> => {
  await tx.updateTable('outbox').set({ request_id: to }).where('request_id', '=', from).execute()
}

/** The copies of a request's card, oldest first; those that no place took are left out. */
export const copiesOf = async (tx: Tx, requestId: string): Promise<Copy[]> => {
  const rows = await tx
    .selectFrom('outbox')
    .selectAll()
    .where('request_id', '=', requestId)
    .where('failure', 'is', null)
    .orderBy('seq')
    .execute()
  return readRows(tx, 'outbox', rows, readPost)
}

export interface Post {
  readonly seq: number
  readonly requestId: string | null
  readonly to: Address
  /** Posts to one place go in order. */
  readonly place: string
  readonly otherwise: Address | null
  readonly notice: Notice
  readonly wanted: number
  readonly ref: MessageRef | null
  /** A first post left before and its fate is not known. */
  readonly doubtful: boolean
  readonly tries: number
  /** Why an earlier copy may still be seen, which this one replaces; it is said for as long as this one is edited. */
  readonly replaces: Replaced | null
  /** The message in whose thread it belongs, where that one is there. */
  readonly under: MessageRef | null
  /** The message that it is about, where that one is there. */
  readonly about: { readonly to: Address; readonly ref: MessageRef } | null
  /** How it was when the thread of the message said something last, where that takes no edits; null: it is edited. */
  readonly threadSaid: Notice | null
  /** The request or lease that waits for an answer to it. */
  readonly asks: string | null
  /** It is the edit that takes the buttons off a copy that does not count, and nothing else. */
  readonly closes: boolean
}
/** All but the messages in whose thread it belongs and that it is about, which are other rows. */
export type Copy = Omit<Post, 'under' | 'about'>
/** The chat did not say whether it had arrived, or took no more edits of it. */
export type Replaced = 'unconfirmed' | 'uneditable'

/**
 * Posts and edits that are due, oldest first, and when the next one will be. Places in `except` are left out, and so is
 * what stands behind a post of its place that has to wait. A reply waits for the message whose thread it belongs in, and
 * for the one that it is about.
 */
export const duePosts = async (
  db: Db,
  now: number,
  { limit, except = [] }: { readonly limit: number; readonly except?: readonly string[] },
): Promise<{ posts: Post[]; nextAt: number | null }> => {
  const pending = db
    .selectFrom('outbox')
    .whereRef('wanted', '>', 'shown')
    .where('failure', 'is', null)
    .$if(except.length > 0, (query) => query.where('address', 'not in', except))
  const rows = await pending
    .selectAll()
    .select((row) => {
      const root = row.selectFrom('outbox as root')
      const about = root.whereRef('root.seq', '=', 'outbox.about')
      return [
        root.select('root.ref').whereRef('root.seq', '=', 'outbox.under').as('under_ref'),
        about.select('root.ref').as('about_ref'),
        about.select('root.address').as('about_address'),
      ]
    })
    .where('due_at', '<=', now)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('outbox as root')
            .select('root.seq')
            .where((root) =>
              root.or([
                root('root.seq', '=', root.ref('outbox.under')),
                root('root.seq', '=', root.ref('outbox.about')),
              ]),
            )
            .where('root.ref', 'is', null)
            .whereRef('root.wanted', '>', 'root.shown')
            .where('root.failure', 'is', null),
        ),
      ),
    )
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('outbox as before')
            .select('before.seq')
            .whereRef('before.address', '=', 'outbox.address')
            .whereRef('before.seq', '<', 'outbox.seq')
            .whereRef('before.wanted', '>', 'before.shown')
            .where('before.failure', 'is', null)
            .where('before.due_at', '>', now),
        ),
      ),
    )
    .orderBy('seq')
    .limit(limit)
    .execute()
  const next = await pending
    .select('due_at')
    .where('due_at', '>', now)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  const roots = new Map(rows.map((row) => [row.seq, rootsOf(row)]))
  const due = await readRows(
    db,
    'outbox',
    rows.map(({ under_ref, about_ref, about_address, ...row }) => row),
    readPost,
  )
  const posts = due.map((each) => ({ ...each, ...(roots.get(each.seq) ?? NO_ROOTS) }))
  return { posts, nextAt: next?.due_at ?? null }
}

const NO_ROOTS = { under: null, about: null } as const

const rootsOf = (row: {
  readonly under_ref: string | null
  readonly about_ref: string | null
  readonly about_address: string | null
}): Pick<Post, 'under' | 'about'> => {
  const to = attempt(() => address.parse(JSON.parse(row.about_address ?? 'null')))
  return {
    under: row.under_ref,
    about: to.ok && row.about_ref !== null ? { to: to.value, ref: row.about_ref } : null,
  }
}

export const readPost = (row: Row<'outbox'>): Copy => {
  const { seq, wanted, tries, ref, replaces, asks } = columns.parse(row)
  return {
    seq,
    wanted,
    tries,
    ref,
    asks,
    requestId: row.request_id,
    to: address.parse(JSON.parse(row.address)),
    place: row.address,
    otherwise: row.otherwise === null ? null : address.parse(JSON.parse(row.otherwise)),
    notice: notice.parse(JSON.parse(row.notice)),
    doubtful: row.sending === 1,
    threadSaid: row.thread_said === null ? null : notice.parse(JSON.parse(row.thread_said)),
    closes: row.closes === 1,
    replaces: row.sending === 1 && ref === null ? 'unconfirmed' : replaces,
  }
}
const columns = z.object({
  seq: z.int(),
  wanted: z.int(),
  tries: z.int(),
  ref: z.string().nullable(),
  replaces: z.enum(['unconfirmed', 'uneditable']).nullable(),
  asks: z.string().nullable(),
  heard_at: z.int().nullable(),
})

/** Before first posts leave: if the process dies now, each may or may not exist. */
export const markSending = async (db: Db, posts: readonly Post[]): Promise<void> => {
  await db
    .updateTable('outbox')
    .set({ sending: 1 })
    .where(
      'seq',
      'in',
      posts.map((each) => each.seq),
    )
    .execute()
}

/** `sending` says whether the attempt may have been posted all the same. */
export const markLater = async (
  db: Db,
  sent: Post,
  retry: { at: number; sending: boolean },
): Promise<void> => {
  await db
    .updateTable('outbox')
    .set({ due_at: retry.at, sending: retry.sending ? 1 : 0, tries: sent.tries + 1 })
    .where('seq', '=', sent.seq)
    .execute()
}

/** It is no longer to be posted. One that is on its way stays. */
export const withdraw = async (db: Db, seq: number): Promise<void> => {
  await db
    .deleteFrom('outbox')
    .where('seq', '=', seq)
    .where('shown', '=', 0)
    .where('sending', '=', 0)
    .execute()
}

/** One that was to wait is due now. */
export const hurryPost = async (db: Db, seq: number, at: number): Promise<void> => {
  await db.updateTable('outbox').set({ due_at: at }).where('seq', '=', seq).execute()
}

export const markFailed = async (db: Db | Tx, seq: number, why: string): Promise<void> => {
  await db.updateTable('outbox').set({ failure: why, sending: 0 }).where('seq', '=', seq).execute()
}

/** A copy that can no longer be edited is let go, and a new message that says so takes its place. */
export const supersede = async (db: Db, stale: Post, at: number): Promise<void> => {
  await db
    .updateTable('outbox')
    .set({ ref: null, sending: 0, tries: 0, due_at: at, replaces: 'uneditable', thread_said: null })
    .where('seq', '=', stale.seq)
    .execute()
}

/** It takes no edits: whatever comes of it is said in its thread. */
export const goOnInThread = async (db: Db, stale: Post, at: number): Promise<void> => {
  await db
    .updateTable('outbox')
    .set({ thread_said: written(notice, beginThread(stale.notice)), sending: 0, tries: 0, due_at: at })
    .where('seq', '=', stale.seq)
    .execute()
}

/** It shall stand by itself: the thread that it belonged in takes no replies. */
export const detach = async (db: Db, reply: Post, at: number): Promise<void> => {
  await db
    .updateTable('outbox')
    .set({ under: null, sending: 0, due_at: at })
    .where('seq', '=', reply.seq)
    .execute()
}

/** Posts that will never be edited go after a day; the copies of a request stay with it. */
export const forgetOldPosts = async (db: Db, now: number): Promise<void> => {
  await db
    .deleteFrom('outbox')
    .where('request_id', 'is', null)
    .where('due_at', '<', now - KEPT_MS)
    .whereRef('shown', '>=', 'wanted')
    .execute()
}
