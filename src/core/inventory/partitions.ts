/**
 * Readings of GPU partitions (GPU-P). A GPU has two forms of name: `\\?\PCI#VEN_..#..#{guid}` where it has SR-IOV, and
 * the same with `\GPUPARAV` behind it where it is paravirtual. Sources: Microsoft, "Partition and assign GPUs to a
 * virtual machine"; Easy-GPU-PV, issue 361.
 */
import type { GpuFacts, HostFacts, VmFacts } from './inventory'

export type PartitionableGpu = GpuFacts & { readonly partition: NonNullable<GpuFacts['partition']> }
export type PartitionFacts = VmFacts['partitions'][number]

export const isPartitionable = (gpu: GpuFacts): gpu is PartitionableGpu => gpu.partition !== null

/** What one partition is of its GPU; all of one that is not known, or is not split. */
export const partOfGpu = (gpu: GpuFacts | undefined): number => 1 / Math.max(1, gpu?.partition?.count ?? 1)

/** A paravirtual GPU counts in parts of 1000000000, and setting them is reported to have no effect (ExHyperV). */
export const isParavirtual = ({ partition }: GpuFacts): boolean =>
  partition !== null && /\\GPUPARAV$/i.test(partition.name)

/** The PnP instance id, in capitals, of the device path by which a host names a partitionable GPU. */
export const instanceIdIn = (name: string): string =>
  name
    .replace(/^\\\\\?\\/, '')
    .replace(/#\{.*$/, '')
    .replaceAll('#', '\\')
    .toUpperCase()

/** Older modules do not tell which GPU a partition comes from; where the host has one such GPU, it is that one. */
const isOf = (host: HostFacts, gpu: GpuFacts, { gpu: name }: PartitionFacts): boolean => {
  if (name !== null) return instanceIdIn(name) === gpu.instanceId.toUpperCase()
  const [only, ...others] = host.gpus.filter(isPartitionable)
  return only?.locationPath === gpu.locationPath && others.length === 0
}

export const gpuOfPartition = (host: HostFacts, partition: PartitionFacts): GpuFacts | undefined =>
  host.gpus.find((gpu) => isOf(host, gpu, partition))

/** The partitions of this GPU that the VM has. */
export const partitionsOf = (host: HostFacts, vm: VmFacts, gpu: GpuFacts): readonly PartitionFacts[] =>
  vm.partitions.filter((each) => isOf(host, gpu, each))

/** The VMs that have partitions of this GPU. */
export const sharersOf = (host: HostFacts, gpu: GpuFacts): readonly VmFacts[] =>
  host.vms.filter((vm) => partitionsOf(host, vm, gpu).length > 0)

/**
 * Partitions that VMs have, and that no name ties to one GPU, may be of any GPU that offers some; where none does at the
 * moment, of any at all. Which one is not known, so they count against each.
 */
const mayBeOf = (host: HostFacts, gpu: GpuFacts, partition: PartitionFacts): boolean => {
  if (partition.gpu !== null || gpuOfPartition(host, partition)) return false
  return isPartitionable(gpu) || !host.gpus.some(isPartitionable)
}

/** The partitions that the VM has, of a GPU that the host does not tell: maybe of this one. */
export const maybePartitionsOf = (host: HostFacts, vm: VmFacts, gpu: GpuFacts): readonly PartitionFacts[] =>
  vm.partitions.filter((each) => mayBeOf(host, gpu, each))

/** The VMs that may have partitions of this GPU. */
export const maybeSharersOf = (host: HostFacts, gpu: GpuFacts): readonly VmFacts[] =>
  host.vms.filter((vm) => maybePartitionsOf(host, vm, gpu).length > 0)

/** How many partitions of this GPU VMs have, those that may be of it included. */
export const partitionsInUse = (host: HostFacts, gpu: GpuFacts): number =>
  host.vms.reduce(
    (sum, vm) => sum + partitionsOf(host, vm, gpu).length + maybePartitionsOf(host, vm, gpu).length,
    0,
  )

/** `vdi-01, vdi-02, and vdi-03 of a GPU that the host does not tell`: who has partitions, or may have. */
export const sharerWords = (host: HostFacts, gpu: GpuFacts): string => {
  const names = (vms: readonly VmFacts[]) => vms.map(({ name }) => name).join(', ')
  const [known, maybe] = [sharersOf(host, gpu), maybeSharersOf(host, gpu)]
  return [
    ...(known.length > 0 ? [names(known)] : []),
    ...(maybe.length > 0
      ? [`${names(maybe)} of a GPU that the host does not tell, which may be this one`]
      : []),
  ].join('; ')
}

/** Partitions of GPUs that the host does not offer any more: replaced, moved to another slot, or without their driver. */
export const stalePartitions = (host: HostFacts, vm: VmFacts): readonly string[] =>
  vm.partitions.flatMap(({ gpu: name }) =>
    name === null ||
    host.gpus.some((gpu) => gpu.partition && instanceIdIn(name) === gpu.instanceId.toUpperCase())
      ? []
      : name,
  )

/** The GPUs that the VM has partitions of, as far as the host tells. */
export const sharedWith = (host: HostFacts, vm: VmFacts): readonly GpuFacts[] =>
  host.gpus.filter((gpu) => partitionsOf(host, vm, gpu).length > 0)
