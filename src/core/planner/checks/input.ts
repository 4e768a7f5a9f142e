import { type GpuFacts, type HostFacts, type VmFacts, type VmId, aliasOf } from '../../inventory/inventory'
import type { Quarantine } from '../../inventory/quarantine'
import type { Consents, MmioAsked } from '../../change/change'
import type { Baseline } from '../../plan/plan'
import type { PartitionableGpu } from '../../inventory/partitions'
import type { GpuRef, PartitionRef, VmRef } from '../../plan/step'

/** Everything a plan is made from. The facts are fresh and of the one host that the GPU is in. */
export interface PlanInput {
  readonly host: HostFacts
  readonly gpu: GpuFacts
  /** The VM that is to have the GPU; null for a release. */
  readonly vm: VmFacts | null
  readonly consents: Consents
  /** What the bot recorded for the VMs of this host. */
  readonly baselines: ReadonlyMap<VmId, Baseline>
  /** Why the GPU is lent to nobody; null where nothing is known against it. */
  readonly quarantine: Quarantine | null
  /** What is asked of the high MMIO space of the VM. */
  readonly mmio?: MmioAsked | undefined
  /** The other hosts of its cluster, as they were last read. */
  readonly peers: readonly HostFacts[]
}

export const vmRefOf = (vm: VmFacts): VmRef => ({ id: vm.id, name: vm.name })

export const gpuRefOf = (host: HostFacts, gpu: GpuFacts): GpuRef => ({
  alias: aliasOf(host, gpu),
  instanceId: gpu.instanceId,
  locationPath: gpu.locationPath,
})

/** Only for hosts that have commands for GPU-P: the checks come first. */
export const partitionRefOf = ({ partitioning }: HostFacts, gpu: PartitionableGpu): PartitionRef => ({
  name: gpu.partition.name,
  commands: partitioning === 'current' ? 'current' : 'older',
})
