/** The notification that an assignment changed: from, to, by whom, approved by whom. */
import type { Notice, Run } from '../notice/notice'
import type { HostPlan, Plan, PlanAction } from '../plan/plan'
import { type StepKind, saysOf } from '../plan/step'
import type { Request, RequestIn } from '../request/request'
import { approvedRuns, authorityParts } from './approvals'
import { titleOf } from './plan'

const holder = (each: { name: string } | null): Run[] => (each ? [{ strong: each.name }] : ['the host'])

/** What is different now, and as a sentence for notifications. */
const changeOf = ({ plan }: RequestIn<'succeeded'>): { readonly runs: Run[]; readonly summary: string } => {
  const { action, mode, gpu, from, to } = plan
  const subject: Run[] = [{ strong: gpu.alias }, ` ${gpu.model}: `]
  if (mode === 'dda' && !from && !to)
    return {
      runs: [...subject, 'back with ', ...holder(null)],
      summary: `${gpu.alias} is back with its host`,
    }
  if (plan.release)
    return {
      runs: [...subject, ...holder(null), ' → ', ...holder(to), '; ', ...givenRuns(plan.release)],
      summary: `${gpu.alias} now belongs to ${to?.name ?? 'the host'}, in place of ${plan.release.gpu.alias}`,
    }
  if (mode === 'dda' && action !== 'resize')
    return {
      runs: [...subject, ...holder(from), ' → ', ...holder(to)],
      summary: `${gpu.alias} now belongs to ${to?.name ?? 'the host'}`,
    }
  const what = plan.steps
    .filter(({ kind }) => (mode === 'dda' ? kind === 'setVm' : PARTITION_STEPS.includes(kind)))
    .map(saysOf)
    .join('; ')
  return { runs: [...subject, what], summary: SUMMARIES[action]?.(plan) ?? what }
}

const givenRuns = ({ gpu, from }: HostPlan): Run[] => [
  { strong: gpu.alias },
  ` ${gpu.model}: `,
  ...holder(from),
  ' → ',
  ...holder(null),
]

const PARTITION_STEPS: readonly StepKind[] = [
  'setPartitionCount',
  'addPartition',
  'removePartition',
  'setPartition',
]
const SUMMARIES: { readonly [A in PlanAction]?: (plan: Plan) => string } = {
  assign: ({ gpu, to }) => `${to?.name ?? ''} now has a partition of ${gpu.alias}`,
  release: ({ gpu, from }) => `${from?.name ?? ''} gave its partition of ${gpu.alias} back`,
}

export const changeNotice = (request: RequestIn<'succeeded'>): Notice => {
  const { runs, summary } = changeOf(request)
  return {
    summary,
    tone: 'good',
    parts: [
      { kind: 'text', runs },
      {
        kind: 'note',
        runs: [
          `${request.id} · `,
          ...(request.ends?.why === 'expired' ? [] : ['asked by ', { person: request.asked.by }, ' · ']),
          ...approvedRuns(request),
        ],
      },
    ],
  }
}

/** For the channel of changes, at once: somebody went on without approval. */
export const brokenGlassNotice = (request: Request): Notice => {
  const title = titleOf(request.plan)
  return {
    summary: `Broken glass: ${request.id} ${title} goes on without approval`,
    tone: 'bad',
    parts: [
      { kind: 'text', runs: [{ strong: 'Broken glass' }, `: ${request.id} ${title}`] },
      ...authorityParts(request),
      { kind: 'note', runs: ['Checks, locks and undo are as always; only the approval was waived.'] },
    ],
  }
}
