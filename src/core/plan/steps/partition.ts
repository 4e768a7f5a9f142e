/** Steps that change partitions of a GPU (GPU-P). Cmdlets: Hyper-V module reference; the older names: module of 2019. */
import { bytes } from '../../text/figures'
import {
  type GpuFacts,
  type HostFacts,
  type PartitionVram,
  gpuByPath,
  vmById,
} from '../../inventory/inventory'
import {
  type PartitionFacts,
  maybePartitionsOf,
  partitionsInUse,
  partitionsOf,
} from '../../inventory/partitions'
import type { Expectation, GpuRef, PartitionRef, VmRef } from './kinds'
import { type Rows, at, off, quoted, getVm } from './row'

interface OfVm {
  readonly gpu: GpuRef
  readonly vm: VmRef
  readonly partition: PartitionRef
}

/** The partitions of this GPU that the VM has, by the host's facts. */
const heldBy = ({ gpu, vm }: OfVm, host: HostFacts): readonly PartitionFacts[] => {
  const device = gpuByPath(host, gpu.locationPath)
  const found = vmById(host, vm.id)
  return device && found ? partitionsOf(host, found, device) : []
}

const same = (a: PartitionVram | null, b: PartitionVram): boolean =>
  a !== null && a.min === b.min && a.max === b.max && a.optimal === b.optimal

const vramFlags = ({ min, max, optimal }: PartitionVram): string =>
  `-MinPartitionVRAM ${min} -MaxPartitionVRAM ${max} -OptimalPartitionVRAM ${optimal}`
export const vramWords = ({ min, max, optimal }: PartitionVram): string =>
  min === max && max === optimal
    ? `${bytes(max)} of video memory`
    : `${bytes(min)} to ${bytes(max)} of video memory (best ${bytes(optimal)})`

/** The one adapter of the VM for this GPU. Older adapters do not tell their GPU: there, the VM has no other one. */
const adapterOf = ({ vm, partition }: OfVm): string =>
  `Get-VMGpuPartitionAdapter -VM ${getVm(vm)}${partition.commands === 'current' ? ` | Where-Object InstancePath -eq ${quoted(partition.name)}` : ''}`

const enabled = ({ gpu }: { readonly gpu: GpuRef }) => at(gpu, { kind: 'host-enabled' })

export const PARTITION_ROWS: Rows<'setPartitionCount' | 'addPartition' | 'removePartition' | 'setPartition'> =
  {
    setPartitionCount: {
      says: ({ gpu, from, to }) =>
        `Split ${gpu.alias} into ${to === 1 ? 'one partition' : `${to} partitions`} (now ${from})`,
      script: ({ partition: { name, commands }, to }) =>
        commands === 'current'
          ? `Set-VMHostPartitionableGpu -Name ${quoted(name)} -PartitionCount ${to}`
          : `Get-VMPartitionableGpu | Where-Object Name -eq ${quoted(name)} | Set-VMPartitionableGpu -PartitionCount ${to}`,
      expects: (step) => ({ ...enabled(step), partition: { kind: 'unused', count: step.from } }),
      holds: ({ gpu, to }, host) => gpuByPath(host, gpu.locationPath)?.partition?.count === to,
      undo: ({ from, to, ...rest }) => ({ ...rest, from: to, to: from }),
    },
    addPartition: {
      says: ({ gpu, vm, vram }) =>
        `Give ${vm.name} a partition of ${gpu.alias}${vram ? ` with ${vramWords(vram)}` : ''}`,
      script: ({ vm, partition: { name, commands }, vram }) =>
        [
          `Add-VMGpuPartitionAdapter -VM ${getVm(vm)}`,
          ...(commands === 'current' ? [`-InstancePath ${quoted(name)}`] : []),
          ...(vram ? [vramFlags(vram)] : []),
        ].join(' '),
      expects: (step) => ({
        ...off(step.vm),
        ...enabled(step),
        partition: { kind: 'absent', vm: step.vm.id },
      }),
      holds: (step, host) => {
        const [only, ...more] = heldBy(step, host)
        return only !== undefined && more.length === 0 && (step.vram === null || same(only.vram, step.vram))
      },
      undo: (step) => ({ ...step, kind: 'removePartition' }),
    },
    removePartition: {
      says: ({ gpu, vm }) => `Take the partition of ${gpu.alias} away from ${vm.name}`,
      script: (step) => `${adapterOf(step)} | Remove-VMGpuPartitionAdapter`,
      expects: (step) => ({ ...off(step.vm), ...enabled(step), partition: { kind: 'held', vm: step.vm.id } }),
      holds: (step, host) => vmById(host, step.vm.id) !== undefined && heldBy(step, host).length === 0,
      undo: (step) => ({ ...step, kind: 'addPartition' }),
    },
    setPartition: {
      says: ({ gpu, vm, to }) => `Set the partition of ${gpu.alias} in ${vm.name}: ${vramWords(to)}`,
      script: (step) => `${adapterOf(step)} | Set-VMGpuPartitionAdapter ${vramFlags(step.to)}`,
      expects: (step) => ({ ...off(step.vm), ...enabled(step), partition: { kind: 'held', vm: step.vm.id } }),
      holds: (step, host) => {
        const [only, ...more] = heldBy(step, host)
        return only !== undefined && more.length === 0 && same(only.vram, step.to)
      },
      undo: ({ from, to, ...rest }) => ({ ...rest, from: to, to: from }),
    },
  }

/** Are the partitions of this GPU as expected? */
export const partitionsMeet = (
  expected: NonNullable<Expectation['partition']>,
  device: GpuFacts,
  host: HostFacts,
): boolean => {
  if (expected.kind === 'unused')
    return device.partition?.count === expected.count && partitionsInUse(host, device) === 0
  const vm = vmById(host, expected.vm)
  if (vm === undefined) return false
  const held = partitionsOf(host, vm, device).length
  return expected.kind === 'held' ? held === 1 : held + maybePartitionsOf(host, vm, device).length === 0
}
