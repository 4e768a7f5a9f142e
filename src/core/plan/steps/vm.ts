/** Steps that change a VM: its power, its settings, and what its cluster does with it. */
import { bytes } from '../../text/figures'
import { type HostFacts, type VmState, vmById } from '../../inventory/inventory'
import type { SomeSettings, VmRef } from './kinds'
import { type Rows, off, quoted, getVm } from './row'

const stateOf = (host: HostFacts, vm: VmRef): VmState | undefined => vmById(host, vm.id)?.state

const SETTING_FLAGS = {
  automaticStopAction: (value: string) => `-AutomaticStopAction ${value}`,
  guestControlledCacheTypes: (value: boolean) => `-GuestControlledCacheTypes $${value}`,
  lowMmioBytes: (value: number) => `-LowMemoryMappedIoSpace ${value}`,
  highMmioBytes: (value: number) => `-HighMemoryMappedIoSpace ${value}`,
  automaticCheckpoints: (value: boolean) => `-AutomaticCheckpointsEnabled $${value}`,
} as const

const settingFlags = (settings: SomeSettings): string =>
  Object.entries(settings)
    .map(([name, value]) =>
      (SETTING_FLAGS[name as keyof typeof SETTING_FLAGS] as (value: unknown) => string)(value),
    )
    .join(' ')

const settingWords = (settings: SomeSettings): string => {
  const words: string[] = []
  if (settings.automaticStopAction) words.push(`stop action ${settings.automaticStopAction}`)
  if (settings.guestControlledCacheTypes !== undefined)
    words.push(`guest-controlled cache types ${settings.guestControlledCacheTypes ? 'on' : 'off'}`)
  if (settings.lowMmioBytes !== undefined) words.push(`low MMIO ${bytes(settings.lowMmioBytes)}`)
  if (settings.highMmioBytes !== undefined) words.push(`high MMIO ${bytes(settings.highMmioBytes)}`)
  if (settings.automaticCheckpoints !== undefined)
    words.push(`automatic checkpoints ${settings.automaticCheckpoints ? 'on' : 'off'}`)
  return words.join(', ')
}

/** Values of the cluster's OfflineAction that Microsoft's GPU-P article names; others are shown as their number. */
const OFFLINE_ACTIONS: Readonly<Record<number, string>> = { 3: 'force shutdown' }
const offlineAction = (value: number): string => OFFLINE_ACTIONS[value] ?? `action ${value}`

export const VM_ROWS: Rows<'stopVm' | 'startVm' | 'setVm' | 'setOfflineAction'> = {
  stopVm: {
    says: ({ vm, how }) =>
      how === 'shutdown' ? `Shut down ${vm.name} through its guest` : `Turn off ${vm.name} (power cut)`,
    script: ({ vm, how }) =>
      `Stop-VM -VM ${getVm(vm)} ${how === 'turn-off' ? '-TurnOff ' : ''}-Force -Confirm:$false`,
    expects: ({ vm }) => ({ vm: { id: vm.id, states: ['Running'] } }),
    holds: ({ vm }, host) => stateOf(host, vm) === 'Off',
    undo: ({ vm }) => ({ kind: 'startVm', vm }),
  },
  startVm: {
    says: ({ vm }) => `Start ${vm.name}`,
    script: ({ vm }) => `Start-VM -VM ${getVm(vm)}`,
    expects: ({ vm }) => off(vm),
    holds: ({ vm }, host) => stateOf(host, vm) === 'Running',
    undo: ({ vm }) => ({ kind: 'stopVm', vm, how: 'turn-off' }),
  },
  setVm: {
    says: ({ vm, to }) => `Set ${vm.name}: ${settingWords(to)}`,
    script: ({ vm, to }) => `Set-VM -VM ${getVm(vm)} ${settingFlags(to)}`,
    expects: ({ vm }) => off(vm),
    holds: ({ vm, to }, host) => {
      const now = vmById(host, vm.id)?.settings
      return (
        now !== undefined &&
        Object.entries(to).every(([name, value]) => now[name as keyof typeof now] === value)
      )
    },
    undo: ({ vm, from, to }) => ({ kind: 'setVm', vm, from: to, to: from }),
  },
  setOfflineAction: {
    says: ({ vm, to }) =>
      `Tell the cluster what to do with ${vm.name} when it goes offline: ${offlineAction(to)}`,
    // A VM has a resource for itself and one for its configuration; the first has the parameter.
    script: ({ vm, to }) =>
      `Get-ClusterResource -VMId ${quoted(vm.id)} | Where-Object ResourceType -eq 'Virtual Machine' | Set-ClusterParameter -Name OfflineAction -Value ${to}`,
    // There Set-ClusterParameter does not take what Get-ClusterResource gives (PowerShell/PowerShell, issue 15422).
    windowsPowerShellOnly: true,
    expects: ({ vm }) => off(vm),
    holds: ({ vm, to }, host) => vmById(host, vm.id)?.offlineAction === to,
    undo: ({ vm, from, to }) => ({ kind: 'setOfflineAction', vm, from: to, to: from }),
  },
}
