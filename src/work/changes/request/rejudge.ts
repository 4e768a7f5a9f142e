/** What has not begun, judged by the policy of this moment: what that judges otherwise is void, before anybody decides it. */
import { messageOf } from '../../../core/errors'
import type { Policy } from '../../../core/policy/policy'
import { consentFact, judgedBy, unjudgedFacts } from '../../../core/request/judged'
import { explainChange } from '../../../core/plan/digest'
import type { Request } from '../../../core/request/request'
import type { Db, Tx } from '../../../store/database'
import { apply, findRequest, requestsIn } from '../../../store/requests'
import { touchesOf } from './consent'
import type { Context } from '../../context/context'
import { settleVoid } from './voided'

/** What is judged otherwise, one sentence each; none where all is as it was when it was asked for. */
export const judgedAnew = async (db: Db | Tx, policy: Policy, request: Request): Promise<string[]> => {
  const { plan, judgedOn } = request
  if (judgedOn === undefined) return explainChange(plan.facts, unjudgedFacts(policy))
  const judged = judgedBy(policy, plan, judgedOn)
  if (!judged.ok) return judged.refusals.map(({ reason }) => `Not allowed any more: ${reason}.`)
  return explainChange(plan.facts, { ...judged.value.facts, ...(await consentFacts(db, policy, request)) })
}

/** Of those who hold there what they held when they were asked. What somebody got or lost since is no change of the policy. */
const consentFacts = async (
  db: Db | Tx,
  policy: Policy,
  { plan, asked, touches = [] }: Request,
): Promise<Record<string, string>> => {
  if (touches.length === 0) return {}
  const now = await touchesOf(db, policy, { plan, by: asked.by })
  return Object.fromEntries(
    touches.flatMap(({ holder, person, vm, holds }) => {
      const same = now.find(
        (each) => each.holder === holder && each.vm === vm && String(each.holds) === String(holds),
      )
      return same ? [consentFact({ person, vm, by: same.by })] : []
    }),
  )
}

/** Whether it is void now. Wake the delivery afterwards. */
export const rejudge = async (
  context: Context,
  tx: Tx,
  request: Request,
  policy = context.policy.inForce(),
): Promise<boolean> => {
  // Judged by a policy that does not know yet whom it names, it would be void for nothing.
  if (context.policy.incomplete() !== null) return false
  const changes = await judgedAnew(tx, policy, request)
  if (changes.length === 0) return false
  const at = context.clock.now()
  const next = await apply(tx, request, { kind: 'rejudge', at, changes })
  if (!next.ok || next.value.state !== 'void') return false
  await settleVoid(context, tx, next.value, at)
  context.log.info({ request: request.id, changes }, 'the policy judges it otherwise')
  return true
}

/** Everything that has not begun. The ids of what is void by it. */
export const rejudgeAll = async (context: Context, tx: Tx): Promise<string[]> => {
  const policy = context.policy.inForce()
  const voided: string[] = []
  for (const request of await requestsIn(tx, ['pending', 'approved']))
    if (await rejudge(context, tx, request, policy)) voided.push(request.id)
  return voided
}

/**
 * The same where the policy was read and nobody said `reload`, each request in a commit of its own. Never throws: what is
 * not judged now is judged when it is approved, and when it begins.
 */
export const policyRead = async (context: Context): Promise<void> => {
  const policy = context.policy.inForce()
  try {
    for (const each of await requestsIn(context.db, ['pending', 'approved'])) {
      if ((await judgedAnew(context.db, policy, each)).length === 0) continue
      await context.db.transaction().execute(async (tx) => {
        const request = await findRequest(tx, each.id)
        if (request) await rejudge(context, tx, request, policy)
      })
      context.wake.deliver()
    }
  } catch (error) {
    context.log.error({ error: messageOf(error) }, 'not all could be judged by the policy that was read')
  }
}
