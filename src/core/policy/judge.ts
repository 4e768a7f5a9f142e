/**
 * What the policy says to a wish: the first rule that fits decides, and what no rule fits is refused. A wish that is
 * about two VMs, a move, is judged for each of them, and both judgements hold: otherwise moving a GPU to a VM with a
 * lenient rule would take it from one with a strict rule.
 */
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import type { HostFacts } from '../inventory/inventory'
import { refuseLength } from '../lease/caps'
import { isUnknownModel, mightBe } from '../inventory/models'
import { hostPlansOf, stepsOf, type HostPlan, type Plan } from '../plan/plan'
import { sharingSupport } from '../inventory/sharing'
import type { Need } from './approval'
import type { Policy, Rule } from './policy'
import { roleWords } from '../text/roles'

export interface Wish {
  readonly command: Exclude<Plan['action'], 'extend'>
  readonly mode: Plan['mode']
  readonly host: string
  readonly gpu: string
  readonly model: string
  readonly vms: readonly { readonly id: string; readonly name: string }[]
  /** Something is taken, and every VM that is touched has only what the same person asked for before. */
  readonly own: boolean
  /** For how long it would be lent, in milliseconds; null: without an end, or nothing is lent. */
  readonly lentMs: number | null
  readonly force: boolean
  /** A VM would be turned off like a power cut. */
  readonly powerOff: boolean
  readonly unsupportedPartitioning: boolean
  /** What is given back on another host for it: judged by the rules over there as well. */
  readonly release?: Subject | undefined
}

/** What has to be there before it is carried out. */
export type Judgement =
  | { readonly kind: 'automatic'; readonly rules: readonly string[] }
  | { readonly kind: 'quorum'; readonly needs: readonly Need[] }

const subjectOf = ({ host, gpu, from, to }: HostPlan): Subject => ({
  host,
  gpu: gpu.alias,
  model: gpu.model,
  vms: [from, to?.id === from?.id ? null : to].flatMap((vm) => vm ?? []),
})

/** What quiet hours and change freezes can be about: the plan on each of its hosts. */
export const subjectsOf = (plan: Plan): Subject[] => hostPlansOf(plan).map(subjectOf)

/** What a plan does not say of the wish that it is for. */
export type Basis = Pick<Wish, 'own' | 'lentMs' | 'unsupportedPartitioning'>

export const wishOf = (plan: Plan, basis: Basis): Wish => ({
  ...subjectOf(plan),
  ...basis,
  command: plan.action === 'extend' ? 'assign' : plan.action,
  mode: plan.mode,
  force: stepsOf(plan).some((step) => step.kind === 'dismountDevice' && step.force),
  powerOff: stepsOf(plan).some((step) => step.kind === 'stopVm' && step.how === 'turn-off'),
  release: plan.release && subjectOf(plan.release),
})

/** Giving a partition back is never held against anyone. What is not known to be supported counts as what is not. */
export const isUnsupported = ({ mode, action }: Pick<Plan, 'mode' | 'action'>, { os }: HostFacts): boolean =>
  mode === 'partition' && action !== 'release' && sharingSupport(os) !== 'yes'

/** A rule that fits, and the VM for which it does. */
export interface Fit {
  readonly rule: Rule | null
  /** Where the model is not known: the rules that might fit, of which this one asks for most. */
  readonly among: readonly Rule[]
  readonly vm: string | null
  /** What of the wish it is about. */
  readonly wish: Wish
}

/** What is given back over there dismounts nothing and shares nothing. */
const partsOf = ({ release, ...wish }: Wish): Wish[] => [
  wish,
  ...(release ? [{ ...wish, ...release, force: false, unsupportedPartitioning: false }] : []),
]

/** The rule for each VM of the wish, or for the GPU alone where there is none. `roles`: of whoever asks. */
export const rulesFor = (policy: Policy, roles: readonly string[], whole: Wish): Fit[] =>
  partsOf(whole).flatMap((wish) =>
    (wish.vms.length === 0 ? [null] : wish.vms).map((vm) => {
      const among = candidates(policy, wish, vm)
      const named = { vm: vm?.name ?? null, wish }
      const rule = mostDemanding(among, (each) =>
        refusalsOf(policy, roles, { ...named, rule: each }).length > 0 ? Infinity : wantedBy(each),
      )
      return { ...named, rule, among: among.length > 1 ? among : [] }
    }),
  )

/**
 * The first rule that fits. Of a GPU whose model is not known, each rule before it that might be about that model too:
 * otherwise it would slip past the strict rule of its model to the next, laxer one.
 */
const candidates = (policy: Policy, wish: Wish, vm: Wish['vms'][number] | null): Rule[] => {
  const certain = policy.rules.findIndex((rule) => fits(policy, rule, wish, vm))
  const first = certain < 0 ? policy.rules.length : certain
  return policy.rules.filter(
    (rule, at) =>
      at === certain || (at < first && fitsApart(rule, wish) && mayConcern(policy, rule, wish, vm)),
  )
}

/** What would refuse it asks for most; then whoever wants more approvers; of equals, the one that is written first. */
const mostDemanding = (rules: readonly Rule[], demand: (rule: Rule) => number): Rule | null =>
  rules.reduce<Rule | null>(
    (most, rule) => (most === null || demand(rule) > demand(most) ? rule : most),
    null,
  )

const wantedBy = ({ approve }: Rule): number => (approve === 'automatic' ? 0 : approve.count)

const fits = (policy: Policy, rule: Rule, wish: Wish, vm: Wish['vms'][number] | null): boolean =>
  fitsApart(rule, wish) && concerns(policy, rule, wish, vm)

/** In everything but the places that it is about. */
const fitsApart = (rule: Rule, wish: Wish): boolean =>
  (rule.commands?.includes(wish.command) ?? true) &&
  (rule.modes?.includes(wish.mode) ?? true) &&
  (rule.own !== true || wish.own) &&
  (rule.longest === undefined || (wish.lentMs !== null && wish.lentMs <= rule.longest))

/** What a plan is about. */
export type Subject = Pick<Wish, 'host' | 'gpu' | 'model' | 'vms'>
type Places = Pick<Rule, 'hosts' | 'gpus' | 'models' | 'classes' | 'vms'>

/** All places that are named are among these. What names VMs is about no GPU without one. */
export const concerns = (
  policy: Policy,
  places: Places,
  subject: Subject,
  vm: Wish['vms'][number] | null,
): boolean =>
  (places.hosts === undefined || like(places.hosts, subject.host)) &&
  (places.gpus === undefined || like(places.gpus, subject.gpu)) &&
  (places.models === undefined || like(places.models, subject.model)) &&
  (places.classes === undefined ||
    places.classes.some((each) => like(policy.classes.get(each) ?? [], subject.model))) &&
  (places.vms === undefined || (vm !== null && (like(places.vms, vm.name) || like(places.vms, vm.id))))

/** The same, or of a GPU whose model is not known: what may be about its model. */
export const mayConcern = (
  policy: Policy,
  places: Places,
  subject: Subject,
  vm: Wish['vms'][number] | null,
): boolean => {
  const { models, classes, ...rest } = places
  const mayBe = (patterns: readonly string[]): boolean =>
    patterns.some((each) => mightBe(subject.model, each))
  return (
    concerns(policy, places, subject, vm) ||
    (isUnknownModel(subject.model) &&
      concerns(policy, rest, subject, vm) &&
      (models === undefined || mayBe(models)) &&
      (classes === undefined || classes.some((each) => mayBe(policy.classes.get(each) ?? []))))
  )
}

/** `*` stands for any characters, everything else for itself, whatever its case. */
/** Is it one of these, in which `*` stands for anything? */
export const like = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => {
    const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pieces.join('.*')}$`, 'isu').test(text)
  })

/** Every reason against it at once; else the rules that decide it, each once. `roles`: of whoever asks. */
export const rulesOver = (policy: Policy, roles: readonly string[], wish: Wish): Outcome<readonly Rule[]> => {
  const found = rulesFor(policy, roles, wish)
  const against = found.flatMap((fit) => refusalsOf(policy, roles, fit))
  if (against.length > 0) return refused(...against)
  return accepted([...new Set(found.flatMap(({ rule }) => rule ?? []))])
}

/** Every reason against it at once; else what has to be there before it is carried out. */
export const judge = (policy: Policy, roles: readonly string[], wish: Wish): Outcome<Judgement> => {
  const rules = rulesOver(policy, roles, wish)
  return rules.ok ? accepted(demandOf(rules.value, wish)) : rules
}

/** What these rules want together. */
export const demandOf = (rules: readonly Rule[], wish: Wish): Judgement => {
  const needs = rules.flatMap(({ name, approve, powerOff }) => [
    ...(approve === 'automatic' ? [] : [{ rule: name, ...approve }]),
    ...(wish.powerOff && powerOff !== undefined && powerOff !== 'refuse'
      ? [{ rule: `${name}, --power-off`, ...powerOff }]
      : []),
  ])
  return needs.length === 0
    ? { kind: 'automatic', rules: rules.map(({ name }) => name) }
    : { kind: 'quorum', needs }
}

/** A rule of theirs would fit, were it for less time. Null where none would. */
const tooLong = (
  policy: Policy,
  roles: readonly string[],
  { vm: name, wish }: Pick<Fit, 'vm' | 'wish'>,
): Refusal | null => {
  if (wish.command !== 'assign' && wish.command !== 'move') return null
  const vm = wish.vms.find((each) => each.name === name) ?? null
  const rule = policy.rules.find(
    ({ longest, ...each }) =>
      longest !== undefined && fits(policy, each, wish, vm) && each.ask.some((role) => roles.includes(role)),
  )
  return rule?.longest === undefined
    ? null
    : refuseLength(`the rule \`${rule.name}\` of the policy`, wish.lentMs, rule.longest)
}

const refusalsOf = (
  policy: Policy,
  roles: readonly string[],
  { rule, vm, wish }: Omit<Fit, 'among'>,
): Refusal[] => {
  const about = `${wish.command} with ${wish.gpu}${vm === null ? '' : ` and ${vm}`}`
  if (rule === null)
    return [
      tooLong(policy, roles, { vm, wish }) ??
        refusal('not-allowed', `no rule of the policy fits ${about}`, 'An administrator can add one.'),
    ]
  const named = `the rule \`${rule.name}\` of the policy`
  return [
    ...(rule.ask.some((role) => roles.includes(role))
      ? []
      : [refusal('not-allowed', `${named} lets only ${roleWords(rule.ask)} ask for ${about}`, SEE_WHOAMI)]),
    ...(wish.force && !rule.force
      ? [refusal('not-allowed', `${named} allows no -Force for ${about}`, 'Choose a GPU that needs none.')]
      : []),
    ...(wish.powerOff && rule.powerOff === 'refuse'
      ? [
          refusal(
            'not-allowed',
            `${named} lets nobody turn a VM off, which ${about} would do`,
            'Use `--shutdown` in place of `--power-off`.',
          ),
        ]
      : []),
    ...(wish.unsupportedPartitioning && !rule.unsupportedPartitioning
      ? [
          refusal(
            'not-allowed',
            `${named} allows no partitions where Microsoft does not support them, which ${about} would be`,
            'Use a host with Windows Server 2025, or the whole GPU.',
          ),
        ]
      : []),
  ]
}

const SEE_WHOAMI = '`whoami` shows your roles.'

/** `2 of platform`, `1 of leads and 2 of platform`, `automatic` or `refused`. */
export const judgementWords = (judgement: Outcome<Judgement>): string => {
  if (!judgement.ok) return 'refused'
  if (judgement.value.kind === 'automatic') return 'automatic'
  return judgement.value.needs.map(({ by, count }) => `${count} of ${by.join(' or ')}`).join(' and ')
}
