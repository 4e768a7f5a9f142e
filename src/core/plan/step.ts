/**
 * The steps that change a host, one union member per host operation, and one table row for each that says
 * everything about it: what must hold before, what holds after, its undo, and the PowerShell it stands for.
 * Orders of steps are in assign.ts, move.ts and release.ts.
 */
import { z } from 'zod'
import { bytes } from '../answers/words'
import {
  type GpuPlace,
  type HostFacts,
  type VmState,
  instanceId,
  locationPath,
  placeOf,
  vmById,
  vmId,
  vmSettings,
  vmState,
} from '../inventory'

const vmRef = z.object({ id: vmId, name: z.string() })
const gpuRef = z.object({ alias: z.string(), instanceId, locationPath })
export type VmRef = z.infer<typeof vmRef>
export type GpuRef = z.infer<typeof gpuRef>

/** Only the settings that the step changes. */
const someSettings = vmSettings.partial()
export type SomeSettings = z.infer<typeof someSettings>

export const step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stopVm'), vm: vmRef, how: z.enum(['shutdown', 'turn-off']) }),
  z.object({ kind: z.literal('startVm'), vm: vmRef }),
  z.object({ kind: z.literal('setVm'), vm: vmRef, from: someSettings, to: someSettings }),
  z.object({ kind: z.literal('disableDevice'), gpu: gpuRef }),
  z.object({ kind: z.literal('enableDevice'), gpu: gpuRef }),
  z.object({ kind: z.literal('dismountDevice'), gpu: gpuRef, force: z.boolean() }),
  z.object({ kind: z.literal('mountDevice'), gpu: gpuRef, force: z.boolean() }),
  z.object({ kind: z.literal('attachDevice'), gpu: gpuRef, vm: vmRef }),
  z.object({ kind: z.literal('detachDevice'), gpu: gpuRef, vm: vmRef }),
])
export type Step = z.infer<typeof step>
export type StepKind = Step['kind']

/** What the host re-reads inside the same call, before it changes anything (`PreconditionChanged` otherwise). */
export const expectation = z.object({
  vm: z.object({ id: vmId, states: z.array(vmState) }).optional(),
  gpu: z
    .object({
      instanceId,
      locationPath,
      place: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('host-enabled') }),
        z.object({ kind: z.literal('host-disabled') }),
        z.object({ kind: z.literal('dismounted') }),
        z.object({ kind: z.literal('assigned'), vm: vmId }),
      ]),
    })
    .optional(),
})
export type Expectation = z.infer<typeof expectation>

/** `done`: the effect holds. `ready`: the step can be done now. `changed`: neither; somebody else acted. */
export type Reading = 'done' | 'ready' | 'changed'

interface Row<S extends Step> {
  readonly says: (step: S) => string
  readonly script: (step: S) => string
  readonly expects: (step: S) => Expectation
  readonly holds: (step: S, host: HostFacts) => boolean
  readonly undo: (step: S) => Step
}
type Table = { readonly [K in StepKind]: Row<Extract<Step, { kind: K }>> }

const stateOf = (host: HostFacts, vm: VmRef): VmState | undefined => vmById(host, vm.id)?.state
const isAt = (host: HostFacts, gpu: GpuRef, place: GpuPlace): boolean => samePlace(placeOf(host, gpu), place)
const samePlace = (a: GpuPlace, b: GpuPlace): boolean =>
  a.kind === b.kind && (a.kind !== 'assigned' || b.kind !== 'assigned' || a.vm === b.vm)

const off = (vm: VmRef): Expectation => ({ vm: { id: vm.id, states: ['Off'] } })
const at = (gpu: GpuRef, place: NonNullable<Expectation['gpu']>['place']): Expectation => ({
  gpu: { instanceId: gpu.instanceId, locationPath: gpu.locationPath, place },
})

/** A single-quoted PowerShell literal. Every quote PowerShell accepts as a single quote is doubled. */
export const quoted = (text: string): string => `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`
const vmOf = (vm: VmRef): string => `(Get-VM -Id ${quoted(vm.id)})`

const SETTING_FLAGS = {
  automaticStopAction: (value: string) => `-AutomaticStopAction ${value}`,
  guestControlledCacheTypes: (value: boolean) => `-GuestControlledCacheTypes $${value}`,
  lowMmioBytes: (value: number) => `-LowMemoryMappedIoSpace ${value}`,
  highMmioBytes: (value: number) => `-HighMemoryMappedIoSpace ${value}`,
  automaticCheckpoints: (value: boolean) => `-AutomaticCheckpointsEnabled $${value}`,
} as const

const settingFlags = (settings: SomeSettings): string =>
  Object.entries(settings)
    .map(([name, value]) =>
      (SETTING_FLAGS[name as keyof typeof SETTING_FLAGS] as (value: unknown) => string)(value),
    )
    .join(' ')

const settingWords = (settings: SomeSettings): string => {
  const words: string[] = []
  if (settings.automaticStopAction) words.push(`stop action ${settings.automaticStopAction}`)
  if (settings.guestControlledCacheTypes !== undefined)
    words.push(`guest-controlled cache types ${settings.guestControlledCacheTypes ? 'on' : 'off'}`)
  if (settings.lowMmioBytes !== undefined) words.push(`low MMIO ${bytes(settings.lowMmioBytes)}`)
  if (settings.highMmioBytes !== undefined) words.push(`high MMIO ${bytes(settings.highMmioBytes)}`)
  if (settings.automaticCheckpoints !== undefined)
    words.push(`automatic checkpoints ${settings.automaticCheckpoints ? 'on' : 'off'}`)
  return words.join(', ')
}

const TABLE: Table = {
  stopVm: {
    says: ({ vm, how }) =>
      how === 'shutdown' ? `Shut down ${vm.name} through its guest` : `Turn off ${vm.name} (power cut)`,
    script: ({ vm, how }) =>
      `Stop-VM -VM ${vmOf(vm)} ${how === 'turn-off' ? '-TurnOff ' : ''}-Force -Confirm:$false`,
    expects: ({ vm }) => ({ vm: { id: vm.id, states: ['Running'] } }),
    holds: ({ vm }, host) => stateOf(host, vm) === 'Off',
    undo: ({ vm }) => ({ kind: 'startVm', vm }),
  },
  startVm: {
    says: ({ vm }) => `Start ${vm.name}`,
    script: ({ vm }) => `Start-VM -VM ${vmOf(vm)}`,
    expects: ({ vm }) => off(vm),
    holds: ({ vm }, host) => stateOf(host, vm) === 'Running',
    undo: ({ vm }) => ({ kind: 'stopVm', vm, how: 'turn-off' }),
  },
  setVm: {
    says: ({ vm, to }) => `Set ${vm.name}: ${settingWords(to)}`,
    script: ({ vm, to }) => `Set-VM -VM ${vmOf(vm)} ${settingFlags(to)}`,
    expects: ({ vm }) => off(vm),
    holds: ({ vm, to }, host) => {
      const now = vmById(host, vm.id)?.settings
      return (
        now !== undefined &&
        Object.entries(to).every(([name, value]) => now[name as keyof typeof now] === value)
      )
    },
    undo: ({ vm, from, to }) => ({ kind: 'setVm', vm, from: to, to: from }),
  },
  disableDevice: {
    says: ({ gpu }) => `Disable ${gpu.alias} on the host`,
    script: ({ gpu }) => `Disable-PnpDevice -InstanceId ${quoted(gpu.instanceId)} -Confirm:$false`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-enabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-disabled' }),
    undo: ({ gpu }) => ({ kind: 'enableDevice', gpu }),
  },
  enableDevice: {
    says: ({ gpu }) => `Enable ${gpu.alias} on the host`,
    script: ({ gpu }) => `Enable-PnpDevice -InstanceId ${quoted(gpu.instanceId)} -Confirm:$false`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-disabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-enabled' }),
    undo: ({ gpu }) => ({ kind: 'disableDevice', gpu }),
  },
  dismountDevice: {
    says: ({ gpu, force }) =>
      `Dismount ${gpu.alias} from the host${force ? ' with -Force (waives the ACS and mitigation-driver checks)' : ''}`,
    script: ({ gpu, force }) =>
      `Dismount-VMHostAssignableDevice -LocationPath ${quoted(gpu.locationPath)}${force ? ' -Force' : ''}`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-disabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'dismounted' }),
    undo: ({ gpu, force }) => ({ kind: 'mountDevice', gpu, force }),
  },
  mountDevice: {
    says: ({ gpu }) => `Mount ${gpu.alias} back on the host`,
    script: ({ gpu }) => `Mount-VMHostAssignableDevice -LocationPath ${quoted(gpu.locationPath)}`,
    expects: ({ gpu }) => at(gpu, { kind: 'dismounted' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-disabled' }),
    undo: ({ gpu, force }) => ({ kind: 'dismountDevice', gpu, force }),
  },
  attachDevice: {
    says: ({ gpu, vm }) => `Add ${gpu.alias} to ${vm.name}`,
    script: ({ gpu, vm }) =>
      `Add-VMAssignableDevice -VM ${vmOf(vm)} -LocationPath ${quoted(gpu.locationPath)}`,
    expects: ({ gpu, vm }) => ({ ...off(vm), ...at(gpu, { kind: 'dismounted' }) }),
    holds: ({ gpu, vm }, host) => isAt(host, gpu, { kind: 'assigned', vm: vm.id }),
    undo: ({ gpu, vm }) => ({ kind: 'detachDevice', gpu, vm }),
  },
  detachDevice: {
    says: ({ gpu, vm }) => `Remove ${gpu.alias} from ${vm.name}`,
    script: ({ gpu, vm }) =>
      `Get-VMAssignableDevice -VM ${vmOf(vm)} | Where-Object LocationPath -eq ${quoted(gpu.locationPath)} | Remove-VMAssignableDevice`,
    expects: ({ gpu, vm }) => ({ ...off(vm), ...at(gpu, { kind: 'assigned', vm: vm.id }) }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'dismounted' }),
    undo: ({ gpu, vm }) => ({ kind: 'attachDevice', gpu, vm }),
  },
}

const rowOf = (step: Step): Row<Step> => TABLE[step.kind] as unknown as Row<Step>

/** One line for people. */
export const saysOf = (step: Step): string => rowOf(step).says(step)
/** The exact PowerShell that the step stands for; display only, never executed from this text. */
export const scriptOf = (step: Step): string => rowOf(step).script(step)
/** The step's precondition, sent along with it and checked by the host in the same call. */
export const expectationOf = (step: Step): Expectation => rowOf(step).expects(step)
export const undoOf = (step: Step): Step => rowOf(step).undo(step)

export const meets = (expected: Expectation, host: HostFacts): boolean => {
  const { vm, gpu } = expected
  if (vm) {
    const found = vmById(host, vm.id)
    if (!found || !vm.states.includes(found.state)) return false
  }
  if (!gpu) return true
  const device = host.gpus.find((each) => each.locationPath === gpu.locationPath)
  return device?.instanceId === gpu.instanceId && isAt(host, gpu as unknown as GpuRef, gpu.place)
}

/** Reads the host's facts: has this step happened, can it happen now, or did somebody else change the ground? */
export const read = (step: Step, host: HostFacts): Reading => {
  if (rowOf(step).holds(step, host)) return 'done'
  return meets(expectationOf(step), host) ? 'ready' : 'changed'
}
