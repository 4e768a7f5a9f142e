/** What happens in an operation, and the one place that writes it: journal or request, card, news and posts in one commit. */
import { unknownProgress, type JournalEntry, type Readings } from '../../core/operation/progress'
import { stepsOn } from '../../core/plan/plan'
import type { RequestEvent } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { append } from '../../store/journal'
import { apply } from '../../store/requests'
import type { Operation } from '../context/context'
import { progressOf } from '../snapshot/progress'
import { refreshCard, sayWaiting } from '../telling/card'
import { recordEnd } from './ending'

export type Happening =
  | { readonly kind: 'journal'; readonly entries: readonly JournalEntry[] }
  /** A step takes its time: the card says for how long. */
  | { readonly kind: 'working' }
  | { readonly kind: 'waiting'; readonly waiting: string }
  | { readonly kind: 'ended'; readonly event: RequestEvent; readonly readings: Readings }

/** Throws what the store throws: nothing of it is written then. */
export const record = async (operation: Operation, happening: Happening): Promise<void> => {
  const { context, request } = operation
  if (happening.kind === 'waiting') return sayWaiting(context, request, { waiting: happening.waiting })
  await context.db.transaction().execute((tx) => write(operation, tx, happening))
  if (happening.kind === 'ended') {
    context.log.info({ request: request.id, event: happening.event.kind }, 'operation ended')
    context.wake.run()
  }
  context.wake.deliver()
}

const write = async (
  operation: Operation,
  tx: Tx,
  happening: Exclude<Happening, { kind: 'waiting' }>,
): Promise<void> => {
  if (happening.kind === 'ended') return writeEnd(operation, tx, happening)
  const { context, request } = operation
  const entries = happening.kind === 'journal' ? happening.entries : []
  for (const entry of entries) await append(tx, request.id, entry)
  await refreshCard(tx, request, context.clock.now())
}

const writeEnd = async (
  { context, request }: Operation,
  tx: Tx,
  { event, readings }: Extract<Happening, { kind: 'ended' }>,
): Promise<void> => {
  const ended = await apply(tx, request, event)
  if (!ended.ok) return
  const { plan } = request
  const { steps } = (await progressOf(tx, request)) ?? unknownProgress(plan)
  // Those that took effect, undone or not.
  const owned = (host: string) =>
    stepsOn(plan, host, (n) => steps[n]?.state === 'done' || steps[n]?.state === 'undone')
  await recordEnd(context, tx, { ended: ended.value, readings, owned, at: event.at })
}
