/** What real hosts do and do not tell, shown by a simulated one. */
import { describe, expect, it } from '@jest/globals'
import { locationPath, placeOf, type VmFacts } from '../../../src/core/inventory/inventory'
import { readStep, type Step } from '../../../src/core/plan/step'
import { opened } from './opened'

const NIC = locationPath.parse('PCIROOT(60)#PCI(0100)#PCI(0000)')

const on = () => {
  const it = opened('default', 'hv01')
  const vmFacts = (name: string): VmFacts => it.world.facts('hv01').vms.find((each) => each.name === name)!
  return {
    ...it,
    place: (slot: string) => placeOf(it.world.facts('hv01'), it.gpu(slot)),
    vmFacts,
    change: (name: string, to: object) =>
      it.world.rebuild('hv01', { kind: 'change VM', id: vmFacts(name).id, to }),
  }
}

describe('a device that is in use when it is to be disabled', () => {
  const disable = (use: 'needs-restart' | 'stuck') => {
    const host = on()
    host.world.rebuild('hv01', { kind: 'change GPU', slot: 'gpu0', to: { disable: use } })
    const step: Step = { kind: 'disableDevice', gpu: host.gpu('gpu0') }
    return { host, step }
  }

  it('stays enabled, and that a restart would be needed is told', async () => {
    const { host, step } = disable('needs-restart')

    expect(await host.attempt(step)).toMatchObject({ kind: 'refused', code: 'RestartNeeded' })

    expect(host.place('gpu0')).toEqual({ kind: 'host-enabled' })
  })

  it('or waits for the restart, where enabling it does not take that back', async () => {
    const { host, step } = disable('stuck')

    expect(await host.attempt(step)).toMatchObject({ kind: 'refused', code: 'RestartPending' })

    expect(host.place('gpu0')).toEqual({ kind: 'restart-pending' })
    expect(readStep(step, host.world.facts('hv01'))).toBe('changed')
    host.world.reboot('hv01')
    expect(host.place('gpu0')).toEqual({ kind: 'host-disabled' })
  })

  it('may need a restart to be enabled again: never is that taken for done', async () => {
    const host = on()
    host.world.rebuild('hv01', { kind: 'change GPU', slot: 'gpu0', to: { enable: 'needs-restart' } })
    const gpu = host.gpu('gpu0')
    expect(await host.attempt({ kind: 'disableDevice', gpu })).toEqual({ kind: 'done' })

    const enabled = await host.attempt({ kind: 'enableDevice', gpu })

    expect(enabled).toMatchObject({ kind: 'refused', code: 'RestartPending' })
    expect(readStep({ kind: 'enableDevice', gpu }, host.world.facts('hv01'))).toBe('changed')
    host.world.reboot('hv01')
    expect(host.place('gpu0')).toEqual({ kind: 'host-enabled' })
  })
})

describe('a dismounted device', () => {
  it('in a resource pool is the pool’s: neither mounted nor given to a VM', async () => {
    const host = on()
    const gpu = host.gpu('gpu0')
    await host.attempt({ kind: 'disableDevice', gpu })
    await host.attempt({ kind: 'dismountDevice', gpu, force: true })
    host.world.rebuild('hv01', { kind: 'change GPU', slot: 'gpu0', to: { pool: 'cluster GPUs' } })

    const attempts: Step[] = [
      { kind: 'mountDevice', gpu, force: false },
      { kind: 'attachDevice', gpu, vm: host.vm('train-01') },
    ]
    for (const step of attempts)
      expect(await host.attempt(step)).toMatchObject({ kind: 'refused', code: 'ObjectNotFound' })

    expect(host.place('gpu0')).toEqual({ kind: 'pooled', pool: 'cluster GPUs' })
  })
})

describe('a VM', () => {
  it('with other devices starts while they are there, and not once one is gone', async () => {
    const host = on()
    const start: Step = { kind: 'startVm', vm: host.vm('train-01') }
    host.change('train-01', { otherDevices: [{ path: NIC, device: 'there' }] })
    expect(host.vmFacts('train-01')).toMatchObject({
      assigned: [NIC],
      devices: [{ path: NIC, device: 'there' }],
    })
    expect(await host.attempt(start)).toEqual({ kind: 'done' })
    host.world.setVmState('hv01', 'train-01', 'Off')

    host.change('train-01', { otherDevices: [{ path: null, device: 'gone' }] })

    expect((await host.attempt(start)).kind).toBe('refused')
    expect(host.vmFacts('train-01')).toMatchObject({
      assigned: [],
      devices: [{ path: null, device: 'gone' }],
    })
  })

  it('whose card was pulled lists what is gone', () => {
    const host = on()
    const path = host.vmFacts('render-01').assigned[0]!
    const { slot } = host.world.facts('hv01').gpus.find((gpu) => gpu.locationPath === path)!

    host.world.rebuild('hv01', { kind: 'pull card', slot })

    expect(host.vmFacts('render-01').devices).toEqual([{ path, device: 'gone' }])
  })

  it('that runs has the services that its guest gives, and one that is off gives none', () => {
    const host = on()

    expect(host.vmFacts('train-02')).toMatchObject({ heartbeat: 'on', shutdownService: 'on' })
    expect(host.vmFacts('train-01')).toMatchObject({ heartbeat: 'unknown', shutdownService: 'unknown' })
  })

  it.each(['off', 'absent'] as const)(
    'whose shutdown service is %s is not shut down, but cut off',
    async (state) => {
      const host = on()
      const vm = host.vm('train-02')
      host.change('train-02', { heartbeat: 'off', shutdownService: state })

      expect(host.vmFacts('train-02')).toMatchObject({ heartbeat: 'off', shutdownService: state })
      expect((await host.attempt({ kind: 'stopVm', vm, how: 'shutdown' })).kind).toBe('refused')
      expect(host.vmFacts('train-02').state).toBe('Running')
      expect(await host.attempt({ kind: 'stopVm', vm, how: 'turn-off' })).toEqual({ kind: 'done' })
    },
  )
})
