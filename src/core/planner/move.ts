/** VM → VM of one host. The GPU stays dismounted in between, so nothing about the host's own device changes. */
import { type Outcome, accepted, refusal, refused } from '../errors'
import { aliasOf } from '../inventory/inventory'
import { sharersOf } from '../inventory/partitions'
import { survey } from './checks/survey'
import type { CheckId } from './checks/check'
import { seal } from '../plan/digest'
import { fitness } from './checks/fitness'
import { type PlanInput, gpuRefOf, vmRefOf } from './checks/input'
import { needWith } from './checks/mmio'
import { holderObstacles, obstacles } from './checks/obstacles'
import type { Plan } from '../plan/plan'
import { holderPower, targetPower } from './parts/power'
import { deviceSettings, prepareSettings } from './parts/settings'
import { gpuHolder, settingsBack } from './parts/taking'
import { checkWarnings, deviceLimits } from './checks/warnings'

/** That the GPU is in use is what a move is for; its console and its driver went with the first assignment. */
const SETTLED: readonly CheckId[] = ['place', 'host-display', 'driver']

/** The plan to take a GPU from the VM that holds it and give it to another; or every reason against it at once. */
export const planMove = (input: PlanInput): Outcome<Plan> => {
  const { host, gpu, vm, consents, baselines, mmio, quarantine } = input
  const alias = aliasOf(host, gpu)
  if (!vm) return refused(refusal('syntax', `No VM is named for ${alias}`, `Use: move ${alias} to VM`))
  const holder = gpuHolder(host, gpu)
  if (holder?.id === vm.id)
    return refused(refusal('not-possible', `Nothing to do: ${alias} is already assigned to ${vm.name}`))

  const checks = [fitness(quarantine), ...survey(host, gpu, vm, mmio)]
  const target = targetPower(vm, consents)
  const targetRefusals = [...obstacles(checks, holder ? SETTLED : []), ...target.refusals]
  if (!holder)
    return refused(
      refusal(
        'not-possible',
        `${alias} is assigned to no VM as a whole, so there is nothing to move`,
        sharersOf(host, gpu).length > 0
          ? 'A partition is not moved: release the VM that has it, then assign one with `--mode partition`'
          : `Use: assign ${alias} to ${vm.name}`,
      ),
      ...targetRefusals,
    )
  const source = holderPower(holder, consents)
  const need = needWith(host, vm, gpu, mmio)
  const refusals = [...holderObstacles(host, holder), ...source.refusals, ...targetRefusals]
  if (!need || refusals.length > 0) return refused(...refusals)

  const ref = gpuRefOf(host, gpu)
  const back = settingsBack(input, holder)
  const settings = prepareSettings(vm, deviceSettings(vm, need), baselines.get(vm.id), need)
  const draft = {
    action: 'move' as const,
    mode: 'dda' as const,
    host: host.name,
    gpu: { ...ref, model: gpu.model },
    from: vmRefOf(holder),
    to: vmRefOf(vm),
    steps: [
      ...source.stop,
      ...target.stop,
      { kind: 'detachDevice' as const, gpu: ref, vm: vmRefOf(holder) },
      ...back.steps,
      ...settings.steps,
      { kind: 'attachDevice' as const, gpu: ref, vm: vmRefOf(vm) },
      ...target.start,
      ...source.start,
    ],
    costs: [`${holder.name} loses ${alias}.`, ...source.costs, ...target.costs],
    warnings: [
      ...checkWarnings(checks, SETTLED),
      ...source.warnings,
      ...target.warnings,
      ...back.warnings,
      ...settings.warnings,
      deviceLimits(vm),
    ],
    baselines: [...back.baselines, { vm: vm.id, after: settings.after }],
  }
  return accepted(seal(draft, host))
}
