/** In what hosts differ about their devices; each is tried on every flavour of Windows Server. */
import { describe, expect, it } from '@jest/globals'
import { type HostFacts, placeOf } from '../../../src/core/inventory/inventory'
import { survey } from '../../../src/core/planner/checks/survey'
import type { Step } from '../../../src/core/plan/step'
import { readStep, undoOf } from '../../../src/core/plan/step'
import { ofHyperV } from '../../fakes/facts'
import type { OtherDevice } from '../../host/powershell/stubs/differences'
import { assignment, codeOf, DONE, gpuRef, run, runAll, vmRef } from '../host-contract'
import { openFleet } from '../over-powershell'
import type { Machine } from './machine'
import { openOdd } from './odd'

const NIC = 'PCIROOT(60)#PCI(0100)#PCI(0000)'
const NVME = 'PCIROOT(61)#PCI(0200)#PCI(0000)'

const other = (changes: Partial<OtherDevice> & Pick<OtherDevice, 'locationPath'>): OtherDevice => ({
  instanceId: `PCI\\VEN_144D&DEV_A820&SUBSYS_1F951028&REV_03\\4&${changes.locationPath.replace(/\D/g, '')}`,
  name: 'NVM Express Controller',
  class: 'SCSIAdapter',
  baseClass: 1,
  at: 'host',
  ...changes,
})

const devicesCheck = (told: HostFacts, name: string) => {
  const vm = told.vms.find((each) => each.name === name)!
  return survey(told, told.gpus[0]!, vm).find(({ id }) => id === 'devices')
}

export const describeDevices = (machine: Machine): void => {
  /** hv01, but for these differences. */
  const hv01 = () => {
    const opened = openFleet('hv01')
    return {
      ...opened,
      host: machine.host(opened),
      facts: opened.world.facts('hv01'),
    }
  }

  describe('a device that is switched only once the host restarts', () => {
    it('is not taken for disabled: that is refused, and taken back', async () => {
      const { host, facts, world } = hv01()
      machine.differ({ disableNeedsRestart: 'undone' })
      const step: Step = { kind: 'disableDevice', gpu: gpuRef(facts, 'gpu0') }

      expect(codeOf(await run(host, step))).toBe('RestartNeeded')

      expect(world.facts('hv01')).toEqual(facts)
      expect(ofHyperV(await host.inventory())).toEqual(machine.known(facts))
    })

    it('and for which that cannot be taken back, waits for the restart: nothing is done with it', async () => {
      const { host, facts } = hv01()
      machine.differ({ disableNeedsRestart: 'kept' })
      const gpu = gpuRef(facts, 'gpu0')

      expect(codeOf(await run(host, { kind: 'disableDevice', gpu }))).toBe('RestartPending')

      const told = await host.inventory()
      expect(placeOf(told, gpu)).toEqual({ kind: 'restart-pending' })
      for (const kind of ['disableDevice', 'enableDevice'] as const) {
        expect(codeOf(await run(host, { kind, gpu }))).toBe('PreconditionChanged')
        expect(readStep({ kind, gpu }, told)).toBe('changed')
      }
    })

    it('is not taken for enabled either', async () => {
      const { host, facts } = hv01()
      const gpu = gpuRef(facts, 'gpu0')
      expect(await run(host, { kind: 'disableDevice', gpu })).toEqual(DONE)
      machine.differ({ enableNeedsRestart: true })

      expect(codeOf(await run(host, { kind: 'enableDevice', gpu }))).toBe('RestartPending')

      expect(placeOf(await host.inventory(), gpu)).toEqual({ kind: 'restart-pending' })
    })
  })

  describe('the pool', () => {
    it('may list what VMs have: a GPU goes into a VM and back as ever', async () => {
      const opened = openOdd('machines')
      const host = machine.host(opened)
      const facts = opened.world.facts('machines')
      const steps = assignment(facts, 'gpu0', 'fixed-01')

      expect(await runAll(host, steps)).toEqual(steps.map(() => DONE))
      expect((await host.inventory()).dismounted).toContain(gpuRef(facts, 'gpu0').locationPath)
      expect(await runAll(host, steps.map(undoOf).reverse())).toEqual(steps.map(() => DONE))

      expect(opened.world.facts('machines')).toEqual(facts)
    })

    it('may be one of a cluster: what a VM has from it is that VM’s, and afterwards the pool’s again', async () => {
      const { host, facts, world } = hv01()
      const { locationPath: path, ...ref } = gpuRef(facts, 'gpu0')
      const gpu = { ...ref, locationPath: path }
      machine.differ({ pools: new Map([[path, 'cluster GPUs']]) })
      const vm = vmRef(facts, 'train-01')
      world.act('hv01', { kind: 'disableDevice', gpu })
      world.act('hv01', { kind: 'dismountDevice', gpu, force: false })
      world.act('hv01', { kind: 'setVm', vm, from: {}, to: { automaticStopAction: 'TurnOff' } })
      world.act('hv01', { kind: 'attachDevice', gpu, vm })

      const held = await host.inventory()
      expect(await run(host, { kind: 'detachDevice', gpu, vm })).toEqual(DONE)
      const after = await host.inventory()
      const mounted = await run(host, { kind: 'mountDevice', gpu, force: false })

      expect(placeOf(held, gpu)).toEqual({ kind: 'assigned', vm: vm.id })
      expect(held.gpus.find(({ slot }) => slot === 'gpu0')!.pool).toBe('cluster GPUs')
      expect(survey(held, held.gpus[0]!, null).find(({ id }) => id === 'pool')).toMatchObject({
        verdict: 'fail',
      })
      // Older commands do not tell what a pool keeps: there it is missing, and as little of use to anybody.
      expect(['pooled', 'missing']).toContain(placeOf(after, gpu).kind)
      expect(codeOf(mounted)).toBe('PreconditionChanged')
    })
  })

  describe('devices that are no GPUs', () => {
    it('are none: functions of the same card, disks in the pool, and adapters in VMs', async () => {
      const { host, facts } = hv01()
      const slot = gpuRef(facts, 'gpu0').locationPath.slice(0, -2)
      const vm = vmRef(facts, 'train-01')
      machine.differ({
        others: [
          other({ locationPath: `${slot}2)`, name: 'USB controller', class: 'USB', baseClass: 12 }),
          other({ locationPath: `${slot}3)`, name: 'USB-C controller', class: '', baseClass: 12 }),
          other({ locationPath: 'PCIROOT(62)#PCI(0100)', name: 'Ethernet', class: '', baseClass: 2 }),
          other({ locationPath: NVME, at: 'pool' }),
          other({ locationPath: NIC, at: vm.id, class: 'Net', baseClass: 2 }),
        ],
      })

      const told = await host.inventory()

      const known = machine.known(facts)
      expect(told.gpus).toEqual(known.gpus)
      expect(told.dismounted).toEqual([...known.dismounted, NVME])
      expect(told.vms.find(({ id }) => id === vm.id)).toMatchObject({
        assigned: [NIC],
        devices: [{ path: NIC, device: 'there' }],
      })
      expect(devicesCheck(told, 'train-01')).toMatchObject({ verdict: 'pass' })
    })

    it('may be the sound of a card, with a driver or without: it stays with the host, which is said', async () => {
      const { host, facts } = hv01()
      const sound = `${gpuRef(facts, 'gpu0').locationPath.slice(0, -2)}1)`
      machine.differ({ others: [other({ locationPath: sound, class: '', baseClass: 4 })] })

      const told = await host.inventory()

      expect(told.gpus.find(({ slot }) => slot === 'gpu0')!.audioFunction).toBe(sound)
    })
  })

  describe('an entry of a VM whose device is gone', () => {
    const empty = async () => {
      const { host, facts } = hv01()
      machine.differ({ emptyEntries: [vmRef(facts, 'train-01').id] })
      return { facts, told: await host.inventory() }
    }

    it('has no path, and the rest of the host is read all the same', async () => {
      const { facts, told } = await empty()
      const rest = (host: HostFacts) => ({
        ...ofHyperV(host),
        vms: host.vms.filter(({ name }) => name !== 'train-01'),
      })

      expect(rest(told)).toEqual(rest(machine.known(facts)))
      expect(told.vms.find(({ name }) => name === 'train-01')!.assigned).toEqual([])
    })

    it('keeps a GPU from that VM, which would not start', async () => {
      const { told } = await empty()

      expect(devicesCheck(told, 'train-01')).toMatchObject({ verdict: 'fail' })
    })
  })
}
