/**
 * The copies of a card of which one too many may be seen: the chat did not say whether the first had arrived, or took no
 * edit of it. A press tells which message it was on, and with that the other copy is known.
 */
import { sql } from 'kysely'
import { closedNotice } from '../core/cards/closed'
import { notice } from '../core/notice/notice'
import { address, type Address } from '../core/ports/address'
import type { MessageRef } from '../core/ports/chat'
import type { Tx } from './database'
import { copiesOf, type Post } from './outbox'
import { written } from './rows'
import { placeKey } from './subscriptions'

/** A copy of the card of a request, somewhere in the place. */
export interface SeenCopy {
  readonly requestId: string
  readonly place: Address
  readonly ref: MessageRef
}

/**
 * Somebody pressed a button of this copy. Where the outbox does not know whether its own one arrived, this is it from now
 * on; where it knows another one, this is closed. A place of which only one copy can be seen is left alone, so that no
 * chat that names a message in two ways has its only card closed.
 */
export const meetCopy = async (tx: Tx, seen: SeenCopy, at: number): Promise<void> => {
  const key = placeKey(seen.place)
  const known = (await copiesOf(tx, seen.requestId)).filter(({ to }) => placeKey(to) === key)
  if (known.some(({ ref }) => ref === seen.ref)) return
  const other = known.find(({ replaces, threadSaid }) => replaces !== null && threadSaid === null)
  if (other === undefined) return
  if (other.ref === null) await adopt(tx, other.seq, seen.ref, at)
  else await closeCopy(tx, other, seen.ref, at)
}

/** One that takes the place of a message which takes no edits is not adopted: that message may be the one that was pressed. */
const adopt = async (tx: Tx, seq: number, ref: MessageRef, at: number): Promise<void> => {
  await tx
    .updateTable('outbox')
    .set((row) => ({
      ref,
      sending: 0,
      tries: 0,
      due_at: at,
      // What it shows is not known, so it is edited in any case.
      wanted: row('wanted', '+', 1),
      // It left once, or more often.
      replaces: sql<'unconfirmed' | null>`iif(tries > 1, 'unconfirmed', null)`,
    }))
    .where('seq', '=', seq)
    .where('replaces', 'is', null)
    .execute()
}

/** Whether the row has got a message since a first post of it left. */
export const wasAdopted = async (tx: Tx, seq: number): Promise<boolean> => {
  const row = await tx.selectFrom('outbox').select('ref').where('seq', '=', seq).executeTakeFirst()
  return row !== undefined && row.ref !== null
}

/** The message `ref` beside `counts` shows where the request is, and has no buttons any more. Asked for twice it is done once. */
export const closeCopy = async (
  tx: Tx,
  counts: Pick<Post, 'requestId' | 'to'>,
  ref: MessageRef,
  at: number,
): Promise<void> => {
  const closing = await tx
    .selectFrom('outbox')
    .select('seq')
    .where('ref', '=', ref)
    .where('closes', '=', 1)
    .executeTakeFirst()
  if (closing !== undefined || counts.requestId === null) return
  await tx
    .insertInto('outbox')
    .values({
      request_id: null,
      address: written(address, counts.to),
      ref,
      closes: 1,
      notice: written(notice, closedNotice(counts.requestId)),
      wanted: 1,
      shown: 0,
      sending: 0,
      tries: 0,
      due_at: at,
      failure: null,
      otherwise: null,
      replaces: null,
      under: null,
      about: null,
      thread_said: null,
    })
    .execute()
}
