/** Taking a GPU away from the VM that holds it: the half that release and move share. */
import {
  type GpuFacts,
  type HostFacts,
  type VmFacts,
  gpuByPath,
  placeOf,
  vmById,
} from '../../inventory/inventory'
import { type PlanInput, vmRefOf } from '../checks/input'
import { mmioNeed } from '../checks/mmio'
import type { Plan } from '../../plan/plan'
import { type Remaining, restore } from './settings'
import type { Step } from '../../plan/step'

/** The VM that lists this GPU. */
export const gpuHolder = (host: HostFacts, gpu: GpuFacts): VmFacts | undefined => {
  const place = placeOf(host, gpu)
  return place.kind === 'assigned' ? vmById(host, place.vm) : undefined
}

const remainingOf = (host: HostFacts, vm: VmFacts, gpu: GpuFacts): Remaining => {
  const others = vm.assigned.filter((path) => path !== gpu.locationPath)
  if (others.length === 0) return { kind: 'none' }
  const known = others.flatMap((path) => gpuByPath(host, path) ?? [])
  return { kind: 'some', need: known.length === others.length ? mmioNeed(known, { host, vm }) : null }
}

export interface SettingsBack {
  readonly steps: readonly Step[]
  readonly baselines: Plan['baselines']
  readonly warnings: readonly string[]
}

/** The settings of the VM once the GPU is gone. Without a baseline the bot knows nothing better than what is there. */
export const settingsBack = ({ host, gpu, baselines }: PlanInput, vm: VmFacts): SettingsBack => {
  const baseline = baselines.get(vm.id)
  if (!baseline)
    return {
      steps: [],
      baselines: [],
      warnings: [
        `The GPU was given to ${vm.name} outside the bot, so its earlier settings are not known: they are left as they are.`,
      ],
    }
  const { steps, after, warnings } = restore(vm, remainingOf(host, vm, gpu), baseline)
  return { steps, baselines: [{ vm: vmRefOf(vm).id, after }], warnings }
}
