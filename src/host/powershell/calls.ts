/** Each step as one function of the module with typed parameters, and its expectation as parameters of the same call. */
import type { Expectation, PartitionRef, SomeSettings, Step, StepKind, StepOf } from '../../core/plan/step'
import type { Fence } from '../../core/fence'
import { vmById, type HostFacts } from '../../core/inventory/inventory'
import type { Adoption, StepOrder } from '../../core/ports/host'
import { startPatienceMs } from '../../core/inventory/starting'
import type { Parameters as Wire } from './engine/wire'

interface FunctionCall {
  readonly command: string
  readonly parameters: Wire
  readonly timeoutMs: number
}

const MINUTE_MS = 60_000
/** Stop-VM gives the guest five minutes (Microsoft, Stop-VM reference); the host may take its time after that. */
const SHUTDOWN_MS = 10 * MINUTE_MS
const CHANGE_MS = 3 * MINUTE_MS

/** The host as it was read last; null where it was not read yet. */
type Seen = HostFacts | null
type Table = { readonly [K in StepKind]: (step: StepOf<K>, seen: Seen) => FunctionCall }

const onVm = (command: string, id: string, more: Wire = {}, timeoutMs = CHANGE_MS): FunctionCall => ({
  command,
  parameters: { VmId: id, ...more },
  timeoutMs,
})
const onDevice = (
  command: string,
  gpu: { readonly instanceId: string; readonly locationPath: string },
  more: Wire = {},
): FunctionCall => ({
  command,
  parameters: { InstanceId: gpu.instanceId, LocationPath: gpu.locationPath, ...more },
  timeoutMs: CHANGE_MS,
})

const onOff = (value: boolean): string => (value ? 'on' : 'off')

const settingParameters = (to: SomeSettings): Wire => ({
  ...(to.automaticStopAction === undefined ? {} : { AutomaticStopAction: to.automaticStopAction }),
  ...(to.guestControlledCacheTypes === undefined
    ? {}
    : { GuestControlledCacheTypes: onOff(to.guestControlledCacheTypes) }),
  ...(to.lowMmioBytes === undefined ? {} : { LowMmioBytes: String(to.lowMmioBytes) }),
  ...(to.highMmioBytes === undefined ? {} : { HighMmioBytes: String(to.highMmioBytes) }),
  ...(to.automaticCheckpoints === undefined ? {} : { AutomaticCheckpoints: onOff(to.automaticCheckpoints) }),
})

/** The GPU by its own id and path, and by the name under which it offers partitions. */
const onPartition = (
  command: string,
  { gpu, partition }: { readonly gpu: Parameters<typeof onDevice>[1]; readonly partition: PartitionRef },
  more: Wire = {},
): FunctionCall => onDevice(command, gpu, { GpuName: partition.name, ...more })

const vramParameters = (vram: StepOf<'addPartition'>['vram']): Wire =>
  vram === null
    ? {}
    : { MinVram: String(vram.min), MaxVram: String(vram.max), OptimalVram: String(vram.optimal) }

const CALLS: Table = {
  stopVm: ({ vm, how }) => onVm('Stop-GpuVm', vm.id, { How: how }, SHUTDOWN_MS),
  startVm: ({ vm }, seen) =>
    onVm('Start-GpuVm', vm.id, {}, startPatienceMs(seen === null ? undefined : vmById(seen, vm.id))),
  setVm: ({ vm, to }) => onVm('Set-GpuVm', vm.id, settingParameters(to)),
  disableDevice: ({ gpu }) => onDevice('Disable-GpuDevice', gpu),
  enableDevice: ({ gpu }) => onDevice('Enable-GpuDevice', gpu),
  dismountDevice: ({ gpu, force }) => onDevice('Dismount-GpuDevice', gpu, { Force: force }),
  mountDevice: ({ gpu }) => onDevice('Mount-GpuDevice', gpu),
  attachDevice: ({ gpu, vm }) => onDevice('Add-GpuToVm', gpu, { VmId: vm.id }),
  detachDevice: ({ gpu, vm }) => onDevice('Remove-GpuFromVm', gpu, { VmId: vm.id }),
  setOfflineAction: ({ vm, to }) => onVm('Set-GpuVmOfflineAction', vm.id, { OfflineAction: String(to) }),
  setPartitionCount: (step) => onPartition('Set-GpuPartitionCount', step, { Count: step.to }),
  addPartition: (step) =>
    onPartition('Add-GpuPartition', step, { VmId: step.vm.id, ...vramParameters(step.vram) }),
  removePartition: (step) => onPartition('Remove-GpuPartition', step, { VmId: step.vm.id }),
  setPartition: (step) =>
    onPartition('Set-GpuPartition', step, { VmId: step.vm.id, ...vramParameters(step.to) }),
}

const expected = ({ vm, gpu, partition }: Expectation): Wire => ({
  ...(vm ? { ExpectState: vm.states } : {}),
  ...(gpu ? { ExpectPlace: gpu.place.kind } : {}),
  ...(partition ? { ExpectPartition: partition.kind } : {}),
  ...(partition?.kind === 'unused' ? { ExpectCount: partition.count } : {}),
})

export const callOf = ({ step, expects, fence }: StepOrder, seen: Seen): FunctionCall => {
  const call = (CALLS[step.kind] as (step: Step, seen: Seen) => FunctionCall)(step, seen)
  return { ...call, parameters: { ...call.parameters, ...expected(expects), ...claimed(fence) } }
}

export const adoptionOf = ({ from, fence }: Adoption): FunctionCall => ({
  command: 'Set-GpuHostBot',
  parameters: { From: from, ...claimed(fence) },
  timeoutMs: CHANGE_MS,
})

/** An order that is of no bot says so by naming none. */
const claimed = ({ number, bot, claim }: Fence): Wire => ({
  Fence: number,
  ...(bot === null || claim === null ? {} : { Claim: `${bot}/${claim}` }),
})
