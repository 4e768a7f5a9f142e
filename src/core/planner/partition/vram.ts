/** How much video memory a partition gets. What is asked for is minimum, optimum and maximum alike: docs/decisions/gpu-p.md. */
import { type Refusal, refusal } from '../../errors'
import { type PartitionVram, type HostFacts, aliasOf } from '../../inventory/inventory'
import { type PartitionableGpu, isParavirtual } from '../../inventory/partitions'
import { sized } from '../checks/mmio'

export const exactly = (vramBytes: number): PartitionVram => ({
  min: vramBytes,
  max: vramBytes,
  optimal: vramBytes,
})

/** Null when a partition of this GPU can have that much. `heldBytes`: what the VM gives back for it. */
export const refuseVram = (
  host: HostFacts,
  gpu: PartitionableGpu,
  wanted: { readonly vramBytes: number; readonly heldBytes: number },
): Refusal | null => {
  const alias = aliasOf(host, gpu)
  const { min, max, available } = gpu.partition.vram
  const { vramBytes, heldBytes } = wanted
  if (isParavirtual(gpu))
    return refusal(
      'not-possible',
      `${alias} is a paravirtual GPU: it counts memory in parts of a whole, and setting them is reported to have no effect`,
      'Ask without `--vram`: every partition can use what is free.',
    )
  if (vramBytes < min || vramBytes > max)
    return refusal(
      'not-possible',
      `A partition of ${alias} has ${sized(min)} to ${sized(max)} of video memory, not ${sized(vramBytes)}`,
      `Ask for an amount in between, or split the GPU anew (\`partition ${alias} into N\`).`,
    )
  if (vramBytes > available + heldBytes)
    return refusal(
      'not-possible',
      `${alias} has ${sized(available + heldBytes)} of video memory left for partitions, not ${sized(vramBytes)}`,
      'Ask for less, or release a partition first.',
    )
  return null
}
