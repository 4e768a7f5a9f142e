/**
 * The answer to a delivery. It is posted to whoever asked. Who pressed a button and still waits for the answer to that very
 * request reads it there; its post is held back so long, and goes when nobody has read it after all.
 */
import { stateWords } from '../../core/cards/approvals'
import { doneNotice } from '../../core/answers/done'
import { messageOf } from '../../core/errors'
import type { Notice } from '../../core/notice/notice'
import { localTo } from '../../core/policy/local'
import type { CameOf, Delivery } from '../../core/ports/delivery'
import { isSentence } from '../../core/notice/sentence'
import type { Tx } from '../../store/database'
import { hurryPost, post, withdraw } from '../../store/outbox'
import { findRequest } from '../../store/requests'
import type { Context } from '../context/context'

/** Longer than an answer is on its way to who waits for it. */
const HELD_MS = 5_000

/** Writes the answer, null where there is none. What it returns is to be called after the commit. */
export const sendAnswer = async (
  tx: Tx,
  context: Context,
  delivery: Delivery,
  notice: Notice | null,
): Promise<() => Promise<void>> => {
  const { clock, awaited } = context
  const isWaitedFor = awaited.isWaitedFor(delivery.id)
  const held = notice !== null && isWaitedFor && isSentence(notice)
  const at = clock.now() + (held ? HELD_MS : 0)
  const seq = notice && (await post(tx, delivery.back, notice, { at }))
  if (!isWaitedFor) return () => Promise.resolve()
  const said = notice ?? doneNotice(await wordsFor(tx, delivery))
  const came: CameOf =
    held || notice === null
      ? {
          kind: 'all',
          notice: localTo(delivery.back.chat, context.policy.inForce(), said),
          read: unpost(context, seq),
        }
      : { kind: 'more', summary: notice.summary }
  return async () => {
    if (!awaited.tell(delivery.id, came) && held && seq !== null)
      await hurryPost(context.db, seq, clock.now())
  }
}

const unpost =
  ({ db, log }: Context, seq: number | null) =>
  (): void => {
    if (seq === null) return
    withdraw(db, seq).catch((error: unknown) => {
      log.error({ post: seq, error: messageOf(error) }, 'what was read already is posted as well')
    })
  }

/** Where the card says it to everybody, for the one who pressed. */
const wordsFor = async (tx: Tx, { said }: Delivery): Promise<string> => {
  const request = said.kind === 'decide' ? await findRequest(tx, said.requestId) : null
  return request === null
    ? 'Done: the channel shows what came of it.'
    : `${request.id}: ${stateWords(request)}.`
}
