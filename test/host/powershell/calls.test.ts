import { describe, expect, it } from '@jest/globals'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import { expectationOf, undoOf, type Step } from '../../../src/core/plan/step'
import { callOf } from '../../../src/host/powershell/calls'
import { aGpu, aHost, aVm, aVmId, GIB } from '../../fakes/facts'
import { pending } from '../../fakes/requests'
import { aFence, ofNobody } from '../../fakes/fence'

const { instanceId, locationPath } = aGpu()
const device = { InstanceId: instanceId, LocationPath: locationPath }
const gpu = { alias: 'hv01/gpu0', instanceId, locationPath }
const vm = { id: aVmId(1), name: "train-01'; $(x)" }
const call = (step: Step, seen: HostFacts | null = null) =>
  callOf({ step, expects: expectationOf(step), fence: aFence(7) }, seen)

describe('each step is one function of the module', () => {
  it.each<[Step, string, object]>([
    [
      { kind: 'stopVm', vm, how: 'shutdown' },
      'Stop-GpuVm',
      { VmId: vm.id, How: 'shutdown', ExpectState: ['Running'] },
    ],
    [{ kind: 'startVm', vm }, 'Start-GpuVm', { VmId: vm.id, ExpectState: ['Off'] }],
    [{ kind: 'disableDevice', gpu }, 'Disable-GpuDevice', { ...device, ExpectPlace: 'host-enabled' }],
    [{ kind: 'enableDevice', gpu }, 'Enable-GpuDevice', { ...device, ExpectPlace: 'host-disabled' }],
    [
      { kind: 'dismountDevice', gpu, force: true },
      'Dismount-GpuDevice',
      { ...device, Force: true, ExpectPlace: 'host-disabled' },
    ],
    [{ kind: 'mountDevice', gpu, force: true }, 'Mount-GpuDevice', { ...device, ExpectPlace: 'dismounted' }],
    [
      { kind: 'attachDevice', gpu, vm },
      'Add-GpuToVm',
      { ...device, VmId: vm.id, ExpectState: ['Off'], ExpectPlace: 'dismounted' },
    ],
    [
      { kind: 'detachDevice', gpu, vm },
      'Remove-GpuFromVm',
      { ...device, VmId: vm.id, ExpectState: ['Off'], ExpectPlace: 'assigned' },
    ],
  ])('%j', (step, command, parameters) => {
    expect(call(step)).toMatchObject({ command, parameters: { ...parameters, Fence: 7 } })
  })

  it('and settings that a step does not name are not passed', () => {
    const step: Step = {
      kind: 'setVm',
      vm,
      from: {},
      to: { automaticStopAction: 'TurnOff', guestControlledCacheTypes: true, highMmioBytes: 2 ** 37 },
    }

    expect(call(step).parameters).toEqual({
      VmId: vm.id,
      AutomaticStopAction: 'TurnOff',
      GuestControlledCacheTypes: 'on',
      HighMmioBytes: '137438953472',
      ExpectState: ['Off'],
      Fence: 7,
      Claim: 'bot-00000000000a/0000000000000007',
    })
  })

  it('and an order of no bot names no claim', () => {
    const step: Step = { kind: 'startVm', vm }

    expect(callOf({ step, expects: {}, fence: ofNobody(7) }, null).parameters).toEqual({
      VmId: vm.id,
      Fence: 7,
    })
  })

  it('no name of a VM is among the parameters, forward or back', () => {
    const steps = [...pending.plan.steps, ...pending.plan.steps.map(undoOf)]

    expect(JSON.stringify(steps.map((step) => call(step)))).not.toContain(pending.plan.to?.name)
  })

  it('a shutdown may take longer than the five minutes that a guest has', () => {
    expect(call({ kind: 'stopVm', vm, how: 'shutdown' }).timeoutMs).toBeGreaterThan(5 * 60_000)
  })

  it('a start may take two minutes more for each 64 GiB of the VM, and as long as one of 1 TiB where that is not known', () => {
    const minutes = (gib: number) => {
      const memory = { dynamic: false, startupBytes: gib * GIB, minimumBytes: gib * GIB }
      return call({ kind: 'startVm', vm }, aHost({ vms: [aVm({ memory })] })).timeoutMs / 60_000
    }

    expect([1, 64, 65, 512, 2048].map(minutes)).toEqual([7, 7, 9, 21, 69])
    expect(call({ kind: 'startVm', vm }).timeoutMs).toBe(37 * 60_000)
  })
})
