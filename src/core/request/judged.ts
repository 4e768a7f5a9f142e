/**
 * What a request was judged by, as facts by name: they are part of what its digest covers, so that an approval binds to the
 * judgement, and not to all else that the file says. Who is in a role is none of it; that is looked at when it is needed.
 */
import { z } from 'zod'
import { accepted, type Outcome } from '../errors'
import { span } from '../time/span'
import type { Plan } from '../plan/plan'
import type { Touched } from './consent'
import { demandOf, rulesOver, wishOf, type Judgement, type Wish } from '../policy/judge'
import type { Policy, Rule } from '../policy/policy'

/** What a request is judged on beside its plan, as it was when it was asked for. */
export const judgedOn = z.object({
  /** Of whoever asked. */
  roles: z.array(z.string()),
  own: z.boolean(),
  lentMs: z.number().nullable(),
  unsupportedPartitioning: z.boolean(),
})
export type JudgedOn = z.infer<typeof judgedOn>

type Facts = Readonly<Record<string, string>>
type Pair = readonly [name: string, value: string]

/** What has to be there before it is carried out, and the same as facts. */
export interface Judged {
  readonly judgement: Judgement
  readonly facts: Facts
}

/** Refused: by this policy nobody with these roles could ask for it. */
export const judgedBy = (policy: Policy, plan: Plan, { roles, ...basis }: JudgedOn): Outcome<Judged> => {
  const wish = wishOf(plan, basis)
  const read = rulesOver(policy, roles, wish)
  if (!read.ok) return read
  const rules = read.value
  const facts = Object.fromEntries([
    ['The rule that decides', rules.map(({ name }) => name).join(' and ')],
    ...rules.flatMap((rule) => demandsOf(rule, wish)),
    ...(LENDS.includes(plan.action) ? boundsOf(policy, rules) : []),
  ])
  return accepted({ judgement: demandOf(rules, wish), facts })
}

const LENDS: readonly Plan['action'][] = ['assign', 'move', 'extend']

const demandsOf = ({ name, approve, powerOff }: Rule, wish: Wish): Pair[] => [
  [`The approval by the rule ${name}`, approve === 'automatic' ? approve : quorumText(approve)],
  ...(wish.powerOff && powerOff !== undefined && powerOff !== 'refuse'
    ? [[`The approval by the rule ${name} for --power-off`, quorumText(powerOff)] as const]
    : []),
]

const boundsOf = ({ leases: { caps } }: Policy, rules: readonly Rule[]): Pair[] => [
  ...rules.map(({ name, longest }): Pair => [`The longest loan by the rule ${name}`, atMost(longest)]),
  ['The longest lease', atMost(caps.totalMs)],
  ['The longest extension', atMost(caps.extensionMs)],
]

const quorumText = ({ by, count }: Exclude<Rule['approve'], 'automatic'>): string =>
  `${count} of ${[...by].sort().join(' or ')}`

const atMost = (ms: number | null | undefined): string => (ms == null ? 'without a bound' : span(ms))

/** Whose yes counts as that of this person, whose VM would be stopped. */
export const consentFact = ({ person, vm, by }: Pick<Touched, 'person' | 'vm' | 'by'>): Pair => [
  `Who may agree for ${person} in ${vm}`,
  by.length === 0 ? 'administrators' : [...by].sort().join(' or '),
]

/** What the bot gives back by itself rests on what the policy has it do at the end of a lease. */
export const endFacts = ({ leases: { end } }: Policy): Facts => ({
  'What is done at the end of a lease':
    end.kind === 'ask-first' ? end.kind : `${end.kind} after ${span(end.graceMs)}`,
})

/** Of what nobody was judged by. Requests of earlier versions bound to all that the file said. */
export const unjudgedFacts = (policy: Policy): Facts => ({
  ...endFacts(policy),
  'policy revision': policy.revision,
})
