/** `resolve`: an administrator says that a request which needs attention was repaired by hand. It is believed after reading. */
import { doneNotice } from '../../core/answers/done'
import { PLACE_WORDS } from '../../core/inventory/place-words'
import { refusalNotice } from '../../core/answers/refusal'
import { refusal, type Refusal } from '../../core/errors'
import { lacksOf, type Lacks } from '../../core/operation/half-way'
import { placeOf } from '../../core/inventory/inventory'
import { hostPlansOf, stepsOn, type Plan } from '../../core/plan/plan'
import { isGiven, type Readings } from '../../core/operation/progress'
import type { RequestEvent, RequestIn } from '../../core/request/request'
import { apply } from '../../store/requests'
import { stateOf } from '../operation/attention'
import { say, type Caller, type Effect } from '../context/effect'
import { recordEnd } from '../operation/ending'
import type { Context } from '../context/context'
import { findStuck, readStuck, recordReading } from './stuck'

export interface Resolving {
  readonly id: string
  /** Whatever the hosts show, as long as no GPU is lost to everybody. */
  readonly asFound: boolean
}

type As = Extract<RequestEvent, { kind: 'resolve' }>['as']

/** Done where all is as planned, undone where all is as before; otherwise it says what differs, and nothing is changed. */
export const resolveRequest = async (
  context: Context,
  { id, asFound }: Resolving,
  caller: Caller,
): Promise<Effect> => {
  const stuck = await findStuck(context, id)
  if (!stuck.ok) return say(stuck.notice)
  const { request } = stuck
  const read = await readStuck(context, request)
  if (!read.ok) return say(read.notice)
  const { readings } = read
  const lost = lostIn(request, readings)
  const lacks = lacksOf(request.plan, stuck.progress, readings)
  const as = settledAs(request.plan, { lacks, readings, asFound })
  if (lost.length > 0 || as === null)
    return say(refusalNotice([...lost, ...(as === null ? [differing(request, { lacks, readings })] : [])]))
  return async (tx) => {
    const [at, by] = [context.clock.now(), caller.account]
    const found = FOUND[as](request.plan, lacks, readings)
    const next = await apply(tx, request, { kind: 'resolve', at, by, as, found })
    if (!next.ok) return refusalNotice(next.refusals)
    await recordReading(tx, request, { readings, by, at })
    const owned = (host: string) => stepsOn(request.plan, host)
    await recordEnd(context, tx, { ended: next.value, readings, owned, at })
    return doneNotice(`${id} is resolved. ${found}`)
  }
}

const settledAs = (
  plan: Plan,
  {
    lacks: { planned, before },
    readings,
    asFound,
  }: { readonly lacks: Lacks; readonly readings: Readings; readonly asFound: boolean },
): As | null => {
  if (planned.length === 0) return 'done'
  if (before.length === 0) return 'undone'
  if (!asFound) return null
  return isGiven(plan, readings) ? 'done' : 'found'
}

/** A GPU that the host has switched off or given up, and that no VM holds, is lost to everyone. */
const lostIn = ({ id, plan }: RequestIn<'needs-attention'>, readings: Readings): Refusal[] =>
  hostPlansOf(plan).flatMap(({ host, gpu: { alias, locationPath } }) => {
    const facts = readings.get(host)
    const gpu = facts?.gpus.find((each) => each.locationPath === locationPath)
    const place = facts && gpu ? placeOf(facts, gpu).kind : 'missing'
    if (place === 'host-enabled' || place === 'assigned') return []
    return refusal(
      'not-possible',
      `${alias} is still ${PLACE_WORDS[place]}: nobody can use it`,
      `Run what the request lists as its repair (\`show ${id}\`), then say \`resolve ${id}\` again.`,
    )
  })

const differing = (
  { id, plan }: RequestIn<'needs-attention'>,
  { lacks, readings }: { readonly lacks: Lacks; readonly readings: Readings },
): Refusal =>
  refusal(
    'not-possible',
    `${id} is neither as planned nor as before: ${stateOf(plan, readings).join('; ')}. ` +
      `To be as before it lacks: ${lacks.before.join('; ')}. To be as planned it lacks: ${lacks.planned.join('; ')}`,
    `Do the one or the other and say \`resolve ${id}\` again. Where it shall stay as it is now, say \`resolve ${id} --as-found\`.`,
  )

const words = (plan: Plan) =>
  plan.release ? { hosts: 'The hosts were', they: 'they were' } : { hosts: 'The host was', they: 'it was' }

const FOUND: { readonly [A in As]: (plan: Plan, lacks: Lacks, readings: Readings) => string } = {
  done: (plan, { planned }) =>
    planned.length === 0
      ? `${words(plan).hosts} found as planned.`
      : `${words(plan).hosts} found as planned, but for: ${planned.join('; ')}.`,
  undone: (plan) => `${words(plan).hosts} found as ${words(plan).they} before.`,
  found: (plan, _, readings) =>
    `${words(plan).hosts} found in another state, and left so: ${stateOf(plan, readings).join('; ')}.`,
}
