/** More or less MMIO space for a VM that keeps its whole GPUs, as after Code 12 in the guest. */
import { type Outcome, accepted, refusal, refused } from '../errors'
import { type VmFacts, aliasOf, wholeGpusOf } from '../inventory/inventory'
import { seal } from '../plan/digest'
import { type PlanInput, gpuRefOf, vmRefOf } from './checks/input'
import type { MmioAsked } from '../change/change'
import { mmioNeed, sized } from './checks/mmio'
import { spaceChecks } from './checks/mmio-checks'
import { holderObstacles, obstacles } from './checks/obstacles'
import type { Plan } from '../plan/plan'
import { holderPower } from './parts/power'
import { prepareSettings } from './parts/settings'
import { checkWarnings } from './checks/warnings'

/** The plan to set the high MMIO space of a VM; or every reason against it at once. `gpu` of the input is one that it has. */
export const planSpace = (input: PlanInput, vm: VmFacts, asked: MmioAsked): Outcome<Plan> => {
  const { host, gpu, consents, baselines } = input
  const need = mmioNeed(wholeGpusOf(host, vm), { host, vm, asked })
  if (!need)
    return refused(
      refusal(
        'not-possible',
        `How much more ${vm.name} needs cannot be computed: a GPU that it has shows neither BARs nor memory size`,
        `Say how much: \`resize ${vm.name} --mmio SIZE\`.`,
      ),
    )
  const wanted = { ...vm.settings, highMmioBytes: need.highBytes }
  const enough =
    asked === 'more'
      ? vm.settings.highMmioBytes >= need.highBytes
      : vm.settings.highMmioBytes === need.highBytes
  if (enough)
    return refused(
      refusal(
        'not-possible',
        `Nothing to do: ${vm.name} has ${sized(vm.settings.highMmioBytes)} of high MMIO space${asked === 'more' ? ', which holds all its BARs' : ''}`,
        asked === 'more'
          ? 'Look for another cause of Code 12 in the guest; `--mmio SIZE` sets any other size.'
          : undefined,
      ),
    )
  const checks = spaceChecks(host, vm, wanted)
  const power = holderPower(vm, consents)
  const refusals = [...holderObstacles(host, vm), ...power.refusals, ...obstacles(checks)]
  if (refusals.length > 0) return refused(...refusals)
  const settings = prepareSettings(vm, wanted, baselines.get(vm.id), need)
  const draft = {
    action: 'resize' as const,
    mode: 'dda' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: vmRefOf(vm),
    to: vmRefOf(vm),
    steps: [...power.stop, ...settings.steps, ...power.start],
    costs: [...power.costs],
    warnings: [
      `${aliasOf(host, gpu)} stays with ${vm.name}.`,
      ...checkWarnings(checks),
      ...power.warnings,
      ...settings.warnings,
    ],
    baselines: [{ vm: vm.id, after: settings.after }],
  }
  return accepted(seal(draft, host))
}
