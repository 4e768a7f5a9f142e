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
const offering = (step: OfVm | StepOf<'setPartitionCount'>, here: HostNow): Device | null => {
  const device = deviceOn(here, step.gpu)
  return device?.node === 'host-enabled' && device.file.partition && device.file.driver !== null
    ? device
    : null
}

const held = ({ vm, gpu }: OfVm, here: HostNow) => {
  const slot = deviceOn(here, gpu)?.file.slot
  return vmOn(here, vm)?.now.partitions.find((each) => each.slot === slot)
}

const outOfRange = (here: HostNow, { file }: Device, vram: PartitionVram | null): HostError | null => {
  const range = vramOf(here, file)
  if (!vram || !range) return null
  const wrong = vram.min < range.min || vram.max > range.max || vram.min > vram.max
  return wrong ? errors.vramOutOfRange(range) : null
}

const changeRefuses = (step: OfVm, here: HostNow): HostError | null =>
  withVm(step, here, (vm) => {
    if (!held(step, here)) return errors.noPartitionAdapter()
    if (!offering(step, here)) return errors.noPartitionableGpu(step.partition.name)
    return takesDevices(vm) ? null : errors.wrongVmState()
  })

export const PARTITION_RULES: Rules<
  'setPartitionCount' | 'addPartition' | 'removePartition' | 'setPartition' | 'setOfflineAction'
> = {
  setPartitionCount: {
    refuses: (step, here) => {
      const device = offering(step, here)
      if (!device) return errors.noPartitionableGpu(step.partition.name)
      if (!device.file.partition?.validCounts.includes(step.to)) return errors.noSuchCount(step.to)
      return partitionsTaken(here, device.file.slot) > 0
        ? errors.partitionsAreInUse(step.gpu.locationPath)
        : null
    },
    takesEffect: (step, here) => {
      const device = deviceOn(here, step.gpu)
      if (device) here.state.partitionCounts[device.file.slot] = step.to
    },
  },
  addPartition: {
    refuses: (step, here) =>
      withVm(step, here, (vm) => {
        const device = offering(step, here)
        if (!device) return errors.noPartitionableGpu(step.partition.name)
        if (!takesDevices(vm)) return errors.wrongVmState()
        if (vm.now.settings.automaticStopAction === 'Save') return errors.saveWithDevice(vm.file.name)
        return outOfRange(here, device, step.vram)
      }),
    takesEffect: (step, here) => {
      const device = deviceOn(here, step.gpu)
      if (device) vmOn(here, step.vm)?.now.partitions.push({ slot: device.file.slot, vram: step.vram })
    },
  },
  removePartition: {
    refuses: changeRefuses,
    takesEffect: (step, here) => {
      const vm = vmOn(here, step.vm)
      const gone = held(step, here)
      if (vm) vm.now.partitions = vm.now.partitions.filter((each) => each !== gone)
    },
  },
  setPartition: {
    refuses: (step, here) => {
      const device = deviceOn(here, step.gpu)
      return changeRefuses(step, here) ?? (device ? outOfRange(here, device, step.to) : null)
    },
    takesEffect: (step, here) => {
      const adapter = held(step, here)
      if (adapter) adapter.vram = step.to
    },
  },
  setOfflineAction: {
    refuses: (step, here) =>
      withVm(step, here, ({ file, now }) =>
        file.clustered && now.offlineAction !== null ? null : errors.notClustered(file.name),
      ),
    takesEffect: ({ vm, to }, here) => {
      const found = vmOn(here, vm)
      if (found) found.now.offlineAction = to
    },
  },
}
