/** The parts of a post that show a plan: what approvers approve. */
import type { Interruption } from '../smi/interruption'
import type { Notice, Part, Run } from '../notice/notice'
import {
  backwards,
  forwards,
  hostPlansOf,
  stepsOf,
  type HostPlan,
  type Plan,
  type Stretch,
} from '../plan/plan'
import { planScripts } from '../plan/script'
import { saysOf, scriptOf } from '../plan/step'
import { interruptionParts } from './interruption'

type FactRow = Extract<Part, { kind: 'facts' }>['rows'][number]

/** `Assign hv01/gpu0 to train-02`, `Release a partition of hv02/gpu0 from vdi-05`, `Split hv02/gpu0 into 4`. */
export const titleOf = (plan: Plan): string => {
  const { action, mode, gpu, from, to } = plan
  const what = mode === 'partition' ? `a partition of ${gpu.alias}` : gpu.alias
  switch (action) {
    case 'partition':
      return `Split ${gpu.alias} into ${plan.steps.flatMap((step) => (step.kind === 'setPartitionCount' ? step.to : [])).join()}`
    case 'resize':
      return `Resize the ${mode === 'dda' ? 'MMIO space for' : 'partition of'} ${gpu.alias} in ${to?.name ?? ''}`
    case 'assign':
      return `Assign ${what} to ${to?.name ?? ''}`
    case 'move':
      if (plan.release) return acrossTitle(plan, plan.release)
      return `Move ${what} from ${from?.name ?? ''} to ${to?.name ?? ''}`
    case 'extend':
      return `Keep ${what} in ${to?.name ?? ''} for longer`
    case 'release':
      return from ? `Release ${what} from ${from.name}` : `Return ${what} to its host`
  }
}

const acrossTitle = ({ gpu, to }: Plan, { gpu: given, from }: HostPlan): string =>
  `Move from ${given.alias} in ${from?.name ?? ''} to ${gpu.alias} in ${to?.name ?? ''}`

const who = (holder: { name: string } | null): Run[] => (holder ? [{ strong: holder.name }] : ['the host'])

/** `moves`: show where the GPU goes, too. */
const holderRow = ({ mode, from, to, action }: HostPlan, moves: boolean): FactRow[] => {
  if (action === 'extend' || (action === 'resize' && mode === 'dda'))
    return [{ label: 'Held by', runs: who(from) }]
  if (mode === 'dda' && !from && !to)
    return [{ label: 'Held by', runs: ['nobody', ...(moves ? [' → ', ...who(to)] : [])] }]
  if (mode === 'dda')
    return [{ label: 'Held by', runs: [...who(from), ...(moves ? [' → ', ...who(to)] : [])] }]
  if (action === 'assign' && to) return [{ label: 'Shared with', runs: [{ strong: to.name }] }]
  return from ? [{ label: 'Partition of', runs: [{ strong: from.name }] }] : []
}

/** For each host that the plan is about. */
export const subjectParts = (plan: Plan, moves = true): Part[] =>
  hostPlansOf(plan).map((each) => ({
    kind: 'facts',
    rows: [
      { label: 'GPU', runs: [{ strong: each.gpu.alias }, ` ${each.gpu.model}`] },
      { label: 'Location path', runs: [{ code: each.gpu.locationPath }] },
      ...holderRow(each, moves),
    ],
  }))

/** Costs and warnings, one line each. */
export const cautionParts = (plan: Plan): Part[] => {
  const lines = [
    ...plan.costs.map((cost) => `Costs: ${cost}`),
    ...plan.warnings.map((warning) => `Note: ${warning}`),
  ]
  return lines.length === 0 ? [] : [{ kind: 'text', runs: [lines.join('\n')] }]
}

/** Numbered through; with more than one host a line names each before its steps. */
const numbered = (stretches: readonly Stretch[], hosts: number): string => {
  let n = 0
  return stretches
    .flatMap(({ host, steps }) => [
      ...(hosts > 1 ? [`# On ${host}`] : []),
      ...steps.map((step) => `${(n += 1)}  ${scriptOf(step)}`),
    ])
    .join('\n')
}

const undoParts = (plan: Plan): Part[] => {
  const undo = backwards(plan)
  if (undo.length === 0) return []
  return [
    {
      kind: 'text',
      runs: [{ strong: 'If a step fails, the ones before it are undone in reverse; no start is' }],
    },
    { kind: 'code', text: numbered(undo, hostPlansOf(plan).length) },
  ]
}

/** Each step as a sentence and as the PowerShell it stands for, and the way back. */
export const stepParts = (plan: Plan): Part[] => (stepsOf(plan).length === 0 ? [] : allStepParts(plan))

const allStepParts = (plan: Plan): Part[] => [
  { kind: 'steps', steps: stepsOf(plan).map((step) => ({ text: saysOf(step), state: 'todo' })) },
  { kind: 'text', runs: [{ strong: 'As PowerShell' }] },
  { kind: 'code', text: numbered(forwards(plan), hostPlansOf(plan).length) },
  ...undoParts(plan),
  { kind: 'note', runs: [`plan ${plan.digest.slice(0, 12)} · a changed fact voids the approval`] },
]

/** The whole plan as one PowerShell script, to read or to run by hand. */
export const scriptParts = (plan: Plan): Part[] =>
  stepsOf(plan).length === 0
    ? []
    : [
        { kind: 'text', runs: [{ strong: 'The plan as one script' }] },
        ...planScripts(plan).map((text): Part => ({ kind: 'code', text: text.trimEnd() })),
      ]

const leasePart = (runs: Run[]): Part[] =>
  runs.length === 0 ? [] : [{ kind: 'facts', rows: [{ label: 'Lease', runs }] }]

/**
 * The answer to `--dry-run` and `--script`: shown to the one who asked, nothing is stored. `verdict`: what the policy
 * would say if it were asked for.
 */
export const planNotice = (
  plan: Plan,
  {
    script,
    verdict,
    lease = [],
    interrupts,
  }: {
    readonly script: boolean
    readonly verdict: readonly Part[]
    /** Until when, and to whom, it would be lent; empty where nothing is. */
    readonly lease?: Run[]
    readonly interrupts?: readonly Interruption[]
  },
): Notice => ({
  summary: `${titleOf(plan)}: what would be done`,
  tone: 'plain',
  parts: [
    { kind: 'title', text: titleOf(plan) },
    { kind: 'text', runs: [{ strong: 'Dry run: nothing was asked for and nothing was changed.' }] },
    ...verdict,
    ...subjectParts(plan),
    ...leasePart(lease),
    ...cautionParts(plan),
    ...interruptionParts(interrupts),
    ...(script ? scriptParts(plan) : stepParts(plan)),
  ],
})
