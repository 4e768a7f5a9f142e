/** A request that needs attention, with its hosts read just now: what each deed of an administrator about it begins with. */
import { refusalNotice } from '../../core/answers/refusal'
import { STATE_WORDS } from '../../core/request/words'
import { refusal } from '../../core/errors'
import type { Notice } from '../../core/notice/notice'
import { hostPlansOf } from '../../core/plan/plan'
import type { Progress, Readings } from '../../core/operation/progress'
import { settledBy, type Request, type RequestIn } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { append } from '../../store/journal'
import { findRequest } from '../../store/requests'
import { stateOf } from '../operation/attention'
import { alreadySaid } from './decide'
import { noRequest } from '../context/no-request'
import type { Context } from '../context/context'
import { progressOf } from '../snapshot/progress'
import { readAll } from '../readings/reading'

export interface StuckRequest {
  readonly request: RequestIn<'needs-attention'>
  /** Null where its journal cannot be read. */
  readonly progress: Progress | null
}
type OrNotice<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly notice: Notice }

const no = (...refusals: Parameters<typeof refusalNotice>[0]): { ok: false; notice: Notice } => ({
  ok: false,
  notice: refusalNotice(refusals),
})

export const findStuck = async (context: Context, id: string): Promise<OrNotice<StuckRequest>> => {
  const request = await findRequest(context.db, id)
  if (!request) return no(noRequest(id))
  if (request.state === 'needs-attention')
    return { ok: true, request, progress: await progressOf(context.db, request) }
  const first = attendedBy(request)
  if (first) return { ok: false, notice: alreadySaid(id, first, context.clock.now()) }
  return no(
    refusal(
      'finished',
      `${id} needs no attention (it is: ${STATE_WORDS[request.state]})`,
      `See \`show ${id}\`.`,
    ),
  )
}

/** Whoever was faster. */
const attendedBy = (request: Request): ReturnType<typeof settledBy> => {
  const settled = settledBy(request)
  if (settled?.what === 'resolved') return settled
  return 'retried' in request && request.retried ? { what: 'tried again', said: request.retried } : null
}

/** Every host of the plan, or who does not answer. */
export const readStuck = async (
  context: Context,
  { id, plan }: StuckRequest['request'],
): Promise<OrNotice<{ readonly readings: Readings }>> => {
  const names = hostPlansOf(plan).map(({ host }) => host)
  const readings = await readAll(
    names.flatMap((name) => context.hosts.get(name) ?? []),
    context.log,
  )
  const silent = names.find((name) => !readings.has(name))
  return silent === undefined
    ? { ok: true, readings }
    : no(
        refusal(
          'unreachable',
          `${silent} does not answer, so ${id} stays as it is`,
          'Try again when the host is back.',
        ),
      )
}

/** Who had the hosts read, when, and what they showed. */
export const recordReading = async (
  tx: Tx,
  { id, plan }: StuckRequest['request'],
  { readings, by, at }: { readonly readings: Readings; readonly by: string; readonly at: number },
): Promise<void> => append(tx, id, { kind: 'read', at, by, found: stateOf(plan, readings) })
