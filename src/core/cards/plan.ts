/** The parts of a post that show a plan: what approvers approve. */
import type { Notice, Part, Run } from '../notice'
import type { Plan } from '../plan/plan'
import { planScript } from '../plan/script'
import { saysOf, scriptOf, undoOf } from '../plan/step'

const VERB = { assign: 'Assign', move: 'Move', release: 'Release' } as const

/** `Assign hv01/gpu0 to train-02`, `Move hv01/gpu0 from a to b`, `Release hv01/gpu0 from a`. */
export const titleOf = (plan: Plan): string =>
  [
    VERB[plan.action],
    plan.gpu.alias,
    ...(plan.from ? ['from', plan.from.name] : []),
    ...(plan.to ? ['to', plan.to.name] : []),
  ].join(' ')

const who = (holder: { name: string } | null): Run[] => (holder ? [{ strong: holder.name }] : ['the host'])

/** `moves`: show where the GPU goes, too. */
export const subjectParts = (plan: Plan, moves = true): Part[] => [
  {
    kind: 'facts',
    rows: [
      { label: 'GPU', runs: [{ strong: plan.gpu.alias }, ` ${plan.gpu.model}`] },
      { label: 'Location path', runs: [{ code: plan.gpu.locationPath }] },
      { label: 'Held by', runs: [...who(plan.from), ...(moves ? [' → ', ...who(plan.to)] : [])] },
    ],
  },
]

/** Costs and warnings, one line each. */
export const cautionParts = (plan: Plan): Part[] => {
  const lines = [
    ...plan.costs.map((cost) => `Costs: ${cost}`),
    ...plan.warnings.map((warning) => `Note: ${warning}`),
  ]
  return lines.length === 0 ? [] : [{ kind: 'text', runs: [lines.join('\n')] }]
}

const numbered = (lines: readonly string[]): string =>
  lines.map((line, index) => `${index + 1}  ${line}`).join('\n')

/** Each step as a sentence and as the PowerShell it stands for, and the way back. */
export const stepParts = (plan: Plan): Part[] => [
  { kind: 'steps', steps: plan.steps.map((step) => ({ text: saysOf(step), state: 'todo' })) },
  { kind: 'text', runs: [{ strong: 'As PowerShell' }] },
  { kind: 'code', text: numbered(plan.steps.map(scriptOf)) },
  { kind: 'text', runs: [{ strong: 'If a step fails, the ones before it are undone in reverse' }] },
  { kind: 'code', text: numbered(plan.steps.toReversed().map((step) => scriptOf(undoOf(step)))) },
  { kind: 'note', runs: [`plan ${plan.digest.slice(0, 12)} · a changed fact voids the approval`] },
]

/** The whole plan as one PowerShell script, to read or to run by hand. */
export const scriptParts = (plan: Plan): Part[] => [
  { kind: 'text', runs: [{ strong: 'The plan as one script' }] },
  { kind: 'code', text: planScript(plan) },
]

/** The answer to `--dry-run` and `--script`: shown to the one who asked, nothing is stored. */
export const planNotice = (plan: Plan, script: boolean): Notice => ({
  summary: `${titleOf(plan)}: what would be done`,
  tone: 'plain',
  parts: [
    { kind: 'title', text: titleOf(plan) },
    { kind: 'text', runs: [{ strong: 'Dry run: nothing was asked for and nothing was changed.' }] },
    ...subjectParts(plan),
    ...cautionParts(plan),
    ...(script ? scriptParts(plan) : stepParts(plan)),
  ],
})
