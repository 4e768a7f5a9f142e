/**
 * The steps that change a host, one table row for each that says everything about it: what must hold before, what holds
 * after, its undo, and the PowerShell it stands for. Orders of steps are in core/planner.
 */
import { type HostFacts, gpuByPath, vmById } from '../inventory/inventory'
import type { Expectation, Step, StepKind } from './steps/kinds'
import { DEVICE_ROWS } from './steps/device'
import { PARTITION_ROWS, partitionsMeet } from './steps/partition'
import { type StepRow, type Rows, isAt } from './steps/row'
import { VM_ROWS } from './steps/vm'

export {
  step,
  expectation,
  type Expectation,
  type GpuRef,
  type PartitionRef,
  type SomeSettings,
  type Step,
  type StepKind,
  type StepOf,
  type VmRef,
} from './steps/kinds'

/** `done`: the effect holds. `ready`: the step can be done now. `changed`: neither; somebody else acted. */
export type StepReading = 'done' | 'ready' | 'changed'

const TABLE: Rows<StepKind> = { ...VM_ROWS, ...DEVICE_ROWS, ...PARTITION_ROWS }
const rowOf = (step: Step): StepRow<Step> => TABLE[step.kind] as unknown as StepRow<Step>

/** One line for people. */
export const saysOf = (step: Step): string => rowOf(step).says(step)
/** The exact PowerShell that the step stands for; display only, never executed from this text. */
export const scriptOf = (step: Step): string => rowOf(step).script(step)
/** The step's precondition, sent along with it and checked by the host in the same call. */
export const expectationOf = (step: Step): Expectation => rowOf(step).expects(step)
export const undoOf = (step: Step): Step => rowOf(step).undo(step)

const WINDOWS_POWERSHELL =
  "if ($PSVersionTable.PSEdition -eq 'Core') { throw 'Run this in Windows PowerShell (powershell.exe): in PowerShell 7 the commands for failover clusters do not take one another''s objects.' }"

/** What these scripts begin with where one of them does not work in PowerShell 7: it stops there, and says why. */
export const guardOf = (steps: readonly Step[]): string[] =>
  steps.some((step) => rowOf(step).windowsPowerShellOnly) ? [WINDOWS_POWERSHELL] : []

export const meets = ({ vm, gpu, partition }: Expectation, host: HostFacts): boolean => {
  const found = vm && vmById(host, vm.id)
  if (vm && (!found || !vm.states.includes(found.state))) return false
  if (!gpu) return partition === undefined
  const device = gpuByPath(host, gpu.locationPath)
  if (device?.instanceId !== gpu.instanceId || !isAt(host, gpu, gpu.place)) return false
  return partition === undefined || partitionsMeet(partition, device, host)
}

/** Reads the host's facts: has this step happened, can it happen now, or did somebody else change what it needs? */
export const readStep = (step: Step, host: HostFacts): StepReading => {
  if (rowOf(step).holds(step, host)) return 'done'
  return meets(expectationOf(step), host) ? 'ready' : 'changed'
}
