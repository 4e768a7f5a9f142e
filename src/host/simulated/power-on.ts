/** What Hyper-V checks when a VM with devices powers on, and when a device is added to a VM that runs. */
import type { LocationPath } from '../../core/inventory'
import { type Device, type Ground, type VmOnGround, deviceAt } from './ground'
import {
  type HostError,
  againstPolicy,
  dynamicMemory,
  elementNotFound,
  mmioAboveWidth,
  noHypervisorFeature,
} from './messages'

/** High MMIO begins above the 4 GiB that low MMIO shares with memory; where exactly is not documented. */
const HIGH_MMIO_BASE = 2 ** 32

const widthError = ({ file: host }: Ground, { file, now }: VmOnGround): HostError | null => {
  if (host.physicalAddressBits === null) return null
  const limit = 2 ** host.physicalAddressBits
  const end = HIGH_MMIO_BASE + now.settings.highMmioBytes
  return end > limit ? mmioAboveWidth(file.name, end, limit) : null
}

const breaksPolicy = ({ file: host }: Ground, { file }: Device): boolean =>
  (host.policies.requireSecureDeviceAssignment === true && !file.functionLevelReset) ||
  (host.policies.requireSupportedDeviceAssignment === true && !file.mitigationDriver)

/** Why a device would keep the VM from powering on, or null. */
export const devicePowerError = (ground: Ground, vm: VmOnGround, path: LocationPath): HostError | null => {
  const at = { vm: vm.file.name, path }
  const device = deviceAt(ground, path)
  if (!device || device.node === 'absent') return elementNotFound(at)
  const { os, iov } = ground.file
  if (os.edition === 'client' || !iov.supported || device.file.acs === 0) return noHypervisorFeature(at)
  return breaksPolicy(ground, device) ? againstPolicy(path) : null
}

const memoryError = ({ file, now }: VmOnGround): HostError | null => {
  const { dynamic, startup, minimum } = file.memory
  const differs = dynamic && minimum !== undefined && minimum !== startup
  return differs && now.assigned.length > 0 ? dynamicMemory(file.name) : null
}

/** Why the VM would not start, or null. */
export const startError = (ground: Ground, vm: VmOnGround): HostError | null => {
  const devices = vm.now.assigned.map((path) => devicePowerError(ground, vm, path))
  return widthError(ground, vm) ?? memoryError(vm) ?? devices.find((found) => found !== null) ?? null
}
