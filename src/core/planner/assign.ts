/** host → VM. Order: Microsoft, "Deploy graphics devices using DDA". */
import { type Outcome, accepted, refusal, refused } from '../errors'
import { type GpuFacts, type HostFacts, aliasOf, placeOf } from '../inventory/inventory'
import { survey } from './checks/survey'
import { seal } from '../plan/digest'
import { fitness } from './checks/fitness'
import { forcesDismount } from './checks/host-checks'
import { type PlanInput, gpuRefOf, vmRefOf } from './checks/input'
import { needWith } from './checks/mmio'
import { obstacles } from './checks/obstacles'
import type { Plan } from '../plan/plan'
import { targetPower } from './parts/power'
import { deviceSettings, prepareSettings } from './parts/settings'
import type { Step } from '../plan/step'
import { checkWarnings, forceCosts, deviceLimits } from './checks/warnings'

/** Only what is left to do: a GPU found disabled or dismounted is left so by the undo as well. */
export const takeFromHost = (host: HostFacts, gpu: GpuFacts): Step[] => {
  const ref = gpuRefOf(host, gpu)
  const dismount: Step = { kind: 'dismountDevice', gpu: ref, force: forcesDismount(host, gpu) }
  const place = placeOf(host, gpu).kind
  if (place === 'host-enabled') return [{ kind: 'disableDevice', gpu: ref }, dismount]
  return place === 'host-disabled' ? [dismount] : []
}

/** The plan to give a GPU that no VM holds to a VM; or every reason against it at once. */
export const planAssign = (input: PlanInput): Outcome<Plan> => {
  const { host, gpu, vm, consents, baselines, mmio, quarantine } = input
  const alias = aliasOf(host, gpu)
  if (!vm) return refused(refusal('syntax', `No VM is named for ${alias}`, `Use: assign ${alias} to VM`))
  const place = placeOf(host, gpu)
  if (place.kind === 'assigned' && place.vm === vm.id)
    return refused(
      refusal(
        'not-possible',
        `Nothing to do: ${alias} is already assigned to ${vm.name}`,
        `Use: release ${alias}`,
      ),
    )

  const checks = [fitness(quarantine), ...survey(host, gpu, vm, mmio)]
  const power = targetPower(vm, consents)
  const need = needWith(host, vm, gpu, mmio)
  const refusals = [...obstacles(checks), ...power.refusals]
  if (!need || refusals.length > 0) return refused(...refusals)

  const settings = prepareSettings(vm, deviceSettings(vm, need), baselines.get(vm.id), need)
  const attach: Step = { kind: 'attachDevice', gpu: gpuRefOf(host, gpu), vm: vmRefOf(vm) }
  const draft = {
    action: 'assign' as const,
    mode: 'dda' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: null,
    to: vmRefOf(vm),
    steps: [...takeFromHost(host, gpu), ...power.stop, ...settings.steps, attach, ...power.start],
    costs: [...power.costs, ...forceCosts(host, gpu)],
    warnings: [...checkWarnings(checks), ...power.warnings, ...settings.warnings, deviceLimits(vm)],
    baselines: [{ vm: vm.id, after: settings.after }],
  }
  return accepted(seal(draft, host))
}
