/** A partition back from a VM. Source: Microsoft, "Partition and assign GPUs to a virtual machine". */
import { type Outcome, accepted, refused } from '../../errors'
import { type VmFacts, aliasOf } from '../../inventory/inventory'
import { seal } from '../../plan/digest'
import { type PlanInput, gpuRefOf, partitionRefOf, vmRefOf } from '../checks/input'
import type { Plan } from '../../plan/plan'
import { holderPower } from '../parts/power'
import { heldPartition, sharerObstacles } from './held'
import { restoreShare } from './settings'

/** The plan to take the partition of a VM away; or every reason against it at once. `gpu` of the input is not used. */
export const planUnshare = ({ host, consents, baselines }: PlanInput, vm: VmFacts): Outcome<Plan> => {
  const held = heldPartition(host, vm)
  if (!held.ok) return held
  const { gpu, vram } = held.value
  const power = holderPower(vm, consents)
  const refusals = [...sharerObstacles(host, vm), ...power.refusals]
  if (refusals.length > 0) return refused(...refusals)

  const back = restoreShare(vm, baselines.get(vm.id))
  const ref = gpuRefOf(host, gpu)
  const draft = {
    action: 'release' as const,
    mode: 'partition' as const,
    host: host.name,
    gpu: { ...ref, model: gpu.model },
    from: vmRefOf(vm),
    to: null,
    steps: [
      ...power.stop,
      {
        kind: 'removePartition' as const,
        gpu: ref,
        partition: partitionRefOf(host, gpu),
        vm: vmRefOf(vm),
        vram,
      },
      ...back.steps,
      ...power.start,
    ],
    costs: [`${vm.name} loses its partition of ${aliasOf(host, gpu)}.`, ...power.costs],
    warnings: [...power.warnings, ...back.warnings],
    baselines: back.baselines,
  }
  return accepted(seal(draft, host))
}
