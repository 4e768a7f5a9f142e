import { shown } from '../../grammar/shown'
import { aliasOf, gpuByPath, type HostFacts, type LocationPath, type VmFacts } from '../../inventory'
import type { FoundVm } from '../../names'
import { bytes } from '../words'
import { listed, type Sheet } from './sheet'

export const vmSheet = ({ facts: host, vm }: FoundVm): Sheet => ({
  title: `${shown(vm.name)} on ${host.name}`,
  rows: [
    ['State', vm.state],
    [
      'GPUs',
      listed(
        vm.assigned.map((path) => deviceAt(host, path)),
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
    ['Clustered', vm.clustered ? 'yes' : 'no'],
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
