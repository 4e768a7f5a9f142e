/** VM → host. Order: Microsoft, "Deploy graphics devices using DDA", "Remove a device and return it to the host". */
import { type Outcome, type Refusal, accepted, refusal, refused } from '../errors'
import { type GpuFacts, type HostFacts, aliasOf, gpuByPath, placeOf } from '../inventory'
import { seal } from './digest'
import { FORCE_MEANING, mayForce } from './host-checks'
import { type PlanInput, gpuRefOf, vmRefOf } from './input'
import { holderObstacles } from './obstacles'
import type { Plan } from './plan'
import { holderPower } from './power'
import { type Step, scriptOf } from './step'
import { giveToHost, holderOf, settingsBack } from './taking'

/** No VM holds the GPU. If it is not in use by the host either, the commands that put it back are named. */
const notAssigned = (host: HostFacts, gpu: GpuFacts): Refusal => {
  const alias = aliasOf(host, gpu)
  const place = placeOf(host, gpu).kind
  const [mount, enable] = giveToHost(host, gpu).map(scriptOf)
  const nothing = `Nothing to release: ${alias} is assigned to no VM`
  if (place === 'missing') return refusal('not-possible', `${nothing}, and the host shows no such device`)
  if (place === 'dismounted')
    return refusal(
      'not-possible',
      `${nothing}; it is dismounted from the host`,
      `Assign it to a VM, or have an administrator run: ${String(mount)}; ${String(enable)}`,
    )
  if (place === 'host-disabled')
    return refusal(
      'not-possible',
      `${nothing}; it is disabled on the host`,
      `Assign it to a VM, or have an administrator run: ${String(enable)}`,
    )
  return refusal('not-possible', `${nothing}; it is with the host`)
}

/** The undo of the mount is a dismount, which may be harder than the mount was. */
const undoWarnings = (host: HostFacts, gpu: GpuFacts): string[] => {
  if (gpu.acs === 0)
    return [
      'If a later step fails, the GPU cannot be dismounted again: there is no ACS above it, and -Force is refused there.',
    ]
  return mayForce(host, gpu)
    ? [`If a later step fails, the undo dismounts with -Force: ${FORCE_MEANING}.`]
    : []
}

/** The plan to give a GPU back to its host; or every reason against it at once. `vm` of the input is not used. */
export const planRelease = (input: PlanInput): Outcome<Plan> => {
  const { host, gpu, consents, policyRevision } = input
  const holder = holderOf(host, gpu)
  if (!holder) return refused(notAssigned(host, gpu))
  const power = holderPower(holder, consents)
  const refusals = [...deviceObstacles(host, gpu), ...holderObstacles(host, holder), ...power.refusals]
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
  return accepted(seal(draft, host, policyRevision))
}

/** A GPU that is gone can be taken from the VM by hand only: mount and enable would find nothing. */
const deviceObstacles = (host: HostFacts, gpu: GpuFacts): Refusal[] =>
  gpuByPath(host, gpu.locationPath)?.instanceId === gpu.instanceId
    ? []
    : [
        refusal(
          'not-possible',
          `The host shows no ${gpu.instanceId} at ${gpu.locationPath} any more`,
          'Have an administrator remove the entry with Remove-VMAssignableDevice',
        ),
      ]
