import { shown } from '../../text/shown'
import { aliasOf, gpuByPath, type HostFacts, type VmDevice, type VmFacts } from '../../inventory/inventory'
import type { FoundVm } from '../../inventory/names'
import { gpuOfPartition, isParavirtual } from '../../inventory/partitions'
import { devicesOf } from '../../inventory/vm-devices'
import { vramWords } from '../../plan/steps/partition'
import { bytes } from '../../text/figures'
import { listed, type Sheet } from './sheet'

export const vmSheet = ({ facts: host, vm }: FoundVm): Sheet => ({
  title: `${shown(vm.name)} on ${host.name}`,
  rows: [
    ['State', vm.state],
    [
      'GPUs',
      listed(
        [
          ...devicesOf(vm).map((each) => deviceWords(host, each)),
          ...vm.partitions.map((each) => shareOf(host, each)),
        ],
        ', ',
      ),
    ],
    ['Generation', String(vm.generation)],
    ['Guest', vm.guest === 'unknown' ? 'not known' : vm.guest === 'windows' ? 'Windows' : 'Linux'],
    ...(vm.state === 'Running'
      ? [['Shutdown through the guest', SHUTDOWN[vm.shutdownService]] as const]
      : []),
    ['Memory', memoryOf(vm)],
    [
      'MMIO space',
      `${bytes(vm.settings.lowMmioBytes)} low, ${bytes(vm.settings.highMmioBytes)} high, cache types ${vm.settings.guestControlledCacheTypes ? 'controlled by the guest' : 'not controlled by the guest'}`,
    ],
    ['When the host stops', STOP_ACTIONS[vm.settings.automaticStopAction]],
    ['Checkpoints', `${vm.checkpoints}; automatic ones ${vm.settings.automaticCheckpoints ? 'on' : 'off'}`],
    ['Clustered', clusterOf(vm)],
    ['Replication', REPLICATION[vm.replication]],
    ['Id', { code: vm.id }],
  ],
})

const STOP_ACTIONS = {
  TurnOff: 'it is turned off',
  Save: 'it is saved',
  ShutDown: 'its guest is shut down',
} as const satisfies { [K in VmFacts['settings']['automaticStopAction']]: string }

const SHUTDOWN = {
  on: 'works',
  off: 'does not work: its service is off, or does not answer',
  absent: 'does not work: the VM has no such service',
  unknown: 'not known',
} as const satisfies { [S in VmFacts['shutdownService']]: string }

const REPLICATION = {
  none: 'none',
  primary: 'the primary: it is replicated to another host',
  replica: 'a replica of a VM on another host',
  'extended-replica': 'a replica of a replica',
  'test-replica': 'the copy of a test failover',
  unknown: 'not known',
} as const satisfies { [R in VmFacts['replication']]: string }

const memoryOf = ({ memory }: VmFacts): string =>
  memory.dynamic
    ? `dynamic: ${bytes(memory.startupBytes)} at start, at least ${bytes(memory.minimumBytes)}`
    : `${bytes(memory.startupBytes)}, fixed`

const PRESENCE: { readonly [D in VmDevice['device']]: string } = {
  there: 'no GPU',
  gone: 'seems to be gone: needs attention',
  unknown: 'whether it is there is not known',
}

const deviceWords = (host: HostFacts, { path, device }: VmDevice): string => {
  const gpu = path === null ? undefined : gpuByPath(host, path)
  if (!gpu) return `${path ?? 'a device without a path'} (${PRESENCE[device]})`
  return `${aliasOf(host, gpu)} ${shown(gpu.model)}${device === 'gone' ? ` (${PRESENCE.gone})` : ''}`
}

const clusterOf = ({ clustered, offlineAction }: VmFacts): string => {
  if (!clustered) return 'no'
  return offlineAction === null ? 'yes' : `yes, offline action ${offlineAction}`
}

const shareOf = (host: HostFacts, share: VmFacts['partitions'][number]): string => {
  const gpu = gpuOfPartition(host, share)
  const size = share.vram && gpu && !isParavirtual(gpu) ? ` (${vramWords(share.vram)})` : ''
  return gpu
    ? `a partition of ${aliasOf(host, gpu)} ${shown(gpu.model)}${size}`
    : 'a partition of a GPU that the host does not tell'
}
