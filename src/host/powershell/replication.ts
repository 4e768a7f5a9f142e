/** The part of a VM in Hyper-V Replica. Source: Hyper-V reference, Get-VMReplication (-ReplicationMode). */
import type { Replication } from '../../core/inventory/inventory'
import type { RawVm } from './raw'

const MODES: Readonly<Record<string, Replication>> = {
  None: 'none',
  Primary: 'primary',
  Replica: 'replica',
  TestReplica: 'test-replica',
  ExtendedReplica: 'extended-replica',
}

/** A mode that is not known says nothing. */
export const replicationOf = ({ replication }: RawVm): Replication => MODES[replication ?? ''] ?? 'unknown'
