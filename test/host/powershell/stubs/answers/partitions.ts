/** Partitions of GPUs. An adapter has an id that only the host knows, so it is made here from its place in the VM's list. */
import type { HostFacts, PartitionVram, VmFacts } from '../../../../../src/core/inventory/inventory'
import { gpuOfPartition, instanceIdIn, isPartitionable } from '../../../../../src/core/inventory/partitions'
import type { PartitionableGpu } from '../../../../../src/core/inventory/partitions'
import type { PartitionRef } from '../../../../../src/core/plan/step'
import { guidOf, noPartitionAdapter, noPartitionableGpu } from '../../../../../src/host/simulated/messages'
import { failWith, undocumented } from '../refusal'
import { type Bound, objects, text, typed, uint64, type Value } from '../wire'
import { type Answers, factsOf, gpuRefOf, perform, type Scene, vmRefOf, vmsMeant } from './answer'

const refOf = (gpu: PartitionableGpu): PartitionRef => ({ name: gpu.partition.name, commands: 'current' })
const offering = (facts: HostFacts): PartitionableGpu[] => facts.gpus.filter(isPartitionable)

const partitionable =
  (type: string) =>
  (bound: Bound, scene: Scene): Value[] => {
    if (bound['Name'] !== undefined) undocumented('a GPU by -Name')
    return offering(factsOf(scene)).map(({ partition }) =>
      typed(type, {
        Name: partition.name,
        ValidPartitionCounts: partition.validCounts,
        PartitionCount: partition.count,
        TotalVRAM: uint64(partition.vram.total),
        AvailableVRAM: uint64(partition.vram.available),
        MinPartitionVRAM: uint64(partition.vram.min),
        MaxPartitionVRAM: uint64(partition.vram.max),
        OptimalPartitionVRAM: uint64(partition.vram.optimal),
      }),
    )
  }

const gpuCalled = (name: string, scene: Scene): PartitionableGpu =>
  offering(factsOf(scene)).find((gpu) => instanceIdIn(gpu.partition.name) === instanceIdIn(name)) ??
  failWith(noPartitionableGpu(name), scene.language)

/** Without a name the real command means every GPU. */
const setCount = (name: string | undefined, bound: Bound, scene: Scene): readonly Value[] => {
  const gpu = gpuCalled(name ?? undocumented('a partition count for every GPU'), scene)
  return perform(scene, {
    kind: 'setPartitionCount',
    gpu: gpuRefOf(gpu),
    partition: refOf(gpu),
    from: gpu.partition.count,
    to: Number(bound['PartitionCount']),
  })
}

const idOf = (vm: VmFacts, index: number): string =>
  `Microsoft:${vm.id}\\${guidOf(vm.id, 'partition', String(index))}`

const adaptersOf = (vm: VmFacts, { older }: Scene): Value[] =>
  vm.partitions.map(({ gpu, vram }, index) =>
    typed(older ? 'VMGpuPartitionAdapter' : 'NewerVMGpuPartitionAdapter', {
      Id: idOf(vm, index),
      Name: 'GPU Partition Settings',
      VMId: vm.id,
      VMName: vm.name,
      ...(older ? {} : { InstancePath: gpu }),
      MinPartitionVRAM: vram && uint64(vram.min),
      MaxPartitionVRAM: vram && uint64(vram.max),
      OptimalPartitionVRAM: vram && uint64(vram.optimal),
    }),
  )

/** The adapters that were passed as objects, each with its VM and its GPU. */
const adaptersMeant = (bound: Bound, scene: Scene) => {
  const facts = factsOf(scene)
  if (bound['VMGpuPartitionAdapter'] === undefined) undocumented('adapters of a VM without saying which')
  return objects(bound['VMGpuPartitionAdapter']).map((adapter) => {
    const vm = facts.vms.find((each) => each.id === text(adapter['VMId']))
    const index = vm?.partitions.findIndex((_, at) => idOf(vm, at) === text(adapter['Id'])) ?? -1
    const entry = vm?.partitions[index]
    const gpu = entry && gpuOfPartition(facts, entry)
    if (!vm || !entry || !gpu || !isPartitionable(gpu)) return failWith(noPartitionAdapter(), scene.language)
    return { vm, gpu, vram: entry.vram }
  })
}

const vramIn = (bound: Bound): PartitionVram | null =>
  bound['MinPartitionVRAM'] === undefined
    ? null
    : {
        min: Number(bound['MinPartitionVRAM']),
        max: Number(bound['MaxPartitionVRAM']),
        optimal: Number(bound['OptimalPartitionVRAM']),
      }

export const partitionAnswers: Answers = {
  'Get-VMHostPartitionableGpu': partitionable('VMHostPartitionableGpu'),
  'Get-VMPartitionableGpu': partitionable('VMPartitionableGpu'),
  'Set-VMHostPartitionableGpu': (bound, scene) => setCount(text(bound['Name']), bound, scene),
  'Set-VMPartitionableGpu': (bound, scene) =>
    setCount(text(objects(bound['PartitionableGpu'])[0]?.['Name']), bound, scene),
  'Add-VMGpuPartitionAdapter': (bound, scene) => {
    const name = text(bound['InstancePath'])
    // Older modules take no GPU: which one it is, the host decides.
    const gpu = name === undefined ? offering(factsOf(scene))[0] : gpuCalled(name, scene)
    if (!gpu) return failWith(noPartitionableGpu(''), scene.language)
    return vmsMeant(bound, scene).flatMap((vm) =>
      perform(scene, {
        kind: 'addPartition',
        gpu: gpuRefOf(gpu),
        partition: refOf(gpu),
        vm: vmRefOf(vm),
        vram: vramIn(bound),
      }),
    )
  },
  'Get-VMGpuPartitionAdapter': (bound, scene) =>
    vmsMeant(bound, scene).flatMap((vm) => adaptersOf(vm, scene)),
  'Remove-VMGpuPartitionAdapter': (bound, scene) =>
    adaptersMeant(bound, scene).flatMap(({ vm, gpu, vram }) =>
      perform(scene, {
        kind: 'removePartition',
        gpu: gpuRefOf(gpu),
        partition: refOf(gpu),
        vm: vmRefOf(vm),
        vram,
      }),
    ),
  'Set-VMGpuPartitionAdapter': (bound, scene) => {
    const to = vramIn(bound) ?? undocumented('an adapter without figures')
    return adaptersMeant(bound, scene).flatMap(({ vm, gpu, vram }) =>
      perform(scene, {
        kind: 'setPartition',
        gpu: gpuRefOf(gpu),
        partition: refOf(gpu),
        vm: vmRefOf(vm),
        from: vram ?? to,
        to,
      }),
    )
  },
}
