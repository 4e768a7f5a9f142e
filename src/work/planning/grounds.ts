/** What a plan is judged on beside itself: who asks, what is theirs, for how long, and what its host supports. */
import type { Readings } from '../../core/operation/progress'
import type { Plan } from '../../core/plan/plan'
import { isUnsupported } from '../../core/policy/judge'
import { personOf, rolesOf } from '../../core/policy/policy'
import type { JudgedOn } from '../../core/request/judged'
import { lentMsOf, type AskedEnd } from '../../core/time/until'
import type { Caller } from '../context/effect'
import type { Context } from '../context/context'
import { isOwn, touchingOf } from '../snapshot/holding'

export const groundsFor = async (
  context: Context,
  {
    plan,
    readings,
    caller,
    end,
  }: {
    readonly plan: Plan
    readonly readings: Readings
    readonly caller: Caller
    readonly end: AskedEnd | null
  },
): Promise<JudgedOn> => {
  const policy = context.policy.inForce()
  const facts = readings.get(plan.host)
  return {
    roles: rolesOf(policy, personOf(policy, caller.account)),
    own: await isOwn(context.db, policy, touchingOf(plan, readings), caller.account),
    lentMs: lentMsOf(end, context.clock.now()),
    unsupportedPartitioning: facts !== undefined && isUnsupported(plan, facts),
  }
}
