/** A place in the queue becomes a request: in one commit with it, whether the GPU was offered first or asked for by its name. */
import { offerNotice } from '../../../core/cards/offer'
import { accepted, type Refusal } from '../../../core/errors'
import { nextEntry, type Place } from '../../../core/queue/entry'
import type { Tx } from '../../../store/database'
import { post } from '../../../store/outbox'
import { findWaiter, saveWaiter } from '../../../store/queue'
import type { Context } from '../../context/context'
import type { Answered } from '../request/raise'
import { noEntry } from './leave'
import { tell } from '../../telling/waiters'

export interface Turn {
  /** The place in the queue. */
  readonly id: string
  readonly gpu: Place
}

export const takingTurn = (context: Context, turn: Turn): Answered => ({
  id: turn.id,
  inQueue: true,
  tell: (tx, request) => accept(context, tx, turn, request),
})

const accept = async (
  context: Context,
  tx: Tx,
  { id, gpu }: Turn,
  request: string,
): Promise<readonly Refusal[]> => {
  const before = await findWaiter(tx, id)
  if (!before) return [noEntry(id)]
  const at = context.clock.now()
  const { entry } = before
  const untold = entry.state === 'waiting'
  const offered = untold ? nextEntry(entry, { kind: 'offer', at, gpu, until: at + 1 }) : accepted(entry)
  const next = offered.ok ? nextEntry(offered.value, { kind: 'accept', at, by: entry.by }) : offered
  if (!next.ok) return next.refusals
  const after = { ...before, entry: next.value, request }
  await saveWaiter(tx, before, after)
  await tell(context, tx, after)
  if (untold) await post(tx, before.privately, offerNotice(after), { at, otherwise: before.back })
  return []
}
