/**
 * The order of a plan. The GPU is taken from its host first, since Windows may refuse that, and then no VM was stopped
 * for nothing. VMs start last, since a start is never undone. See docs/decisions/order.md.
 */
import type { StepKind } from './step'

type Phase = 'take' | 'stop' | 'change' | 'start'

const PHASES: readonly Phase[] = ['take', 'stop', 'change', 'start']

const PHASE_OF: { readonly [K in StepKind]: Phase } = {
  disableDevice: 'take',
  dismountDevice: 'take',
  stopVm: 'stop',
  setVm: 'change',
  setOfflineAction: 'change',
  enableDevice: 'change',
  mountDevice: 'change',
  attachDevice: 'change',
  detachDevice: 'change',
  setPartitionCount: 'change',
  addPartition: 'change',
  removePartition: 'change',
  setPartition: 'change',
  startVm: 'start',
}

/** Phase by phase; within one as they were. */
export const inPhases = <T extends { readonly step: { readonly kind: StepKind } }>(
  steps: readonly T[],
): readonly T[] => PHASES.flatMap((phase) => steps.filter(({ step }) => PHASE_OF[step.kind] === phase))

/** Why it is not begun; none where its order is today's. What has begun ends in its own. */
export const outOfOrder = ({ order }: { readonly order?: string | undefined }): string[] =>
  order ? [] : ['Its steps are in an order in which the bot begins nothing any more.']
