/**
 * In what hosts differ that the simulated fleet knows nothing of. `USUAL` is how a host is unless a test says otherwise.
 * Sources: hyperv-facts, A1 (entries whose device is gone, resource pools) and A3 (Stop-VM without the shutdown service);
 * Microsoft, "Error codes in Device Manager" (14) and "PowerShell 7 module compatibility" (deserialised objects).
 */
import type { LocationPath, VmId } from '../../../../src/core/inventory/inventory'

/** A device that is no GPU, or no more than a function beside one. */
export interface OtherDevice {
  readonly instanceId: string
  readonly name: string
  /** Empty where it has no driver. */
  readonly class: string
  readonly baseClass: number
  readonly locationPath: string
  /** Where it is: with the host, in the pool, or the VM that has it. */
  readonly at: 'host' | 'pool' | VmId
}

export interface Differences {
  readonly others: readonly OtherDevice[]
  /** VMs with an entry of a device that is gone: its properties are empty texts. */
  readonly emptyEntries: readonly VmId[]
  /** Pools of devices that VMs take theirs from, by path; all others are in `Primordial`. */
  readonly pools: ReadonlyMap<LocationPath, string>
  /** Disabling a device waits for a restart; enabling it takes that back (`undone`), or does not. */
  readonly disableNeedsRestart: false | 'undone' | 'kept'
  /** So does enabling it again. */
  readonly enableNeedsRestart: boolean
  /** Objects of FailoverClusters come out of a session of Windows PowerShell, as they do in PowerShell 7. */
  readonly clusterObjects: 'live' | 'deserialized'
  /** The host cannot ask its cluster. */
  readonly clusterSilent: boolean
  /** VMs whose guest has no shutdown service. */
  readonly withoutShutdown: readonly VmId[]
}

export const USUAL: Differences = {
  others: [],
  emptyEntries: [],
  pools: new Map(),
  disableNeedsRestart: false,
  enableNeedsRestart: false,
  clusterObjects: 'live',
  clusterSilent: false,
  withoutShutdown: [],
}
