/** How many partitions a GPU has. Source: Microsoft, "Partition and assign GPUs to a virtual machine". */
import { type Outcome, accepted, refusal, refused } from '../../errors'
import { aliasOf } from '../../inventory/inventory'
import { isPartitionable, partitionsInUse, sharerWords, sharersOf } from '../../inventory/partitions'
import { seal } from '../../plan/digest'
import { type PlanInput, gpuRefOf, partitionRefOf } from '../checks/input'
import { obstacles } from '../checks/obstacles'
import type { Plan } from '../../plan/plan'
import { checkWarnings } from '../checks/warnings'
import { splitChecks } from './host-checks'

/** The plan to split a GPU into `count` partitions; or every reason against it at once. `vm` of the input is not used. */
export const planSplit = (input: PlanInput, count: number): Outcome<Plan> => {
  const { host, gpu } = input
  const alias = aliasOf(host, gpu)
  const checks = splitChecks(host, gpu)
  const refusals = obstacles(checks)
  if (!isPartitionable(gpu) || refusals.length > 0) return refused(...refusals)

  const { validCounts, count: now } = gpu.partition
  const sharers = sharersOf(host, gpu).map((vm) => vm.name)
  const inUse = partitionsInUse(host, gpu) > 0
  if (now === count)
    return refused(refusal('not-possible', `Nothing to do: ${alias} is split into ${count} already`))
  if (!validCounts.includes(count))
    return refused(
      refusal(
        'not-possible',
        `${alias} cannot be split into ${count}`,
        `Its driver offers ${validCounts.toSorted((a, b) => a - b).join(', ')}.`,
      ),
    )
  if (inUse)
    return refused(
      refusal(
        'not-possible',
        `Partitions of ${alias} are in use by ${sharerWords(host, gpu)}, and the count can be changed only while none is`,
        sharers.length > 0
          ? `Release them first: ${sharers.map((name) => `\`release ${name}\``).join(', ')}.`
          : 'Have an administrator look which GPU they are of.',
      ),
    )
  const ref = gpuRefOf(host, gpu)
  const draft = {
    action: 'partition' as const,
    mode: 'partition' as const,
    host: host.name,
    gpu: { ...ref, model: gpu.model },
    from: null,
    to: null,
    steps: [
      {
        kind: 'setPartitionCount' as const,
        gpu: ref,
        partition: partitionRefOf(host, gpu),
        from: now,
        to: count,
      },
    ],
    costs: [],
    warnings: checkWarnings(checks),
    baselines: [],
  }
  return accepted(seal(draft, host))
}
