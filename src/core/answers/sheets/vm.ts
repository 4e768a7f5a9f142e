import { shown } from '../../grammar/shown'
import { aliasOf, gpuByPath, type HostFacts, type LocationPath, type VmFacts } from '../../inventory'
import type { FoundVm } from '../../names'
import { gpuOfPartition, isParavirtual } from '../../partitions'
import { vramWords } from '../../plan/steps/partition'
import { bytes } from '../words'
import { listed, type Sheet } from './sheet'

export const vmSheet = ({ facts: host, vm }: FoundVm): Sheet => ({
  title: `${shown(vm.name)} on ${host.name}`,
  rows: [
    ['State', vm.state],
    [
      'GPUs',
      listed(
        [
          ...vm.assigned.map((path) => deviceAt(host, path)),
          ...vm.partitions.map((each) => shareOf(host, each)),
        ],
        ', ',
      ),
    ],
    ['Generation', String(vm.generation)],
    ['Guest', vm.guest === 'unknown' ? 'not known' : vm.guest === 'windows' ? 'Windows' : 'Linux'],
    ['Memory', memoryOf(vm)],
    [
      'MMIO space',
      `${bytes(vm.settings.lowMmioBytes)} low, ${bytes(vm.settings.highMmioBytes)} high, cache types ${vm.settings.guestControlledCacheTypes ? 'controlled by the guest' : 'not controlled by the guest'}`,
    ],
    ['When the host stops', STOP_ACTIONS[vm.settings.automaticStopAction]],
    ['Checkpoints', `${vm.checkpoints}; automatic ones ${vm.settings.automaticCheckpoints ? 'on' : 'off'}`],
    ['Clustered', clusterOf(vm)],
    ['Id', { code: vm.id }],
  ],
})

const STOP_ACTIONS = {
  TurnOff: 'it is turned off',
  Save: 'it is saved',
  ShutDown: 'its guest is shut down',
} as const satisfies { [K in VmFacts['settings']['automaticStopAction']]: string }

const memoryOf = ({ memory }: VmFacts): string =>
  memory.dynamic
    ? `dynamic: ${bytes(memory.startupBytes)} at start, at least ${bytes(memory.minimumBytes)}`
    : `${bytes(memory.startupBytes)}, fixed`

const deviceAt = (host: HostFacts, path: LocationPath): string => {
  const gpu = gpuByPath(host, path)
  return gpu ? `${aliasOf(host, gpu)} ${shown(gpu.model)}` : `${path} (no such device: needs attention)`
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
