/** What a VM needs for a partition, beside the partition, and how it comes back. */
import type { VmFacts, VmSettings } from '../../inventory/inventory'
import { type PartitionableGpu, isParavirtual } from '../../inventory/partitions'
import { vmRefOf } from '../checks/input'
import type { Baseline, Plan } from '../../plan/plan'
import { type SettingsPlan, prepareSettings, restore } from '../parts/settings'
import type { Step } from '../../plan/step'

const GIB = 2 ** 30
/** The cluster's "force shutdown"; its default saves the VM, which a partition rules out. */
const FORCE_SHUTDOWN = 3
/**
 * For paravirtual GPUs, as Easy-GPU-PV and what came after it set them. Microsoft's article asks for no MMIO space for
 * SR-IOV ones, so there it is left as it is.
 */
const PARAVIRTUAL_LOW_BYTES = GIB
const PARAVIRTUAL_HIGH_BYTES = 32 * GIB

/** Never saved when the host stops; TurnOff or ShutDown stay as they are. */
export const shareSettings = (vm: VmFacts, gpu: PartitionableGpu): VmSettings => {
  const { settings } = vm
  const always: VmSettings = {
    ...settings,
    automaticStopAction: settings.automaticStopAction === 'Save' ? 'TurnOff' : settings.automaticStopAction,
    automaticCheckpoints: false,
  }
  if (!isParavirtual(gpu)) return always
  return {
    ...always,
    guestControlledCacheTypes: true,
    lowMmioBytes: Math.max(settings.lowMmioBytes, PARAVIRTUAL_LOW_BYTES),
    highMmioBytes: Math.max(settings.highMmioBytes, PARAVIRTUAL_HIGH_BYTES),
  }
}

/** Before the partition is added. Microsoft, "Partition and assign GPUs to a virtual machine": offline action first. */
export const prepareShare = (
  vm: VmFacts,
  gpu: PartitionableGpu,
  baseline: Baseline | undefined,
): SettingsPlan => {
  const settings = prepareSettings(vm, shareSettings(vm, gpu), baseline)
  const { offlineAction } = vm
  if (offlineAction === null || offlineAction === FORCE_SHUTDOWN || !settings.after) return settings
  const step: Step = {
    kind: 'setOfflineAction',
    vm: vmRefOf(vm),
    from: offlineAction,
    to: FORCE_SHUTDOWN,
  }
  return { ...settings, steps: [...settings.steps, step], after: { ...settings.after, offlineAction } }
}

export interface ShareBack {
  readonly steps: readonly Step[]
  readonly baselines: Plan['baselines']
  readonly warnings: readonly string[]
}

/** After the partition was taken away. */
export const restoreShare = (vm: VmFacts, baseline: Baseline | undefined): ShareBack => {
  if (!baseline)
    return {
      steps: [],
      baselines: [],
      warnings: [
        `The partition was given to ${vm.name} outside the bot, so its earlier settings are not known: they are left as they are.`,
      ],
    }
  const { steps, warnings } = restore(vm, { kind: 'none' }, baseline)
  const { offlineAction: before } = baseline
  const ours = before !== undefined && vm.offlineAction === FORCE_SHUTDOWN
  const step: Step[] = ours
    ? [{ kind: 'setOfflineAction', vm: vmRefOf(vm), from: FORCE_SHUTDOWN, to: before }]
    : []
  const foreign = before !== undefined && !ours && vm.offlineAction !== before
  return {
    steps: [...steps, ...step],
    baselines: [{ vm: vm.id, after: null }],
    warnings: [
      ...warnings,
      ...(foreign
        ? [
            `The cluster's offline action of ${vm.name} is ${String(vm.offlineAction)} now, not the ${FORCE_SHUTDOWN} that the bot wrote: it is left alone (before it was ${before}).`,
          ]
        : []),
    ],
  }
}
