/** More or less video memory for a partition that a VM has. Source: Hyper-V reference, Set-VMGpuPartitionAdapter. */
import { type Outcome, accepted, refusal, refused } from '../../errors'
import { type VmFacts, aliasOf } from '../../inventory/inventory'
import { seal } from '../../plan/digest'
import { type PlanInput, gpuRefOf, partitionRefOf, vmRefOf } from '../checks/input'
import type { Plan } from '../../plan/plan'
import { holderPower } from '../parts/power'
import { heldPartition, sharerObstacles } from './held'
import { exactly, refuseVram } from './vram'

/** The plan to set the video memory of a VM's partition; or every reason against it at once. `gpu` of the input is not used. */
export const planResize = ({ host, consents }: PlanInput, vm: VmFacts, vramBytes: number): Outcome<Plan> => {
  const held = heldPartition(host, vm)
  if (!held.ok) return held
  const { gpu, vram } = held.value
  const alias = aliasOf(host, gpu)
  if (vram?.min === vramBytes && vram.max === vramBytes && vram.optimal === vramBytes)
    return refused(
      refusal('not-possible', `Nothing to do: the partition of ${vm.name} has that much already`),
    )
  // Figures that were never set could not be set back.
  if (!vram)
    return refused(
      refusal(
        'not-possible',
        `The host decided how much video memory the partition of ${vm.name} has, and does not tell it: it could not be set back`,
        `Release it, then ask anew: \`assign ${alias} to ${vm.name} --mode partition --vram SIZE\`.`,
      ),
    )
  const power = holderPower(vm, consents)
  const wrong = refuseVram(host, gpu, {
    vramBytes,
    heldBytes: vram.optimal,
  })
  const refusals = [...sharerObstacles(host, vm), ...power.refusals, ...(wrong ? [wrong] : [])]
  if (refusals.length > 0) return refused(...refusals)
  const draft = {
    action: 'resize' as const,
    mode: 'partition' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: vmRefOf(vm),
    to: vmRefOf(vm),
    steps: [
      ...power.stop,
      {
        kind: 'setPartition' as const,
        gpu: gpuRefOf(host, gpu),
        partition: partitionRefOf(host, gpu),
        vm: vmRefOf(vm),
        from: vram,
        to: exactly(vramBytes),
      },
      ...power.start,
    ],
    costs: [...power.costs],
    warnings: [
      `What ${vm.name} keeps in the video memory of ${alias} is lost with its restart.`,
      ...power.warnings,
    ],
    baselines: [],
  }
  return accepted(seal(draft, host))
}
