/** The form of Hyper-V's rules in the simulator, and what they share. */
import type { Step, StepKind, StepOf, VmRef } from '../../core/plan/step'
import { type HostNow, type VmOnHost, vmOn } from './host-now'
import { type HostError, vmNotFound } from './messages'

export interface StepRule<S extends Step> {
  readonly refuses: (step: S, here: HostNow) => HostError | null
  /** Called only when nothing refuses. Changes `here.state`. */
  readonly takesEffect: (step: S, here: HostNow) => void
}
export type Rules<K extends StepKind> = { readonly [Kind in K]: StepRule<StepOf<Kind>> }

export const withVm = (
  { vm }: { readonly vm: VmRef },
  here: HostNow,
  rule: (vm: VmOnHost) => HostError | null,
): HostError | null => {
  const found = vmOn(here, vm)
  return found ? rule(found) : vmNotFound(vm.name)
}

/** A VM whose memory is on disk, or that has lost its storage, takes no changes. */
export const takesDevices = ({ now }: VmOnHost): boolean => now.state === 'Off' || now.state === 'Running'
