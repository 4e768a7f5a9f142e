/** A partition for a VM. Order: Microsoft, "Partition and assign GPUs to a virtual machine". */
import { type Outcome, accepted, refusal, refused } from '../../errors'
import { type VmFacts, aliasOf } from '../../inventory/inventory'
import { isPartitionable, partitionsOf } from '../../inventory/partitions'
import { partitionSurvey } from './survey'
import { seal } from '../../plan/digest'
import { fitness } from '../checks/fitness'
import { type PlanInput, gpuRefOf, partitionRefOf, vmRefOf } from '../checks/input'
import { obstacles } from '../checks/obstacles'
import type { Plan } from '../../plan/plan'
import { targetPower } from '../parts/power'
import type { Step } from '../../plan/step'
import { checkWarnings } from '../checks/warnings'
import { prepareShare } from './settings'
import { exactly, refuseVram } from './vram'

const shareLimits = (vm: VmFacts): string =>
  `While it has the partition, ${vm.name} cannot be saved, and checkpoints of it are reported to be refused; live migration needs Windows Server 2025 and vGPU software 18 or later, else it is restarted.`

/** The plan to give a VM a partition, of `vramBytes` if that is not null; or every reason against it at once. */
export const planShare = (input: PlanInput, vramBytes: number | null): Outcome<Plan> => {
  const { host, gpu, vm, consents, baselines, peers, quarantine } = input
  const alias = aliasOf(host, gpu)
  if (!vm) return refused(refusal('syntax', `No VM is named for ${alias}`, `Use: assign ${alias} to VM`))
  if (partitionsOf(host, vm, gpu).length > 0)
    return refused(
      refusal(
        'not-possible',
        `Nothing to do: ${vm.name} has a partition of ${alias} already`,
        `Use: resize ${vm.name}, or release ${vm.name}`,
      ),
    )
  const checks = [fitness(quarantine), ...partitionSurvey(host, gpu, { vm, peers })]
  const power = targetPower(vm, consents)
  const wrong =
    vramBytes === null || !isPartitionable(gpu) ? null : refuseVram(host, gpu, { vramBytes, heldBytes: 0 })
  const refusals = [...obstacles(checks), ...power.refusals, ...(wrong ? [wrong] : [])]
  if (!isPartitionable(gpu) || refusals.length > 0) return refused(...refusals)

  const settings = prepareShare(vm, gpu, baselines.get(vm.id))
  const add: Step = {
    kind: 'addPartition',
    gpu: gpuRefOf(host, gpu),
    partition: partitionRefOf(host, gpu),
    vm: vmRefOf(vm),
    vram: vramBytes === null ? null : exactly(vramBytes),
  }
  const draft = {
    action: 'assign' as const,
    mode: 'partition' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: null,
    to: vmRefOf(vm),
    steps: [...power.stop, ...settings.steps, add, ...power.start],
    costs: [...power.costs],
    warnings: [...checkWarnings(checks), ...power.warnings, ...settings.warnings, shareLimits(vm)],
    baselines: [{ vm: vm.id, after: settings.after }],
  }
  return accepted(seal(draft, host))
}
