/** VM → host. Order: Microsoft, "Deploy graphics devices using DDA", "Remove a device and return it to the host". */
import { type Outcome, type Refusal, accepted, refusal, refused } from '../errors'
import { type GpuFacts, type HostFacts, type VmFacts, aliasOf, gpuByPath } from '../inventory/inventory'
import { goneFrom } from '../inventory/vm-devices'
import { planBack } from './back'
import { seal } from '../plan/digest'
import { undoWarnings } from './checks/host-checks'
import { type PlanInput, gpuRefOf, vmRefOf } from './checks/input'
import { holderObstacles, poolObstacles } from './checks/obstacles'
import type { Plan } from '../plan/plan'
import { holderPower } from './parts/power'
import type { Step } from '../plan/step'
import { giveToHost } from './checks/back-to-host'
import { gpuHolder, settingsBack } from './parts/taking'

/** The plan to give a GPU back to its host; or every reason against it at once. `vm` of the input is not used. */
export const planRelease = (input: PlanInput): Outcome<Plan> => {
  const { host, gpu, consents } = input
  const holder = gpuHolder(host, gpu)
  if (!holder) return planBack(input)
  const power = holderPower(holder, consents)
  const refusals = [
    ...deviceObstacles(host, gpu, holder),
    ...poolObstacles(host, gpu),
    ...holderObstacles(host, holder),
    ...power.refusals,
  ]
  if (refusals.length > 0) return refused(...refusals)

  const back = settingsBack(input, holder)
  const detach: Step = { kind: 'detachDevice', gpu: gpuRefOf(host, gpu), vm: vmRefOf(holder) }
  const draft = {
    action: 'release' as const,
    mode: 'dda' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: vmRefOf(holder),
    to: null,
    steps: [...power.stop, detach, ...giveToHost(host, gpu), ...back.steps, ...power.start],
    costs: [`${holder.name} loses ${aliasOf(host, gpu)}.`, ...power.costs],
    warnings: [...power.warnings, ...back.warnings, ...undoWarnings(host, gpu)],
    baselines: back.baselines,
  }
  return accepted(seal(draft, host))
}

/** A GPU that is gone can be taken from the VM by hand only: mount and enable would find nothing. */
const deviceObstacles = (host: HostFacts, gpu: GpuFacts, holder: VmFacts): Refusal[] =>
  gpuByPath(host, gpu.locationPath)?.instanceId === gpu.instanceId &&
  !goneFrom(holder).some(({ path }) => path === gpu.locationPath)
    ? []
    : [
        refusal(
          'not-possible',
          `The host shows no ${gpu.instanceId} at ${gpu.locationPath} any more`,
          'Have an administrator remove the entry with Remove-VMAssignableDevice',
        ),
      ]
