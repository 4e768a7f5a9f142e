/** What people say about a request. No part of it: a comment changes no version, and none is lost to a decision at the same time. */
import type { Db, Tx } from './database'

export interface Comment {
  /** Account. */
  readonly by: string
  readonly at: number
  readonly text: string
}

export const addComment = async (tx: Tx, requestId: string, { by, at, text }: Comment): Promise<void> => {
  await tx.insertInto('comments').values({ request_id: requestId, by, at, text }).execute()
}

/** The last ones, oldest first. */
export const commentsOn = async (db: Db | Tx, requestId: string, most: number): Promise<Comment[]> => {
  const rows = await db
    .selectFrom('comments')
    .select(['by', 'at', 'text'])
    .where('request_id', '=', requestId)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute()
  return rows.reverse()
}
