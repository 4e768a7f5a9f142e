/** Steps that change where a whole device is (Discrete Device Assignment). */
import { type Rows, at, isAt, off, quoted, getVm } from './row'

export const DEVICE_ROWS: Rows<
  'disableDevice' | 'enableDevice' | 'dismountDevice' | 'mountDevice' | 'attachDevice' | 'detachDevice'
> = {
  disableDevice: {
    says: ({ gpu }) => `Disable ${gpu.alias} on the host`,
    script: ({ gpu }) => `Disable-PnpDevice -InstanceId ${quoted(gpu.instanceId)} -Confirm:$false`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-enabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-disabled' }),
    undo: ({ gpu }) => ({ kind: 'enableDevice', gpu }),
  },
  enableDevice: {
    says: ({ gpu }) => `Enable ${gpu.alias} on the host`,
    script: ({ gpu }) => `Enable-PnpDevice -InstanceId ${quoted(gpu.instanceId)} -Confirm:$false`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-disabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-enabled' }),
    undo: ({ gpu }) => ({ kind: 'disableDevice', gpu }),
  },
  dismountDevice: {
    says: ({ gpu, force }) =>
      `Dismount ${gpu.alias} from the host${force ? ' with -Force (waives the ACS and mitigation-driver checks)' : ''}`,
    script: ({ gpu, force }) =>
      `Dismount-VMHostAssignableDevice -LocationPath ${quoted(gpu.locationPath)}${force ? ' -Force' : ''}`,
    expects: ({ gpu }) => at(gpu, { kind: 'host-disabled' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'dismounted' }),
    undo: ({ gpu, force }) => ({ kind: 'mountDevice', gpu, force }),
  },
  mountDevice: {
    says: ({ gpu }) => `Mount ${gpu.alias} back on the host`,
    script: ({ gpu }) => `Mount-VMHostAssignableDevice -LocationPath ${quoted(gpu.locationPath)}`,
    expects: ({ gpu }) => at(gpu, { kind: 'dismounted' }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'host-disabled' }),
    undo: ({ gpu, force }) => ({ kind: 'dismountDevice', gpu, force }),
  },
  attachDevice: {
    says: ({ gpu, vm }) => `Add ${gpu.alias} to ${vm.name}`,
    script: ({ gpu, vm }) =>
      `Add-VMAssignableDevice -VM ${getVm(vm)} -LocationPath ${quoted(gpu.locationPath)}`,
    expects: ({ gpu, vm }) => ({ ...off(vm), ...at(gpu, { kind: 'dismounted' }) }),
    holds: ({ gpu, vm }, host) => isAt(host, gpu, { kind: 'assigned', vm: vm.id }),
    undo: ({ gpu, vm }) => ({ kind: 'detachDevice', gpu, vm }),
  },
  detachDevice: {
    says: ({ gpu, vm }) => `Remove ${gpu.alias} from ${vm.name}`,
    script: ({ gpu, vm }) =>
      `Get-VMAssignableDevice -VM ${getVm(vm)} | Where-Object LocationPath -eq ${quoted(gpu.locationPath)} | Remove-VMAssignableDevice`,
    expects: ({ gpu, vm }) => ({ ...off(vm), ...at(gpu, { kind: 'assigned', vm: vm.id }) }),
    holds: ({ gpu }, host) => isAt(host, gpu, { kind: 'dismounted' }),
    undo: ({ gpu, vm }) => ({ kind: 'attachDevice', gpu, vm }),
  },
}
