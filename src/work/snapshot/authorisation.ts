/** What a request may go on with, as the policy has it in the very moment in which it is written. */
import type { Touched } from '../../core/request/consent'
import { accepted, type Outcome } from '../../core/errors'
import type { Plan } from '../../core/plan/plan'
import { consentFact, endFacts, judgedBy, type Judged, type JudgedOn } from '../../core/request/judged'
import type { Policy } from '../../core/policy/policy'
import type { Request } from '../../core/request/request'
import { longestOf } from './caps'

/** The word of somebody, or the end of a lease. */
export type Grounds = Asked | Ending

interface Asked {
  readonly kind: 'judged'
  readonly on: JudgedOn
  readonly breakGlass: boolean
}
interface Ending {
  readonly kind: 'lease-end'
  readonly ends: NonNullable<Request['ends']>
}

export type Authorisation = (Asked & Judged) | Ending

/** Refused where the policy was read again since it was planned, and lets it be asked for no more. */
export const authorise = (policy: Policy, plan: Plan, grounds: Grounds): Outcome<Authorisation> => {
  if (grounds.kind === 'lease-end') return accepted(grounds)
  const judged = judgedBy(policy, plan, grounds.on)
  return judged.ok ? accepted({ ...grounds, ...judged.value }) : judged
}

/** What an approval binds to beside the plan. What a holder gives back themselves binds to nothing that the policy says. */
export const boundFacts = (
  policy: Policy,
  authorisation: Authorisation,
  touches: readonly Touched[],
): Record<string, string> => {
  if (authorisation.kind === 'judged')
    return { ...authorisation.facts, ...Object.fromEntries(touches.map(consentFact)) }
  return authorisation.ends.why === 'expired' ? endFacts(policy) : {}
}

/** Of the rules by which it was judged, whatever becomes of them. */
export const longestIn = (policy: Policy, authorisation: Authorisation): number | null => {
  if (authorisation.kind !== 'judged') return null
  const { judgement } = authorisation
  const rules = judgement.kind === 'automatic' ? judgement.rules : judgement.needs.map(({ rule }) => rule)
  return longestOf(policy, rules)
}
