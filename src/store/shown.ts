/** That a post or an edit has arrived. */
import { notice } from '../core/notice/notice'
import type { MessageRef } from '../core/ports/chat'
import { closeCopy, wasAdopted } from './copies'
import type { Db, Tx } from './database'
import type { Post } from './outbox'
import { written } from './rows'

export interface Shown {
  readonly post: Post
  readonly ref: MessageRef | null
  readonly at: number
}

export const markShown = async (db: Db, shown: readonly Shown[]): Promise<void> => {
  await db.transaction().execute(async (tx) => {
    for (const each of shown) await showOne(tx, each)
  })
}

/** Where an earlier message has been found while this one was on its way, that one stays the copy and this one is closed. */
const showOne = async (tx: Tx, { post: sent, ref, at }: Shown): Promise<void> => {
  if (sent.ref === null && ref !== null && (await wasAdopted(tx, sent.seq))) {
    await closeCopy(tx, sent, ref, at)
    return
  }
  await tx
    .updateTable('outbox')
    .set((row) => ({
      shown: sent.wanted,
      ref,
      sending: 0,
      tries: 0,
      due_at: at,
      replaces: sent.replaces,
      thread_said: sent.threadSaid === null ? null : written(notice, sent.notice),
      heard_at: row.fn.coalesce('heard_at', row.val(at)),
    }))
    .where('seq', '=', sent.seq)
    .execute()
}
