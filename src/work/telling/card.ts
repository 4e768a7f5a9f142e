/** The card of a request in the channel, made of what is stored; nobody patches an old one. */
import { requestNotice } from '../../core/cards/request'
import type { Notice } from '../../core/notice/notice'
import { goodUntil } from '../../core/request/lapse'
import type { Request } from '../../core/request/request'
import { commentsOn } from '../../store/comments'
import type { Db, Tx } from '../../store/database'
import { editCopies } from '../../store/outbox'
import { findLease } from '../../store/leases'
import { findRequest } from '../../store/requests'
import type { Context } from '../context/context'
import { progressOf } from '../snapshot/progress'

const SHOWN_COMMENTS = 3

/** What it cannot go on without, and until when that is so, where it is known. */
export interface Wait {
  readonly waiting: string
  readonly heldUntil?: number
}

/** One of which the end is not known; null where nothing is waited for. */
export const waitFor = (waiting: string | null): Wait | null => (waiting === null ? null : { waiting })

/** What it waits for, if anything, and until when its approval is good. */
interface Standing {
  readonly wait: Wait | null
  readonly goodUntil: number | null
}
const AS_IT_IS: Standing = { wait: null, goodUntil: null }

/** How the request looks at `now` (epoch milliseconds). */
export const cardOf = async (
  db: Db | Tx,
  request: Request,
  now: number,
  standing: Standing = AS_IT_IS,
): Promise<Notice> => {
  const progress = 'startedAt' in request ? await progressOf(db, request) : null
  const comments = await commentsOn(db, request.id, SHOWN_COMMENTS)
  const lease = await findLease(db, request.id)
  const continued = request.continues === undefined ? null : await findLease(db, request.continues)
  const { wait, goodUntil } = standing
  const moment = { now, waiting: null, ...wait, goodUntil, comments, lease, continued }
  return requestNotice(request, progress, moment)
}

/** Every posted copy shall show the request as it is now. Call it in the transaction that changed the request. */
export const refreshCard = async (
  tx: Tx,
  request: Request,
  now: number,
  standing: Standing = AS_IT_IS,
): Promise<void> => {
  await editCopies(tx, request.id, await cardOf(tx, request, now, standing), now)
}

/** Tells the channel why a request does not go on. Nothing is said of a request that has gone on meanwhile. */
export const sayWaiting = async (context: Context, request: Request, wait: Wait): Promise<void> => {
  await context.db.transaction().execute(async (tx) => {
    const now = await findRequest(tx, request.id)
    if (now?.state !== request.state) return
    const standing = { wait, goodUntil: goodUntil(context.policy.inForce(), now) }
    await refreshCard(tx, now, context.clock.now(), standing)
  })
  context.wake.deliver()
}
