/**
 * What is known of a guest that a plan shuts down. Source: Microsoft, Stop-VM reference (without a switch it asks the guest,
 * through its shutdown service), "Msvm_ShutdownComponent".
 */
import { refusal, type Refusal } from '../../errors'
import { vmById, type HostFacts, type VmFacts } from '../../inventory/inventory'
import type { Step } from '../../plan/step'

type Guest = Pick<VmFacts, 'name' | 'heartbeat' | 'shutdownService'>

/** Such a shutdown would be refused with the GPU dismounted already; null where nothing is known against it. */
export const refuseShutdown = ({ name, shutdownService }: Guest): Refusal | null => {
  switch (shutdownService) {
    case 'off':
      return refusal(
        'not-possible',
        `The shutdown service of ${name} is off, or its guest does not answer to it, so the guest cannot be shut down`,
        `Switch it on in the integration services of the VM, or shut the guest down yourself; --power-off is a power cut.`,
      )
    case 'absent':
      return refusal(
        'not-possible',
        `${name} has no shutdown service, so the guest cannot be shut down`,
        'Shut the guest down yourself; --power-off is a power cut.',
      )
    case 'on':
    case 'unknown':
      return null
  }
}

const UNDONE =
  'If it is not off in time, the plan is undone: that costs a mount and an enable of a GPU taken from the host, and no VM is touched'

/** For a running VM that is to be shut down through its guest; nothing where both are known to work. */
export const guestWarnings = ({ name, heartbeat, shutdownService }: Guest): string[] => {
  if (shutdownService === 'unknown')
    return [`Whether the guest of ${name} takes part in a shutdown is not known. ${UNDONE}.`]
  return heartbeat === 'off' && shutdownService === 'on'
    ? [`The guest of ${name} gives no sign of life to the host at this moment. ${UNDONE}.`]
    : []
}

/** Looked at once more before the first step: what speaks against the shutdowns of these steps, one sentence each. */
export const shutdownsRefused = (steps: readonly Step[], host: HostFacts): string[] =>
  steps.flatMap((step) => {
    const vm = step.kind === 'stopVm' && step.how === 'shutdown' ? vmById(host, step.vm.id) : undefined
    const against = vm?.state === 'Running' ? refuseShutdown(vm) : null
    return against ? [`${against.reason}.`] : []
  })
