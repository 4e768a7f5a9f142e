/**
 * Which VM settings a plan changes, and how they come back. A baseline is recorded before a VM's first device and
 * restored after its last; a setting that is no longer what the bot wrote is somebody else's and is left alone.
 */
import { type VmFacts, type VmSettings, vmSettings } from '../../inventory/inventory'
import { vmRefOf } from '../checks/input'
import { type MmioNeed, mmioSettings, sized } from '../checks/mmio'
import type { Baseline } from '../../plan/plan'
import type { SomeSettings, Step } from '../../plan/step'

type Key = keyof VmSettings
const KEYS = vmSettings.keyof().options

const NAMES: { readonly [K in Key]: string } = {
  automaticStopAction: 'automatic stop action',
  guestControlledCacheTypes: 'guest-controlled cache types',
  lowMmioBytes: 'low MMIO space',
  highMmioBytes: 'high MMIO space',
  automaticCheckpoints: 'automatic checkpoints',
}

export interface SettingsPlan {
  /** No step where nothing differs. */
  readonly steps: readonly Step[]
  /** The baseline once the plan is done; null forgets it. */
  readonly after: Baseline | null
  readonly warnings: readonly string[]
}

const pick = (settings: VmSettings, keys: readonly Key[]): SomeSettings =>
  Object.fromEntries(keys.map((key) => [key, settings[key]]))

const stepsFor = (vm: VmFacts, to: SomeSettings): Step[] => {
  const keys = KEYS.filter((key) => key in to)
  if (keys.length === 0) return []
  return [{ kind: 'setVm', vm: vmRefOf(vm), from: pick(vm.settings, keys), to }]
}

/** Only what is not yet as wanted. */
const changes = (vm: VmFacts, wanted: VmSettings, keys: readonly Key[] = KEYS): SomeSettings =>
  pick(
    wanted,
    keys.filter((key) => vm.settings[key] !== wanted[key]),
  )

const valueOf = (key: Key, value: VmSettings[Key] | undefined): string =>
  (key === 'lowMmioBytes' || key === 'highMmioBytes') && typeof value === 'number'
    ? sized(value)
    : String(value)

const leftAlone = (vm: VmFacts, baseline: Baseline, key: Key): string =>
  `The ${NAMES[key]} of ${vm.name} is ${valueOf(key, vm.settings[key])} now, not the ` +
  `${valueOf(key, baseline.written[key])} that the bot wrote: it is left alone ` +
  `(before the first GPU it was ${valueOf(key, baseline.original[key])}).`

/** What a VM needs for whole GPUs (Microsoft: Deploy graphics devices using DDA). */
export const deviceSettings = (vm: VmFacts, need: MmioNeed): VmSettings => ({
  automaticStopAction: 'TurnOff',
  guestControlledCacheTypes: true,
  ...mmioSettings(vm, need),
  automaticCheckpoints: false,
})

/** The settings for a VM that gets a GPU. `need`: what its MMIO space was come by, where it is for a whole one. */
export const prepareSettings = (
  vm: VmFacts,
  wanted: VmSettings,
  baseline: Baseline | undefined,
  need?: Pick<MmioNeed, 'how'>,
): SettingsPlan => {
  const to = changes(vm, wanted)
  const written = baseline?.written ?? {}
  // What the bot now overwrites and did not write itself is the value to come back to.
  const notOurs = KEYS.filter((key) => key in to && vm.settings[key] !== written[key])
  const original = baseline ? { ...baseline.original, ...pick(vm.settings, notOurs) } : vm.settings
  return {
    steps: stepsFor(vm, to),
    after: {
      ...baseline,
      original: vmSettings.parse(original),
      written: { ...written, ...to },
      ...(need?.how === 'said' ? { mmioSaid: true } : {}),
    },
    warnings: [],
  }
}

/** The settings for a VM that gives its last device back. */
const restoreAll = (vm: VmFacts, baseline: Baseline): SettingsPlan => {
  const wrote = KEYS.filter((key) => baseline.written[key] !== undefined)
  const ours = wrote.filter((key) => vm.settings[key] === baseline.written[key])
  const foreign = wrote.filter((key) => !ours.includes(key) && vm.settings[key] !== baseline.original[key])
  return {
    steps: stepsFor(vm, changes(vm, baseline.original, ours)),
    after: null,
    warnings: foreign.map((key) => leftAlone(vm, baseline, key)),
  }
}

/** MMIO for the devices that stay, never below what the VM had before its first one. */
const reduce = (vm: VmFacts, need: MmioNeed | null, baseline: Baseline): SettingsPlan => {
  if (baseline.mmioSaid) return { steps: [], after: baseline, warnings: [] }
  if (!need)
    return {
      steps: [],
      after: baseline,
      warnings: [`The MMIO space of ${vm.name} is left alone: what its other devices need is not known.`],
    }
  const wrote = (['lowMmioBytes', 'highMmioBytes'] as const).filter(
    (key) => baseline.written[key] !== undefined,
  )
  const ours = wrote.filter((key) => vm.settings[key] === baseline.written[key])
  const wanted = {
    ...vm.settings,
    lowMmioBytes: Math.max(baseline.original.lowMmioBytes, need.lowBytes),
    highMmioBytes: Math.max(baseline.original.highMmioBytes, need.highBytes),
  }
  const to = changes(vm, wanted, ours)
  return {
    steps: stepsFor(vm, to),
    after: { ...baseline, written: { ...baseline.written, ...to } },
    warnings: wrote.filter((key) => !ours.includes(key)).map((key) => leftAlone(vm, baseline, key)),
  }
}

/** What stays with a VM that gives a device back: nothing, or devices with their need (null: not known). */
export type Remaining = { readonly kind: 'none' } | { readonly kind: 'some'; readonly need: MmioNeed | null }

/** The settings for a VM that gives a GPU back, and the `baselines` entry that goes with them. */
export const restore = (vm: VmFacts, remaining: Remaining, baseline: Baseline): SettingsPlan =>
  remaining.kind === 'none' ? restoreAll(vm, baseline) : reduce(vm, remaining.need, baseline)
