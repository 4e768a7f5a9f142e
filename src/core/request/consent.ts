/**
 * Who holds something in a VM that somebody else's plan stops, and whether the plan may stop it: each has ten minutes to
 * answer, and it takes the yes of each, or of an approver of the rule for what they hold. See docs/decisions/consent.md.
 */
import { z } from 'zod'
import type { Approval } from '../policy/approval'
import { rolesAmong, type Policy } from '../policy/policy'
import { account } from '../ports/address'

export const touched = z.object({
  holder: account,
  person: z.string(),
  /** The VM that is stopped, and what this person holds in it. */
  vm: z.string(),
  holds: z.array(z.string()).min(1),
  /** Roles whose yes counts as theirs: the approvers of the rules for what they hold. */
  by: z.array(z.string()),
})
export type Touched = z.infer<typeof touched>

export const consentAnswer = z.object({
  by: account,
  person: z.string(),
  at: z.number(),
  answer: z.enum(['yes', 'no']),
  reason: z.string().optional(),
})
export type ConsentAnswer = z.infer<typeof consentAnswer>

const TIME_TO_ANSWER_MS = 600_000

/** A request, as far as it is about this. */
export interface ConsentSubject {
  readonly asked: { readonly person: string; readonly at: number }
  readonly approvals: readonly Approval[]
  readonly touches?: readonly Touched[] | undefined
  readonly answers?: readonly ConsentAnswer[] | undefined
}

export const answerBy = ({ answers = [] }: ConsentSubject, { person }: Touched): ConsentAnswer | null =>
  answers.find((each) => each.person === person) ?? null

/** Each person once; the order is that of the request. */
export const namesOf = (touches: readonly Touched[]): string =>
  [...new Set(touches.map(({ person }) => person))].join(', ')

/** Those who have neither answered nor had ten minutes since they `heard` of it; null: not yet. Both in epoch milliseconds. */
export const unanswered = (request: ConsentSubject, heard: number | null, now: number): readonly Touched[] =>
  heard !== null && now >= heard + TIME_TO_ANSWER_MS
    ? []
    : (request.touches ?? []).filter((each) => answerBy(request, each) === null)

/** Those for whom nobody has said yes who may. Whoever asked never counts. */
export const withoutYes = (policy: Policy, request: ConsentSubject): readonly Touched[] => {
  const { answers = [], approvals, asked } = request
  const yes = [...answers.filter((each) => each.answer === 'yes'), ...approvals]
    .map(({ person }) => person)
    .filter((person) => person !== asked.person)
  return (request.touches ?? []).filter(
    (each) => !yes.some((person) => person === each.person || speaksFor(policy, each, person, asked.person)),
  )
}

/** May this person say yes in the holder's place? An administrator may where nobody else could. */
export const speaksFor = (policy: Policy, { by }: Touched, person: string, asker: string): boolean => {
  if (rolesAmong(policy, person, by).length > 0) return true
  const others = [...policy.people.keys()].filter((each) => each !== asker)
  const nobodyElse = !others.some((each) => rolesAmong(policy, each, by).length > 0)
  return nobodyElse && rolesAmong(policy, person, policy.administer).length > 0
}
