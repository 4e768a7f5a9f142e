/** Holders of something in a VM that a plan stops: found when it is asked for and when it begins, told, and heard. */
import { doneNotice } from '../../../core/answers/done'
import { refusalNotice } from '../../../core/answers/refusal'
import { STATE_WORDS } from '../../../core/request/words'
import { consentNotice, waitsForConsent } from '../../../core/cards/consent'
import { speaksFor, unanswered, withoutYes, type Touched } from '../../../core/request/consent'
import { refusal, type Refusal } from '../../../core/errors'
import type { Lease } from '../../../core/lease/lease'
import type { Plan } from '../../../core/plan/plan'
import { rulesFor, type Wish } from '../../../core/policy/judge'
import { personOf, type Policy } from '../../../core/policy/policy'
import { waivesConsent, type Request } from '../../../core/request/request'
import type { Db, Tx } from '../../../store/database'
import { heardAt } from '../../../store/arrivals'
import { apply, findRequest } from '../../../store/requests'
import { refreshCard } from '../../telling/card'
import type { Caller, Effect } from '../../context/effect'
import { noRequest } from '../../context/no-request'
import { leasesTouched } from '../../snapshot/touched'
import { tellHolder } from '../../telling/holders'
import type { Context } from '../../context/context'

/** One for each person and VM. */
export const touchesOf = async (
  db: Db | Tx,
  policy: Policy,
  about: { readonly plan: Plan; readonly by: string },
): Promise<Touched[]> => {
  const touches = new Map<string, Touched>()
  for (const { lease, vm } of await leasesTouched(db, policy, about)) {
    const person = personOf(policy, lease.holder) ?? lease.holder
    const before = touches.get(`${person} ${vm}`)
    const by = await approversFor(db, policy, lease)
    touches.set(`${person} ${vm}`, {
      holder: lease.holder,
      person,
      vm,
      holds: [...(before?.holds ?? []), lease.gpu.alias],
      by: [...new Set([...(before?.by ?? []), ...by])],
    })
  }
  return [...touches.values()]
}

/** The roles that would have to approve that it is taken away; none where no rule wants any. */
const approversFor = async (db: Db | Tx, policy: Policy, lease: Lease): Promise<readonly string[]> => {
  const lender = await findRequest(db, lease.id)
  if (!lender) return []
  const { host, mode, gpu } = lender.plan
  const wish: Wish = {
    command: 'release',
    mode,
    host,
    gpu: gpu.alias,
    model: gpu.model,
    vms: [lease.vm],
    own: false,
    lentMs: null,
    force: false,
    powerOff: false,
    unsupportedPartitioning: false,
  }
  return rulesFor(policy, [], wish).flatMap(({ rule }) =>
    rule === null || rule.approve === 'automatic' ? [] : rule.approve.by,
  )
}

/** Each person once, where nobody else reads it, in the commit that asks. */
export const tellTouched = async (tx: Tx, policy: Policy, request: Request, at: number): Promise<void> => {
  const told = new Set<string>()
  for (const { lease } of await leasesTouched(tx, policy, { plan: request.plan, by: request.asked.by })) {
    const person = personOf(policy, lease.holder) ?? lease.holder
    if (told.has(person)) continue
    told.add(person)
    await tellHolder(tx, lease, consentNotice(request, person), { at, asks: request.id })
  }
}

/** What an approved request waits for, as a clause; null when it may begin. */
export const consentMissing = async (
  db: Db,
  policy: Policy,
  request: Request,
  now: number,
): Promise<string | null> => {
  if (request.touches === undefined || waivesConsent(request)) return null
  const heard = (await heardAt(db, request.id)) ?? request.asked.at
  const silent = unanswered(request, heard === 'on its way' ? null : heard, now)
  return waitsForConsent({ silent, heard: heard !== 'on its way', without: withoutYes(policy, request) })
}

/** Why it is void: somebody holds something there now who was never asked. One sentence each. */
export const untold = async (tx: Tx, policy: Policy, request: Request): Promise<string[]> => {
  if (waivesConsent(request)) return []
  const { plan, asked, touches = [] } = request
  return (await touchesOf(tx, policy, { plan, by: asked.by }))
    .filter((now) => !touches.some(({ person, vm }) => person === now.person && vm === now.vm))
    .map(({ person, vm, holds }) => `${person} holds ${holds.join(', ')} in ${vm} now, and was not asked.`)
}

export interface AnsweringConsent {
  readonly requestId: string
  readonly answer: 'yes' | 'no'
  readonly reason: string | undefined
}

/** `agree` and `object`: by a holder, or by somebody who may speak in their place. */
export const answerTo =
  (context: Context, { requestId, answer, reason }: AnsweringConsent, caller: Caller): Effect =>
  async (tx) => {
    const request = await findRequest(tx, requestId)
    if (!request) return refusalNotice([noRequest(requestId)])
    const policy = context.policy.inForce()
    const person = personOf(policy, caller.account) ?? caller.account
    const refused = refuseAnswer(policy, request, { person, answer })
    if (refused) return refusalNotice([refused])
    const at = context.clock.now()
    const said = { by: caller.account, person, at, answer, ...(reason === undefined ? {} : { reason }) }
    const next = await apply(tx, request, { kind: 'answer', ...said })
    if (!next.ok) return refusalNotice(next.refusals)
    await refreshCard(tx, next.value, at)
    context.wake.run()
    return doneNotice(
      answer === 'yes'
        ? `You agreed to ${request.id}.`
        : `You objected to ${request.id}. Its card says so; others may still agree in your place.`,
    )
  }

const refuseAnswer = (
  policy: Policy,
  request: Request,
  { person, answer }: { readonly person: string; readonly answer: 'yes' | 'no' },
): Refusal | null => {
  const { id, touches = [], asked, state } = request
  if (state !== 'pending' && state !== 'approved')
    return refusal('finished', `${id}: ${STATE_WORDS[state]}`, `See \`show ${id}\`.`)
  if (touches.length === 0)
    return refusal(
      'not-possible',
      `${id} stops nobody else's VM, so nobody has to agree`,
      `See \`show ${id}\`.`,
    )
  if (person === asked.person)
    return refusal('not-allowed', 'nobody agrees to what they asked for', 'Somebody else must do it.')
  const holds = touches.some((each) => each.person === person)
  const speaks = answer === 'yes' && touches.some((each) => speaksFor(policy, each, person, asked.person))
  return holds || speaks
    ? null
    : refusal(
        'not-allowed',
        `you hold nothing that ${id} stops, and may not speak for those who do`,
        `\`comment ${id} ...\` tells the approvers what you think.`,
      )
}
