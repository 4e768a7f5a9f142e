/** The planner's door: facts and a change in, a plan or every reason against it out. */
import type { Change } from '../change/change'
import { type Outcome, refused } from '../errors'
import type { VmFacts } from '../inventory/inventory'
import { planAcross } from './across'
import { planAssign } from './assign'
import type { PlanInput } from './checks/input'
import { planMove } from './move'
import { planResize } from './partition/resize'
import { planShare } from './partition/share'
import { planSplit } from './partition/split'
import { planUnshare } from './partition/unshare'
import type { Plan } from '../plan/plan'
import { planRelease } from './release'
import { planSpace } from './space'

export type { PlanInput } from './checks/input'
export { planAssign } from './assign'
export { planAcross } from './across'
export { planMove } from './move'
export { planRelease } from './release'
export { planSplit } from './partition/split'
export { planShare } from './partition/share'
export { planUnshare } from './partition/unshare'
export { planResize } from './partition/resize'
export { planSpace } from './space'
export { digestNow, explainChange, planDigest, stableFacts } from '../plan/digest'
export { planScripts } from '../plan/script'

/** `given`: of what is given back on another host for it. The GPU and the VM of `input` are those of the change. */
export const planOf = (change: Change, input: PlanInput, given?: PlanInput): Outcome<Plan> => {
  switch (change.action) {
    case 'assign':
      return change.mode === 'partition' ? planShare(input, change.vram) : planAssign(input)
    case 'move':
      return given ? planAcross(input, given) : planMove(input)
    case 'release':
      return input.vm ? planUnshare(input, input.vm) : planRelease(input)
    case 'partition':
      return planSplit(input, change.count)
    case 'resize':
      return input.vm ? planSize(change, input, input.vm) : refused()
  }
}

const planSize = (
  change: Extract<Change, { action: 'resize' }>,
  input: PlanInput,
  vm: VmFacts,
): Outcome<Plan> =>
  change.mode === 'dda' ? planSpace(input, vm, change.mmio) : planResize(input, vm, change.vram)
