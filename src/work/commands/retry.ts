/** `retry`: what a request that needs attention could not do is tried again: its undo, or the start of a VM after all else. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { barOf, refuseBarred } from '../../core/inventory/bar'
import { refusal, type Refusal } from '../../core/errors'
import { againstUndo, mayBeUndone } from '../../core/operation/half-way'
import { refuseRetry, refuseUndo } from '../../core/request/permission'
import { refusedStart, type Progress, type Readings } from '../../core/operation/progress'
import type { RequestIn } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { saveFacts } from '../../store/fleet'
import { append } from '../../store/journal'
import { selfOf } from '../../store/self'
import { apply } from '../../store/requests'
import { refreshCard } from '../telling/card'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'
import { findStuck, readStuck, recordReading } from './stuck'

type NeedsAttention = RequestIn<'needs-attention'>

/** The request runs again, from where it stood. */
export const retry = async (context: Context, id: string, caller: Caller): Promise<Effect> => {
  const stuck = await findStuck(context, id)
  if (!stuck.ok) return say(stuck.notice)
  const { request, progress } = stuck
  return progress && refusedStart(request.plan, progress) !== null
    ? startAgain(context, request, caller)
    : undoAgain(context, { request, progress }, caller)
}

const startAgain = (context: Context, request: NeedsAttention, caller: Caller): Effect => {
  const notAllowed = refuseRetry(context.policy.inForce(), request, caller.account)
  if (notAllowed) return say(refusalNotice([notAllowed]))
  return goOn(context, request, {
    by: caller.account,
    before: () => Promise.resolve(),
    says: `${request.id} goes on: its VM is started once more.`,
  })
}

/** In the one way in which undos run, on the authority that the request has: only what it needs is looked at before. */
const undoAgain = async (
  context: Context,
  { request, progress }: { readonly request: NeedsAttention; readonly progress: Progress | null },
  caller: Caller,
): Promise<Effect> => {
  const { id, plan, why } = request
  const refused = refuseUndo(context.policy.inForce(), caller.account) ?? notUndone(request, progress)
  if (refused || !progress) return say(refusalNotice(refused ? [refused] : []))
  const read = await readStuck(context, request)
  if (!read.ok) return say(read.notice)
  const against = await againstOn(context, request, { progress, readings: read.readings })
  if (against.length > 0) return say(refusalNotice(against))
  const by = caller.account
  return goOn(context, request, {
    by,
    before: async (tx, at) => {
      await recordReading(tx, request, { readings: read.readings, by, at })
      for (const facts of read.readings.values()) await saveFacts(tx, facts, at)
      if (progress.direction === 'do') await append(tx, id, { kind: 'unwinding', at, why })
    },
    says: `${id} goes on: its undo is tried again${plan.release ? ' on both hosts' : ''}.`,
  })
}

const goOn =
  (
    context: Context,
    request: NeedsAttention,
    {
      by,
      before,
      says,
    }: {
      readonly by: string
      readonly before: (tx: Tx, at: number) => Promise<void>
      readonly says: string
    },
  ): Effect =>
  async (tx) => {
    const at = context.clock.now()
    const next = await apply(tx, request, { kind: 'retry', at, by })
    if (!next.ok) return refusalNotice(next.refusals)
    await before(tx, at)
    await append(tx, request.id, { kind: 'again', at })
    await refreshCard(tx, next.value, at)
    return doneNotice(says)
  }

/** What speaks against it whatever the hosts show. */
const notUndone = ({ id, plan }: NeedsAttention, progress: Progress | null): Refusal | null => {
  if (progress === null)
    return refusal(
      'not-possible',
      `the journal of ${id} cannot be read, or tells what cannot have been, so nobody knows what there is to undo`,
      REPAIR(id),
    )
  return mayBeUndone(plan, progress)
    ? null
    : refusal(
        'not-possible',
        `a VM of ${id} was started, or may have been, and no start is undone: that would cut its power`,
        REPAIR(id),
      )
}
const REPAIR = (id: string): string => `Its card lists what repairs it; then say \`resolve ${id}\`.`

const againstOn = async (
  context: Context,
  { id, plan }: NeedsAttention,
  { progress, readings }: { readonly progress: Progress; readonly readings: Readings },
): Promise<Refusal[]> => {
  const self = await selfOf(context.db)
  const barred = [...readings.values()].flatMap(({ name, module }) => {
    const bar = barOf(module, self)
    return bar ? [refuseBarred(name, bar)] : []
  })
  const changed = againstUndo(plan, progress, readings)
  return changed.length === 0
    ? barred
    : [
        ...barred,
        refusal(
          'not-possible',
          `${id} cannot be undone as things are: ${changed.join('; ')}`,
          `Bring that about on the host, then try again; or repair all of it by hand, as the card of ${id} lists (\`show ${id}\`).`,
        ),
      ]
}
