/**
 * `pause` and `resume` of hosts: administrators let nothing new begin there, or stop between the steps of what has begun.
 * Of a GPU: apart.ts.
 */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { titleOf } from '../../core/cards/plan'
import type { Command } from '../../core/command/command'
import type { Refusal } from '../../core/errors'
import { shown } from '../../core/text/shown'
import { resolveHost } from '../../core/inventory/names'
import { hostPlansOf, stepsOf, type Plan } from '../../core/plan/plan'
import { saysOf, undoOf } from '../../core/plan/step'
import type { Progress } from '../../core/operation/progress'
import type { Tx } from '../../store/database'
import { hostViews, isPaused, pause, resume } from '../../store/fleet'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { ALL_HOSTS } from '../../store/sources'
import { namesGpu, pauseGpu, resumeGpu } from '../readings/apart'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'
import { progressOf } from '../snapshot/progress'

const scopeOf = async (
  context: Context,
  scope: string,
): Promise<{ scope: string } | { refusals: readonly Refusal[] }> => {
  if (scope.toLowerCase() === ALL_HOSTS) return { scope: ALL_HOSTS }
  const host = resolveHost(scope, await hostViews(context.db, [...context.hosts.keys()]))
  return host.ok ? { scope: host.value.name } : { refusals: host.refusals }
}

const called = (scope: string): string => (scope === ALL_HOSTS ? 'All hosts' : scope)

/** `now` stops between the steps of what has begun, too. */
export const pauseScope = async (
  context: Context,
  wanted: Omit<Extract<Command, { kind: 'pause' }>, 'kind'>,
  caller: Caller,
): Promise<Effect> => {
  if (namesGpu(wanted.scope)) return pauseGpu(context, wanted, caller)
  const found = await scopeOf(context, wanted.scope)
  if ('refusals' in found) return say(refusalNotice(found.refusals))
  return async (tx) => {
    const at = context.clock.now()
    const { scope } = found
    const { now, reason } = wanted
    if (!(await pause(tx, { scope, account: caller.account, at, now, reason })))
      return doneNotice(`${called(scope)} was paused already.`)
    const until = `until \`resume ${scope}\``
    const what = now
      ? `paused between steps: a step under way ends, and none follows ${until}.`
      : `paused: nothing new begins ${until}.`
    const said = reason === undefined ? '' : ` Reason: ${shown(reason)}.`
    const text = [`${called(scope)} ${what}${said}`, ...(await underWay(tx, scope, now))].join('\n')
    await post(tx, caller.channel, doneNotice(text, caller.account), { at, otherwise: caller.back })
    return null
  }
}

/** One line for each request that has begun there: what becomes of it. */
const underWay = async (tx: Tx, scope: string, stops: boolean): Promise<string[]> => {
  const running = (await requestsIn(tx, ['running'])).filter(
    ({ plan }) => scope === ALL_HOSTS || hostPlansOf(plan).some(({ host }) => host === scope),
  )
  return Promise.all(
    running.map(async ({ id, plan }) => {
      const title = `${id} (${titleOf(plan)})`
      if (!stops) return `${title} has begun and comes to its end; \`pause ${scope} --now\` would stop it.`
      const progress = await progressOf(tx, { id, plan })
      return `${title} lies open: ${progress ? farOf(plan, progress) : 'how far it came cannot be read'}.`
    }),
  )
}

/** `2 of 6 steps are done, next: Dismount hv01/gpu0 from the host` */
const farOf = (plan: Plan, { steps, direction, open, next }: Progress): string => {
  const all = stepsOf(plan)
  const done = steps.filter(({ state }) => state === 'done').length
  const far = `${done} of ${all.length} steps ${direction === 'do' ? 'are done' : 'are yet to be undone'}`
  const step = all[open ?? next ?? -1]
  if (!step) return far
  return `${far}, ${open === null ? 'next' : 'under way'}: ${saysOf(direction === 'do' ? step : undoOf(step))}`
}

export const resumeScope = async (context: Context, name: string, caller: Caller): Promise<Effect> => {
  if (namesGpu(name)) return resumeGpu(context, name, caller)
  const found = await scopeOf(context, name)
  if ('refusals' in found) return say(refusalNotice(found.refusals))
  return async (tx) => {
    if (!(await resume(tx, found.scope)))
      return (await isPaused(tx, found.scope))
        ? doneNotice(`${found.scope} is paused together with all hosts. \`resume all\` lifts every pause.`)
        : doneNotice(`${called(found.scope)}: nothing was paused.`)
    await post(tx, caller.channel, doneNotice(`${called(found.scope)} resumed.`, caller.account), {
      at: context.clock.now(),
      otherwise: caller.back,
    })
    return null
  }
}
