/** Each step as one function of the module with typed parameters, and its expectation as parameters of the same call. */
import type { Expectation, SomeSettings, Step, StepKind } from '../../core/plan/step'
import type { StepOrder } from '../../core/ports'
import type { Parameters } from './engine/wire'

interface FunctionCall {
  readonly command: string
  readonly parameters: Parameters
  readonly timeoutMs: number
}

const MINUTE_MS = 60_000
/** Stop-VM gives the guest five minutes (Microsoft, Stop-VM reference); the host may take its time after that. */
const SHUTDOWN_MS = 10 * MINUTE_MS
const CHANGE_MS = 3 * MINUTE_MS

type Table = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => FunctionCall }

const onVm = (command: string, id: string, more: Parameters = {}, timeoutMs = CHANGE_MS): FunctionCall => ({
  command,
  parameters: { VmId: id, ...more },
  timeoutMs,
})
const onDevice = (
  command: string,
  gpu: { readonly instanceId: string; readonly locationPath: string },
  more: Parameters = {},
): FunctionCall => ({
  command,
  parameters: { InstanceId: gpu.instanceId, LocationPath: gpu.locationPath, ...more },
  timeoutMs: CHANGE_MS,
})

const onOff = (value: boolean): string => (value ? 'on' : 'off')

const settingParameters = (to: SomeSettings): Parameters => ({
  ...(to.automaticStopAction === undefined ? {} : { AutomaticStopAction: to.automaticStopAction }),
  ...(to.guestControlledCacheTypes === undefined
    ? {}
    : { GuestControlledCacheTypes: onOff(to.guestControlledCacheTypes) }),
  ...(to.lowMmioBytes === undefined ? {} : { LowMmioBytes: String(to.lowMmioBytes) }),
  ...(to.highMmioBytes === undefined ? {} : { HighMmioBytes: String(to.highMmioBytes) }),
  ...(to.automaticCheckpoints === undefined ? {} : { AutomaticCheckpoints: onOff(to.automaticCheckpoints) }),
})

const CALLS: Table = {
  stopVm: ({ vm, how }) => onVm('Stop-GpuVm', vm.id, { How: how }, SHUTDOWN_MS),
  startVm: ({ vm }) => onVm('Start-GpuVm', vm.id),
  setVm: ({ vm, to }) => onVm('Set-GpuVm', vm.id, settingParameters(to)),
  disableDevice: ({ gpu }) => onDevice('Disable-GpuDevice', gpu),
  enableDevice: ({ gpu }) => onDevice('Enable-GpuDevice', gpu),
  dismountDevice: ({ gpu, force }) => onDevice('Dismount-GpuDevice', gpu, { Force: force }),
  mountDevice: ({ gpu }) => onDevice('Mount-GpuDevice', gpu),
  attachDevice: ({ gpu, vm }) => onDevice('Add-GpuToVm', gpu, { VmId: vm.id }),
  detachDevice: ({ gpu, vm }) => onDevice('Remove-GpuFromVm', gpu, { VmId: vm.id }),
}

const expected = ({ vm, gpu }: Expectation): Parameters => ({
  ...(vm ? { ExpectState: vm.states } : {}),
  ...(gpu ? { ExpectPlace: gpu.place.kind } : {}),
})

export const callOf = ({ step, expects, fence }: StepOrder): FunctionCall => {
  const call = (CALLS[step.kind] as (step: Step) => FunctionCall)(step)
  return { ...call, parameters: { ...call.parameters, ...expected(expects), Fence: fence } }
}
