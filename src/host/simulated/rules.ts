/**
 * Hyper-V's own rules, one row for each step: why it would be refused, and what it does. They are deliberately wider
 * than the bot's (a device may be added to a running VM; partitions are in partition-rules.ts), so that the bot's own guards are what tests exercise.
 * Sources: Microsoft, "Deploy graphics devices using Discrete Device Assignment" and its plan and troubleshooting
 * articles; "Discrete Device Assignment: GPUs" of the Virtualization blog; the Hyper-V and PnpDevice references.
 */
import type { Step, StepKind, StepOf } from '../../core/plan/step'
import { type Device, type HostNow, type VmOnHost, deviceOn, partitionsTaken, vmOn } from './host-now'
import * as errors from './messages'
import type { HostError } from './messages'
import { PARTITION_RULES } from './partition-rules'
import { devicePowerError, startError } from './power-on'
import { type StepRule, type Rules, takesDevices, withVm } from './rule'
import type { DeviceNode } from './schema'

const MIB = 2 ** 20

const setState = (vm: VmOnHost | undefined, state: VmOnHost['now']['state']): void => {
  if (vm) vm.now.state = state
}
const setNode = (here: HostNow, device: Device | undefined, node: DeviceNode): void => {
  if (device) here.state.devices[device.file.slot] = node
}

const stopRefuses = (step: StepOf<'stopVm'>, here: HostNow): HostError | null =>
  withVm(step, here, ({ file, now }) => {
    if (now.state === 'Off') return null
    if (now.state === 'Critical') return errors.wrongVmState()
    if (step.how === 'turn-off') return null
    if (now.state !== 'Running') return errors.wrongVmState()
    if (file.shutdownService === 'off' || file.shutdownService === 'absent')
      return errors.noShutdownService(file.name)
    return file.guestShutdown === 'ignored' ? errors.shutdownIgnored(file.name) : null
  })

const startRefuses = (step: StepOf<'startVm'>, here: HostNow): HostError | null =>
  withVm(step, here, (vm) => {
    if (vm.now.state === 'Running') return null
    return vm.now.state === 'Off' || vm.now.state === 'Saved' ? startError(here, vm) : errors.wrongVmState()
  })

const setRefuses = (step: StepOf<'setVm'>, here: HostNow): HostError | null =>
  withVm(step, here, ({ file, now }) => {
    const { automaticStopAction, guestControlledCacheTypes, lowMmioBytes, highMmioBytes } = step.to
    const needsOff = [automaticStopAction, guestControlledCacheTypes, lowMmioBytes, highMmioBytes]
    // Sources agree on Off for MMIO and cache types; for the stop action they differ, and the stricter is taken.
    if (now.state !== 'Off' && needsOff.some((value) => value !== undefined)) return errors.wrongVmState()
    if (lowMmioBytes !== undefined && (lowMmioBytes < 128 * MIB || lowMmioBytes > 3584 * MIB)) {
      return errors.lowMmioOutOfRange()
    }
    const held = now.assigned.length > 0 || now.partitions.length > 0
    return automaticStopAction === 'Save' && held ? errors.saveWithDevice(file.name) : null
  })

const ON_HOST: readonly (DeviceNode | undefined)[] = [
  'host-enabled',
  'host-disabled',
  'restart-to-disable',
  'restart-to-enable',
]

const pnpRefuses = ({ gpu }: StepOf<'disableDevice' | 'enableDevice'>, here: HostNow): HostError | null =>
  ON_HOST.includes(deviceOn(here, gpu)?.node) ? null : errors.noSuchNode(gpu.instanceId)

/** The module of the host takes back what would wait for a restart. */
const disableRefuses = (step: StepOf<'disableDevice'>, here: HostNow): HostError | null =>
  pnpRefuses(step, here) ??
  (deviceOn(here, step.gpu)?.file.disable === 'needs-restart' ? errors.restartNeeded() : null)

/** Windows refuses nothing here: it does it later, and the module tells that as a refusal. */
const leftPending = (step: Step, here: HostNow): HostError | null => {
  if (step.kind !== 'disableDevice' && step.kind !== 'enableDevice') return null
  const node = deviceOn(here, step.gpu)?.node
  return node === 'restart-to-disable' || node === 'restart-to-enable' ? errors.restartPending() : null
}

const dismountRefuses = (step: StepOf<'dismountDevice'>, here: HostNow): HostError | null => {
  const path = step.gpu.locationPath
  const device = deviceOn(here, step.gpu)
  if (!device || device.node === 'absent' || device.node === 'dismounted') {
    return errors.deviceNotFound(path, here.file.name)
  }
  // A device without a driver may be dismounted as it is; others are disabled first.
  if (device.node === 'host-enabled' && device.file.driver !== null) return errors.deviceEnabled(path)
  if (partitionsTaken(here, device.file.slot) > 0) return errors.partitionsAreInUse(path)
  return suitabilityError(device, step)
}

/** -Force waives two checks, ACS and the vendor's mitigation directives, and no other. */
const suitabilityError = ({ file }: Device, { force }: StepOf<'dismountDevice'>): HostError | null => {
  const path = file.locationPath
  if (file.deviceType === 5) return errors.noPcieControl()
  if (file.reservedMemory === true) return errors.notAssignable(path, 'reserved memory')
  if (file.interrupts === 'line') return errors.notAssignable(path, 'line-based interrupts')
  if (force) return null
  if (file.acs === 0) return errors.notAssignable(path, 'no ACS')
  return file.mitigationDriver ? null : errors.noMitigation()
}

const mountRefuses = ({ gpu }: StepOf<'mountDevice'>, here: HostNow): HostError | null => {
  const device = deviceOn(here, gpu)
  if (device?.node !== 'dismounted') return errors.deviceNotFound(gpu.locationPath, here.file.name)
  if (device.file.pool !== null) return errors.deviceInPool(gpu.locationPath)
  return device.owner === null ? null : errors.deviceOfAnotherVm(gpu.locationPath)
}

const attachRefuses = (step: StepOf<'attachDevice'>, here: HostNow): HostError | null =>
  withVm(step, here, (vm) => {
    const path = step.gpu.locationPath
    const device = deviceOn(here, step.gpu)
    if (device?.node !== 'dismounted') return errors.deviceNotFound(path, here.file.name)
    if (device.file.pool !== null) return errors.deviceInPool(path)
    if (device.owner !== null) return errors.deviceOfAnotherVm(path)
    if (!takesDevices(vm)) return errors.wrongVmState()
    if (vm.now.settings.automaticStopAction === 'Save') return errors.saveWithDevice(vm.file.name)
    return vm.now.state === 'Running' ? devicePowerError(here, vm, path) : null
  })

const detachRefuses = (step: StepOf<'detachDevice'>, here: HostNow): HostError | null =>
  withVm(step, here, (vm) => {
    const { locationPath } = step.gpu
    if (!vm.now.assigned.includes(locationPath)) return errors.deviceNotFound(locationPath, here.file.name)
    return takesDevices(vm) ? null : errors.wrongVmState()
  })

const RULES: Rules<StepKind> = {
  ...PARTITION_RULES,
  stopVm: { refuses: stopRefuses, takesEffect: ({ vm }, here) => setState(vmOn(here, vm), 'Off') },
  startVm: { refuses: startRefuses, takesEffect: ({ vm }, here) => setState(vmOn(here, vm), 'Running') },
  setVm: {
    refuses: setRefuses,
    takesEffect: ({ vm, to }, here) => {
      const found = vmOn(here, vm)
      if (found) Object.assign(found.now.settings, to)
    },
  },
  disableDevice: {
    refuses: disableRefuses,
    takesEffect: ({ gpu }, here) => {
      const device = deviceOn(here, gpu)
      setNode(here, device, device?.file.disable === 'stuck' ? 'restart-to-disable' : 'host-disabled')
    },
  },
  enableDevice: {
    refuses: pnpRefuses,
    takesEffect: ({ gpu }, here) => {
      const device = deviceOn(here, gpu)
      setNode(here, device, device?.file.enable === 'needs-restart' ? 'restart-to-enable' : 'host-enabled')
    },
  },
  dismountDevice: {
    refuses: dismountRefuses,
    takesEffect: ({ gpu }, here) => setNode(here, deviceOn(here, gpu), 'dismounted'),
  },
  mountDevice: {
    refuses: mountRefuses,
    takesEffect: ({ gpu }, here) => setNode(here, deviceOn(here, gpu), 'host-disabled'),
  },
  attachDevice: {
    refuses: attachRefuses,
    takesEffect: ({ gpu, vm }, here) => vmOn(here, vm)?.now.assigned.push(gpu.locationPath),
  },
  detachDevice: {
    refuses: detachRefuses,
    takesEffect: ({ gpu, vm }, here) => {
      const found = vmOn(here, vm)
      if (found) found.now.assigned = found.now.assigned.filter((path) => path !== gpu.locationPath)
    },
  },
}

const ruleOf = (step: Step): StepRule<Step> => RULES[step.kind] as unknown as StepRule<Step>

/** Why the host would refuse the step as things stand, or null. */
export const refusalOf = (step: Step, here: HostNow): HostError | null => ruleOf(step).refuses(step, here)

/**
 * Makes the step's change in `here.state`, only for a step that `refusalOf` lets pass. What the host tells all the same:
 * null, or that the change waits for a restart.
 */
export const takeEffect = (step: Step, here: HostNow): HostError | null => {
  ruleOf(step).takesEffect(step, here)
  return leftPending(step, here)
}
