/** What people say about a request. No part of it: a comment changes no version, and none is lost to a decision at the same time. */
import { z } from 'zod'
import type { Comment } from '../core/cards/comments'
import type { Db, Tx } from './database'
import { readRows, type Row } from './rows'

export const addComment = async (tx: Tx, requestId: string, { by, at, text }: Comment): Promise<void> => {
  await tx.insertInto('comments').values({ request_id: requestId, by, at, text }).execute()
}

/** The last ones, oldest first. */
export const commentsOn = async (db: Db | Tx, requestId: string, most: number): Promise<Comment[]> => {
  const rows = await db
    .selectFrom('comments')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute()
  return readRows(db, 'comments', rows.reverse(), readComment)
}

export const readComment = (row: Row<'comments'>): Comment =>
  z.object({ by: z.string(), at: z.number(), text: z.string() }).parse(row)
