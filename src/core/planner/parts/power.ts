/** Stopping and starting the VMs that a plan touches. A VM that ran before runs again, whatever was asked. */
import { type Refusal, refusal } from '../../errors'
import type { VmFacts } from '../../inventory/inventory'
import { guestWarnings, refuseShutdown } from './guest'
import type { Consents } from '../../change/change'
import { vmRefOf } from '../checks/input'
import type { Step } from '../../plan/step'
import { power } from '../checks/vm-checks'

export interface PowerPlan {
  readonly stop: readonly Step[]
  readonly start: readonly Step[]
  readonly costs: readonly string[]
  readonly warnings: readonly string[]
  readonly refusals: readonly Refusal[]
}

const NOTHING: PowerPlan = { stop: [], start: [], costs: [], warnings: [], refusals: [] }

/** `--power-off` says explicitly that the VM may be turned off, and then it is; `--shutdown` asks the guest. */
export const stopOf = (vm: VmFacts, consents: Consents): Extract<Step, { kind: 'stopVm' }> | null => {
  if (consents.powerOff) return { kind: 'stopVm', vm: vmRefOf(vm), how: 'turn-off' }
  return consents.shutdown ? { kind: 'stopVm', vm: vmRefOf(vm), how: 'shutdown' } : null
}

const runningPower = (vm: VmFacts, consents: Consents): PowerPlan => {
  const stop = stopOf(vm, consents)
  if (!stop) {
    const { reason, fix } = power(vm)
    return { ...NOTHING, refusals: [refusal('not-possible', reason, fix)] }
  }
  const turnedOff = stop.how === 'turn-off'
  const against = turnedOff ? null : refuseShutdown(vm)
  if (against) return { ...NOTHING, refusals: [against] }
  return {
    stop: [stop],
    start: [{ kind: 'startVm', vm: vmRefOf(vm) }],
    costs: [
      turnedOff
        ? `${vm.name} is turned off like a power cut (unsaved work is lost) and started again.`
        : `${vm.name} is shut down through its guest (programs get five minutes, a locked desktop none; unsaved work can be lost) and started again.`,
    ],
    warnings: turnedOff ? [] : guestWarnings(vm),
    refusals: [],
  }
}

/** For a VM that gives a GPU away: it ends as it was. States other than Off and Running are refused by the checks. */
export const holderPower = (vm: VmFacts, consents: Consents): PowerPlan =>
  vm.state === 'Running' ? runningPower(vm, consents) : NOTHING

/** For a VM that gets a GPU: it ends running, unless it was off and `--no-start` was asked. */
export const targetPower = (vm: VmFacts, consents: Consents): PowerPlan => {
  if (vm.state === 'Running') {
    const plan = runningPower(vm, consents)
    if (!consents.noStart || plan.refusals.length > 0) return plan
    return {
      ...plan,
      warnings: [
        ...plan.warnings,
        `--no-start has no effect: ${vm.name} is running, so it runs again afterwards.`,
      ],
    }
  }
  if (vm.state !== 'Off') return NOTHING
  if (consents.noStart) return { ...NOTHING, costs: [`${vm.name} stays off.`] }
  return { ...NOTHING, start: [{ kind: 'startVm', vm: vmRefOf(vm) }], costs: [`${vm.name} is started.`] }
}
