/** GPU partitions: which GPUs offer them, by the name that the host gives them. */
import type { GpuFacts } from '../../../../../src/core/inventory'
import { typed, type Value } from '../wire'
import { type Answers, factsOf, type Scene } from './answer'

/** `PCI\VEN_..\..` as the device path of an SR-IOV GPU (Microsoft, "Partition and assign GPUs to a virtual machine"). */
const nameOf = ({ instanceId }: GpuFacts): string =>
  `\\\\?\\${instanceId.replaceAll('\\', '#')}#{064092b3-625e-43bf-9eb5-dc845897dd59}`

const partitionable =
  (type: string) =>
  (_: unknown, scene: Scene): Value[] =>
    factsOf(scene).gpus.flatMap((gpu) =>
      gpu.partition === null || gpu.problemCode !== 0
        ? []
        : [
            typed(type, {
              Name: nameOf(gpu),
              ValidPartitionCounts: gpu.partition.validCounts,
              PartitionCount: gpu.partition.count,
            }),
          ],
    )

export const partitionAnswers: Answers = {
  'Get-VMHostPartitionableGpu': partitionable('VMHostPartitionableGpu'),
  'Get-VMPartitionableGpu': partitionable('VMPartitionableGpu'),
  'Get-VMGpuPartitionAdapter': () => [],
}
