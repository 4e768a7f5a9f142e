/** `resolve`: an administrator closes a request that needed attention, once the host is in order. */
import { doneNotice } from '../core/answers/done'
import { PLACE_WORDS, STATE_WORDS } from '../core/answers/states'
import { refusalNotice } from '../core/answers/refusal'
import { refusal, type Refusal } from '../core/errors'
import { placeOf } from '../core/inventory'
import { hostPlansOf, stepsOn } from '../core/plan/plan'
import { isAsBefore, isAsPlanned, isGiven, type Readings } from '../core/progress'
import type { RequestIn } from '../core/request'
import { saveBaselines, saveFacts } from '../store/fleet'
import { apply, findRequest } from '../store/requests'
import { announce } from './announce'
import { refreshCard } from './card'
import { noRequest } from './decide'
import { say, type Caller, type Consequence } from './consequence'
import { ownUp } from './drift'
import { stateOf } from './attention'
import { lend } from './lease/lend'
import type { Parts } from './parts'
import { readAll } from './reading'

/** Closes a needs-attention request, if the host was read just now and its GPU is in use by someone again. */
export const resolveRequest = async (parts: Parts, id: string, caller: Caller): Promise<Consequence> => {
  const request = await findRequest(parts.db, id)
  if (!request) return say(refusalNotice([noRequest(id)]))
  if (request.state !== 'needs-attention')
    return say(
      refusalNotice([
        refusal(
          'finished',
          `${id} needs no attention (it is: ${STATE_WORDS[request.state]})`,
          `See \`show ${id}\`.`,
        ),
      ]),
    )
  const readings = await readAll(
    hostPlansOf(request.plan).flatMap(({ host }) => parts.hosts.get(host) ?? []),
    parts.log,
  )
  const silent = hostPlansOf(request.plan).find(({ host }) => !readings.has(host))
  const facts = readings.get(request.plan.host)
  if (silent || !facts)
    return say(
      refusalNotice([
        refusal(
          'unreachable',
          `${silent?.host ?? request.plan.host} does not answer, so ${id} cannot be checked`,
          'Try again when the host is back.',
        ),
      ]),
    )
  const problems = inconsistencies(request, readings)
  if (problems.length > 0) return say(refusalNotice(problems))
  return async (tx) => {
    const at = parts.clock.now()
    const next = await apply(tx, request, {
      kind: 'resolve',
      at,
      by: caller.account,
      found: foundOn(request, readings),
    })
    if (!next.ok) return refusalNotice(next.refusals)
    for (const each of readings.values()) {
      await saveFacts(tx, each, at)
      await ownUp(tx, each, stepsOn(request.plan, each.name))
    }
    if (isGiven(request.plan, readings)) {
      await saveBaselines(tx, request.plan)
      await lend(tx, parts, { request: next.value, facts, at })
    }
    await refreshCard(tx, next.value, at)
    await announce(parts, tx, [{ kind: 'request', request: next.value }], { at })
    return doneNotice(`${id} is resolved.`)
  }
}

/** A GPU that the host has switched off or given up, and that no VM holds, is lost to everyone: that is not consistent. */
const inconsistencies = ({ id, plan }: RequestIn<'needs-attention'>, readings: Readings): Refusal[] =>
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

const foundOn = ({ plan }: RequestIn<'needs-attention'>, readings: Readings): string => {
  const [hosts, were] = plan.release ? ['hosts', 'were'] : ['host', 'was']
  if (isAsPlanned(plan, readings)) return `The ${hosts} ${were} found as planned.`
  if (isAsBefore(plan, readings, () => true))
    return `The ${hosts} ${were} found as ${plan.release ? 'they' : 'it'} ${were} before.`
  return `The ${hosts} ${were} found in another, consistent state: ${stateOf(plan, readings).join('; ')}.`
}
