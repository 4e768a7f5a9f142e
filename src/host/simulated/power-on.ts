/** What Hyper-V checks when a VM with devices powers on, and when a device is added to a VM that runs. */
import type { LocationPath } from '../../core/inventory/inventory'
import { sharingSupport } from '../../core/inventory/sharing'
import { type Device, type HostNow, type VmOnHost, deviceAt, vmsOn } from './host-now'
import {
  type HostError,
  againstPolicy,
  clusteredPartition,
  dynamicMemory,
  elementNotFound,
  mmioAboveWidth,
  noHypervisorFeature,
  noPartitionLeft,
  partitionAgainstPolicy,
  replicaStarted,
} from './messages'
import { windowOf } from './window'

const widthError = ({ file: host }: HostNow, vm: VmOnHost): HostError | null => {
  if (host.physicalAddressBits === null) return null
  const limit = 2 ** host.physicalAddressBits
  const { end } = windowOf(vm)
  return end > limit ? mmioAboveWidth(vm.file.name, end, limit) : null
}

const breaksPolicy = ({ file: host }: HostNow, { file }: Device): boolean =>
  (host.policies.requireSecureDeviceAssignment === true && !file.functionLevelReset) ||
  (host.policies.requireSupportedDeviceAssignment === true && !file.mitigationDriver)

/** Why a device would keep the VM from powering on, or null. */
export const devicePowerError = (here: HostNow, vm: VmOnHost, path: LocationPath): HostError | null => {
  const at = { vm: vm.file.name, path }
  const device = deviceAt(here, path)
  if (!device || device.node === 'absent') return elementNotFound(at)
  const { os, iov } = here.file
  if (os.edition === 'client' || !iov.supported || device.file.acs === 0) return noHypervisorFeature(at)
  return breaksPolicy(here, device) ? againstPolicy(path) : null
}

/** The copy of a test failover is there to be started. */
const replicaError = ({ file: { name, replication } }: VmOnHost): HostError | null =>
  replication === 'replica' || replication === 'extended-replica' ? replicaStarted(name) : null

const memoryError = ({ file, now }: VmOnHost): HostError | null => {
  const { dynamic, startup, minimum } = file.memory
  const differs = dynamic && minimum !== undefined && minimum !== startup
  const held = now.assigned.length > 0 || now.partitions.length > 0
  return differs && held ? dynamicMemory(file.name) : null
}

/** E9, E10 and E15 of partitions: policy, a GPU that is gone or has no room, a cluster before Windows Server 2025. */
const partitionError = (here: HostNow, vm: VmOnHost): HostError | null => {
  const { os } = here.file
  for (const { slot } of vm.now.partitions) {
    const file = here.file.gpus.find((gpu) => gpu.slot === slot)
    const device = file && deviceAt(here, file.locationPath)
    const count = here.state.partitionCounts[slot] ?? file?.partition?.count ?? 0
    const others = vmsOn(here).filter((each) => each !== vm && each.now.state === 'Running')
    const running = others.flatMap((each) => each.now.partitions).filter((each) => each.slot === slot).length
    if (device?.node !== 'host-enabled' || running >= count) return noPartitionLeft(vm.file.name)
    if (breaksPolicy(here, device)) return partitionAgainstPolicy(device.file.instanceId)
    if (vm.file.clustered && sharingSupport(os) === 'no') return clusteredPartition(vm.file.name)
  }
  return null
}

/** Why the VM would not start, or null. */
export const startError = (here: HostNow, vm: VmOnHost): HostError | null => {
  const gone = vm.file.otherDevices.find(({ device }) => device === 'gone')
  const devices = [
    ...vm.now.assigned.map((path) => devicePowerError(here, vm, path)),
    gone ? elementNotFound({ vm: vm.file.name, path: gone.path ?? '' }) : null,
  ]
  return (
    replicaError(vm) ??
    widthError(here, vm) ??
    memoryError(vm) ??
    devices.find((found) => found !== null) ??
    partitionError(here, vm)
  )
}
