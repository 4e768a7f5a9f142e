/**
 * What the host knows of its guests' services. Names: VMHeartbeatStatus of the Hyper-V module; operational states:
 * Microsoft, "Msvm_HeartbeatComponent" and "Msvm_ShutdownComponent" (no contact: not installed, or not yet contacted;
 * non-recoverable error: the guest speaks no version of the protocol that the host does).
 */
import type { GuestService } from '../../core/inventory/inventory'
import type { RawVm } from './raw'

type Told = Pick<RawVm, 'state' | 'heartbeat' | 'shutdown'>

/** A guest that does not run has no heart to beat, and gives no service. */
const runs = ({ state }: Told): boolean => state === 'Running'

const HEARTBEATS: Readonly<Record<string, GuestService>> = {
  OkApplicationsHealthy: 'on',
  OkApplicationsCritical: 'on',
  OkApplicationsUnknown: 'on',
  NoContact: 'off',
  LostCommunication: 'off',
  Error: 'off',
  Disabled: 'absent',
}

export const heartbeatOf = (vm: Told): GuestService =>
  runs(vm) ? (HEARTBEATS[vm.heartbeat ?? ''] ?? 'unknown') : 'unknown'

/** `Degraded` works, by that document: the guest speaks an older version. */
const SERVICES: Readonly<Record<string, GuestService>> = {
  Ok: 'on',
  Degraded: 'on',
  NoContact: 'off',
  NonRecoverableError: 'off',
  LostCommunication: 'off',
  Error: 'off',
}

/** What the host has switched off is off, whether the VM runs or not. */
export const shutdownServiceOf = (vm: Told): GuestService => {
  const { shutdown } = vm
  if (shutdown === null) return 'unknown'
  if (shutdown === 'absent') return 'absent'
  if (!shutdown.enabled) return 'off'
  return runs(vm) ? (SERVICES[shutdown.status] ?? 'unknown') : 'unknown'
}
