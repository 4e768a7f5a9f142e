/** The one partition that a VM has, or why it cannot be dealt with. */
import { type Outcome, type Refusal, accepted, refusal, refused } from '../../errors'
import { type HostFacts, type PartitionVram, type VmFacts, aliasOf, placeOf } from '../../inventory/inventory'
import { type PartitionableGpu, isPartitionable, partitionsOf, sharedWith } from '../../inventory/partitions'
import { quoted } from '../../plan/steps/row'
import { power, replicationCheck } from '../checks/vm-checks'
import { obstacles } from '../checks/obstacles'

export interface Held {
  readonly gpu: PartitionableGpu
  /** Null where the host does not tell. */
  readonly vram: PartitionVram | null
}

const byHand = (vm: VmFacts): string =>
  `Have an administrator look: Get-VMGpuPartitionAdapter -VM (Get-VM -Id ${quoted(vm.id)})`

/** Refused: the VM has none, several, or one whose GPU is not known or not in use by the host. */
export const heldPartition = (host: HostFacts, vm: VmFacts): Outcome<Held> => {
  if (vm.partitions.length === 0)
    return refused(
      refusal('not-possible', `${vm.name} has no partition of a GPU`, 'See `list --mine` or `list`.'),
    )
  const [gpu, ...others] = sharedWith(host, vm)
  if (!gpu || others.length > 0 || vm.partitions.length > 1)
    return refused(
      refusal(
        'not-possible',
        `${vm.name} has ${vm.partitions.length} partitions, and ${gpu ? 'the bot deals with one only' : `${host.name} does not tell of which GPU`}`,
        byHand(vm),
      ),
    )
  if (!isPartitionable(gpu) || placeOf(host, gpu).kind !== 'host-enabled')
    return refused(
      refusal(
        'not-possible',
        `${aliasOf(host, gpu)} offers no partitions at the moment, and a partition can be changed only while it does`,
        'Have an administrator enable the GPU on the host, or repair its driver.',
      ),
    )
  return accepted({ gpu, vram: partitionsOf(host, vm, gpu)[0]?.vram ?? null })
}

/** What stops changing or taking a partition that a VM has; checkpoints and memory do not: giving back is the way out. */
export const sharerObstacles = (host: HostFacts, vm: VmFacts): Refusal[] =>
  obstacles([power(vm), replicationCheck(vm, host)])
