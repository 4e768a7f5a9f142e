/**
 * What is known of a guest that a plan shuts down. Source: Microsoft, Stop-VM reference (without a switch it asks the guest,
 * through its shutdown service), "Msvm_ShutdownComponent".
 */
import type { VmFacts } from '../inventory'

/** That the guest takes part in a shutdown is known to be untrue. */
export const ignoresShutdown = ({ shutdownService }: Pick<VmFacts, 'shutdownService'>): boolean =>
  shutdownService === 'off' || shutdownService === 'absent'

const UNDONE = 'If it is not off in time, the plan is undone'

const BY_SERVICE: { readonly [S in VmFacts['shutdownService']]: ((name: string) => string) | null } = {
  on: null,
  off: (name) =>
    `The shutdown service of ${name} is off, or its guest does not answer to it, so a shutdown will probably be refused. Switch it on in the VM's integration services, shut the guest down yourself, or ask with --power-off, which is a power cut.`,
  absent: (name) =>
    `${name} has no shutdown service, so a shutdown will probably be refused. Shut the guest down yourself, or ask with --power-off, which is a power cut.`,
  unknown: (name) => `Whether the guest of ${name} takes part in a shutdown is not known. ${UNDONE}.`,
}

/** For a running VM that is to be shut down through its guest; nothing where both are known to work. */
export const guestWarnings = (vm: Pick<VmFacts, 'name' | 'heartbeat' | 'shutdownService'>): string[] => {
  const { name, heartbeat, shutdownService } = vm
  const said = BY_SERVICE[shutdownService]
  return [
    ...(said ? [said(name)] : []),
    ...(heartbeat === 'off' && shutdownService === 'on'
      ? [`The guest of ${name} gives no sign of life to the host at this moment. ${UNDONE}.`]
      : []),
  ]
}
