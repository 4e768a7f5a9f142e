import { describe, expect, test } from '@jest/globals'
import { placeOf } from '../../../src/core/inventory/inventory'
import type { Step } from '../../../src/core/plan/step'
import { opened } from './opened'

type Opened = ReturnType<typeof opened>

const dda = {
  automaticStopAction: 'TurnOff',
  guestControlledCacheTypes: true,
  lowMmioBytes: 3 * 2 ** 30,
} as const

/** Everything up to the start; the device is dismounted with -Force unless told otherwise. */
const prepare = ({ gpu, vm }: Opened, slot: string, name: string, highMmioBytes = 65 * 2 ** 30): Step[] => [
  { kind: 'setVm', vm: vm(name), from: {}, to: { ...dda, highMmioBytes } },
  { kind: 'disableDevice', gpu: gpu(slot) },
  { kind: 'dismountDevice', gpu: gpu(slot), force: true },
  { kind: 'attachDevice', gpu: gpu(slot), vm: vm(name) },
]

const start = async (on: Opened, slot: string, name: string) => {
  for (const step of prepare(on, slot, name)) expect(await on.attempt(step)).toEqual({ kind: 'done' })
  return on.attempt({ kind: 'startVm', vm: on.vm(name) })
}

const dismount = async (on: Opened, slot: string, force: boolean) => {
  await on.attempt({ kind: 'disableDevice', gpu: on.gpu(slot) })
  return on.attempt({ kind: 'dismountDevice', gpu: on.gpu(slot), force })
}

describe('dismounting', () => {
  const FAILED = 'OperationFailed'
  const always = [
    ['gpu2', 'reserved memory', /reserved memory/],
    ['gpu6', 'PCI Express control in the firmware', /OS control of the PCI Express bus/],
    ['gpu7', 'line-based interrupts', /line-based interrupts/],
    ['gpu15', 'partitions in use', /partitions/],
  ] as const

  for (const [slot, why, text] of always) {
    test(`is refused for ${why}, with -Force as without`, async () => {
      const on = opened('odd', 'devices')

      const refused = { kind: 'refused', code: FAILED, message: expect.stringMatching(text) }

      expect(await dismount(on, slot, false)).toEqual(refused)
      expect(await dismount(on, slot, true)).toEqual(refused)
    })
  }

  const waived = [
    ['gpu4', 'no ACS', /no ACS/],
    ['gpu11', 'no mitigation driver', /^The operation failed\.\nThe manufacturer of this device/],
  ] as const

  for (const [slot, why, text] of waived) {
    test(`is refused for ${why}, which -Force waives`, async () => {
      const on = opened('odd', 'devices')

      expect(await dismount(on, slot, false)).toEqual({
        kind: 'refused',
        code: FAILED,
        message: expect.stringMatching(text),
      })
      expect(await dismount(on, slot, true)).toEqual({ kind: 'done' })
    })
  }

  test('is refused while the device is enabled, but not for one that has no driver', async () => {
    const on = opened('odd', 'devices')

    const enabled = await on.attempt({ kind: 'dismountDevice', gpu: on.gpu('gpu1'), force: false })
    const driverless = await on.attempt({ kind: 'dismountDevice', gpu: on.gpu('gpu5'), force: true })

    expect(enabled).toMatchObject({ kind: 'refused', code: FAILED })
    expect(driverless).toEqual({ kind: 'done' })
  })

  test('answers in the language of the host with the same code', async () => {
    const on = opened('odd', 'chinese')

    const result = await dismount(on, 'gpu0', false)

    expect(result).toMatchObject({ kind: 'refused', code: FAILED })
    expect(result.kind === 'refused' && result.message).toMatch(/操作失败/)
  })
})

describe('the host side of a device', () => {
  test('a card that was pulled out can be neither enabled nor disabled', async () => {
    const on = opened('odd', 'devices')
    const gpu = on.gpu('gpu12')

    expect(placeOf(on.world.facts('devices'), gpu)).toEqual({ kind: 'missing' })
    expect(await on.attempt({ kind: 'enableDevice', gpu })).toMatchObject({ code: 'ObjectNotFound' })
    expect(await on.attempt({ kind: 'disableDevice', gpu })).toMatchObject({ code: 'ObjectNotFound' })
  })

  test('a device that a VM holds cannot be mounted, though the pool lists it', async () => {
    const on = opened('odd', 'machines')
    const gpu = on.gpu('gpu3')

    const result = await on.attempt({ kind: 'mountDevice', gpu, force: false })

    expect(on.world.facts('machines').dismounted).toContain(gpu.locationPath)
    expect(result).toMatchObject({ kind: 'refused', code: 'OperationFailed' })
  })
})

describe('adding a device', () => {
  test('of another VM is refused', async () => {
    const on = opened('odd', 'machines')

    const result = await on.attempt({ kind: 'attachDevice', gpu: on.gpu('gpu3'), vm: on.vm('stale-01') })

    expect(result).toMatchObject({ kind: 'refused', code: 'OperationFailed' })
  })

  test('to a VM whose stop action is Save is refused', async () => {
    const on = opened('odd', 'devices')

    const result = await on.attempt({ kind: 'attachDevice', gpu: on.gpu('gpu14'), vm: on.vm('plain-01') })

    expect(result).toMatchObject({ kind: 'refused', message: expect.stringMatching(/^SIMULATED/) })
  })

  test('to a running VM, and removing it from one, is permitted as Hyper-V permits it', async () => {
    const on = opened('odd', 'machines')
    const step = { gpu: on.gpu('gpu3'), vm: on.vm('hot-01') }

    expect(await on.attempt({ kind: 'detachDevice', ...step })).toEqual({ kind: 'done' })
    expect(await on.attempt({ kind: 'attachDevice', ...step })).toEqual({ kind: 'done' })
  })

  test('to a saved VM is refused', async () => {
    const on = opened('odd', 'machines')
    await dismount(on, 'gpu0', false)

    const result = await on.attempt({ kind: 'attachDevice', gpu: on.gpu('gpu0'), vm: on.vm('saved-01') })

    expect(result).toMatchObject({ kind: 'refused', code: 'InvalidState' })
  })
})

describe('starting a VM with a device', () => {
  test('fails on client Windows', async () => {
    const result = await start(opened('odd', 'client'), 'gpu0', 'desk-01')

    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('0xC035001E'),
    })
  })

  test('fails without I/O virtualization', async () => {
    const result = await start(opened('odd', 'older'), 'gpu0', 'old-01')

    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('0xC035001E'),
    })
  })

  test('fails for a device without ACS whose dismount was forced', async () => {
    const result = await start(opened('odd', 'devices'), 'gpu4', 'plain-01')

    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('0xC035001E'),
    })
  })

  test('fails when the device is no more', async () => {
    const on = opened('odd', 'machines')

    const result = await on.attempt({ kind: 'startVm', vm: on.vm('stale-01') })

    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('Element not found'),
    })
  })

  test('fails when high MMIO space ends above the address width, whatever the device', async () => {
    const on = opened('odd', 'narrow')

    const wide = await start(on, 'gpu1', 'small-01')

    expect(wide).toMatchObject({ kind: 'refused', code: 'InvalidParameter' })
    const to = { highMmioBytes: 2 ** 29 }
    await on.attempt({ kind: 'setVm', vm: on.vm('small-01'), from: {}, to })
    expect(await on.attempt({ kind: 'startVm', vm: on.vm('small-01') })).toEqual({ kind: 'done' })
  })

  test('fails for a device that falls short of a policy, and only for such a one', async () => {
    expect(await start(opened('odd', 'policies'), 'gpu0', 'strict-01')).toEqual({ kind: 'done' })
    for (const slot of ['gpu1', 'gpu2']) {
      expect(await start(opened('odd', 'policies'), slot, 'strict-01')).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('group policy'),
      })
    }
  })

  test('fails with dynamic memory unless startup equals minimum', async () => {
    expect(await start(opened('odd', 'machines'), 'gpu0', 'dynamic-01')).toMatchObject({ kind: 'refused' })
    expect(await start(opened('odd', 'machines'), 'gpu0', 'fixed-01')).toEqual({ kind: 'done' })
  })
})

describe('a VM', () => {
  test('whose guest ignores a shutdown still runs, and can be turned off', async () => {
    const on = opened('odd', 'machines')
    const vm = on.vm('stubborn-01')

    const asked = await on.attempt({ kind: 'stopVm', vm, how: 'shutdown' })
    const cut = await on.attempt({ kind: 'stopVm', vm, how: 'turn-off' })

    expect(asked).toMatchObject({ kind: 'refused', code: 'OperationTimeout' })
    expect(cut).toEqual({ kind: 'done' })
  })

  test('that runs takes a change of its automatic checkpoints, and no other', async () => {
    const on = opened('default', 'hv02')
    const vm = on.vm('vdi-03')

    const checkpoints = await on.attempt({ kind: 'setVm', vm, from: {}, to: { automaticCheckpoints: false } })
    const cache = await on.attempt({ kind: 'setVm', vm, from: {}, to: { guestControlledCacheTypes: true } })

    expect(checkpoints).toEqual({ kind: 'done' })
    expect(cache).toMatchObject({ code: 'InvalidState' })
  })

  test('with a device cannot be set to save its state', async () => {
    const on = opened('default', 'hv01')
    await on.attempt({ kind: 'stopVm', vm: on.vm('render-01'), how: 'shutdown' })

    const step: Step = {
      kind: 'setVm',
      vm: on.vm('render-01'),
      from: {},
      to: { automaticStopAction: 'Save' },
    }

    expect(await on.attempt(step)).toMatchObject({ kind: 'refused', code: 'OperationFailed' })
  })

  test('that does not exist is not found', async () => {
    const on = opened('default', 'hv01')
    const vm = { id: opened('default', 'hv02').vm('vdi-01').id, name: 'vdi-01' }

    expect(await on.attempt({ kind: 'startVm', vm })).toEqual({
      kind: 'refused',
      code: 'ObjectNotFound',
      message: 'Hyper-V was unable to find a virtual machine with name "vdi-01".',
    })
  })
})
