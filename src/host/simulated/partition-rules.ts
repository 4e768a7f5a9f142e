/**
 * Hyper-V's rules for partitions of GPUs. Sources: Microsoft, "Partition and assign GPUs to a virtual machine"; the Hyper-V
 * reference; a partition may be added to a running VM (ExHyperV, issue 140), and too many show when a VM starts.
 */
import type { PartitionVram } from '../../core/inventory/inventory'
import type { StepOf } from '../../core/plan/step'
import { type Device, type HostNow, deviceOn, partitionsTaken, vmOn, vramOf } from './host-now'
import * as errors from './messages'
import type { HostError } from './messages'
import { type Rules, takesDevices, withVm } from './rule'

type OfVm = StepOf<'addPartition' | 'removePartition' | 'setPartition'>

/** A GPU that the host uses, and whose driver offers partitions. */
const offering = (step: OfVm | StepOf<'setPartitionCount'>, ground: HostNow): Device | null => {
  const device = deviceOn(ground, step.gpu)
  return device?.node === 'host-enabled' && device.file.partition && device.file.driver !== null
    ? device
    : null
}

const held = ({ vm, gpu }: OfVm, ground: HostNow) => {
  const slot = deviceOn(ground, gpu)?.file.slot
  return vmOn(ground, vm)?.now.partitions.find((each) => each.slot === slot)
}

const outOfRange = (ground: HostNow, { file }: Device, vram: PartitionVram | null): HostError | null => {
  const range = vramOf(ground, file)
  if (!vram || !range) return null
  const wrong = vram.min < range.min || vram.max > range.max || vram.min > vram.max
  return wrong ? errors.vramOutOfRange(range) : null
}

const changeRefuses = (step: OfVm, ground: HostNow): HostError | null =>
  withVm(step, ground, (vm) => {
    if (!held(step, ground)) return errors.noPartitionAdapter()
    if (!offering(step, ground)) return errors.noPartitionableGpu(step.partition.name)
    return takesDevices(vm) ? null : errors.wrongVmState()
  })

export const PARTITION_RULES: Rules<
  'setPartitionCount' | 'addPartition' | 'removePartition' | 'setPartition' | 'setOfflineAction'
> = {
  setPartitionCount: {
    refuses: (step, ground) => {
      const device = offering(step, ground)
      if (!device) return errors.noPartitionableGpu(step.partition.name)
      if (!device.file.partition?.validCounts.includes(step.to)) return errors.noSuchCount(step.to)
      return partitionsTaken(ground, device.file.slot) > 0
        ? errors.partitionsAreInUse(step.gpu.locationPath)
        : null
    },
    takesEffect: (step, ground) => {
      const device = deviceOn(ground, step.gpu)
      if (device) ground.state.partitionCounts[device.file.slot] = step.to
    },
  },
  addPartition: {
    refuses: (step, ground) =>
      withVm(step, ground, (vm) => {
        const device = offering(step, ground)
        if (!device) return errors.noPartitionableGpu(step.partition.name)
        if (!takesDevices(vm)) return errors.wrongVmState()
        if (vm.now.settings.automaticStopAction === 'Save') return errors.saveWithDevice(vm.file.name)
        return outOfRange(ground, device, step.vram)
      }),
    takesEffect: (step, ground) => {
      const device = deviceOn(ground, step.gpu)
      if (device) vmOn(ground, step.vm)?.now.partitions.push({ slot: device.file.slot, vram: step.vram })
    },
  },
  removePartition: {
    refuses: changeRefuses,
    takesEffect: (step, ground) => {
      const vm = vmOn(ground, step.vm)
      const gone = held(step, ground)
      if (vm) vm.now.partitions = vm.now.partitions.filter((each) => each !== gone)
    },
  },
  setPartition: {
    refuses: (step, ground) => {
      const device = deviceOn(ground, step.gpu)
      return changeRefuses(step, ground) ?? (device ? outOfRange(ground, device, step.to) : null)
    },
    takesEffect: (step, ground) => {
      const adapter = held(step, ground)
      if (adapter) adapter.vram = step.to
    },
  },
  setOfflineAction: {
    refuses: (step, ground) =>
      withVm(step, ground, ({ file, now }) =>
        file.clustered && now.offlineAction !== null ? null : errors.notClustered(file.name),
      ),
    takesEffect: ({ vm, to }, ground) => {
      const found = vmOn(ground, vm)
      if (found) found.now.offlineAction = to
    },
  },
}
