/** The planner's door: facts and a wish in, a plan or every reason against it out. */
import type { PlanCommand } from '../command/command'
import { type Outcome, refusal, refused } from '../errors'
import type { VmFacts } from '../inventory/inventory'
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

export type { Consents, PlanInput } from './checks/input'
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

/** A release with a VM is of the VM's partition. */
export const planOf = (command: PlanCommand, input: PlanInput): Outcome<Plan> => {
  switch (command.kind) {
    case 'assign':
      return command.mode === 'partition' ? planPart(command, input) : planWhole(command, input)
    case 'move':
      return planMove(input)
    case 'release':
      return input.vm ? planUnshare(input, input.vm) : planRelease(input)
    case 'partition':
      return planSplit(input, command.count)
    case 'resize':
      return input.vm ? planSize(command, input, input.vm) : refused()
  }
}

/** `subjectsFor` has seen that one of both is named. */
const planSize = (
  { vram, mmio }: Extract<PlanCommand, { kind: 'resize' }>,
  input: PlanInput,
  vm: VmFacts,
): Outcome<Plan> => {
  if (mmio !== undefined) return planSpace(input, vm, mmio)
  return vram === undefined ? refused() : planResize(input, vm, vram)
}

const planWhole = ({ vram }: { readonly vram?: number | undefined }, input: PlanInput): Outcome<Plan> =>
  vram === undefined
    ? planAssign(input)
    : refused(
        refusal(
          'syntax',
          'Only a partition has its own amount of video memory; a whole GPU has all of its own',
          'Add `--mode partition`, or leave `--vram` out.',
        ),
      )

const planPart = (
  { vram, mmio }: Extract<PlanCommand, { kind: 'assign' }>,
  input: PlanInput,
): Outcome<Plan> =>
  mmio === undefined
    ? planShare(input, vram ?? null)
    : refused(
        refusal(
          'syntax',
          'MMIO space is chosen for whole GPUs; for a partition the bot sets what Microsoft says',
          'Leave `--mmio` out.',
        ),
      )
