/** In what hosts differ about their VMs and their cluster; each is tried on every flavour of Windows Server. */
import { describe, expect, it } from '@jest/globals'
import { instanceId, replication, type HostFacts, vmId } from '../../../src/core/inventory/inventory'
import { survey } from '../../../src/core/planner/checks/survey'
import type { Step } from '../../../src/core/plan/step'
import { ofHyperV } from '../../fakes/facts'
import { codeOf, DONE, run, vmRef } from '../host-contract'
import { openFleet } from '../over-powershell'
import type { Machine } from './machine'
import { openOdd } from './odd'

const idIn = (facts: HostFacts, name: string) => vmRef(facts, name).id
const vmIn = (facts: HostFacts, name: string) => facts.vms.find((vm) => vm.name === name)!

export const describeMachines = (machine: Machine): void => {
  /** hv01, but for these differences. */
  const hv01 = () => {
    const opened = openFleet('hv01')
    return {
      ...opened,
      host: machine.host(opened),
      facts: opened.world.facts('hv01'),
    }
  }

  describe('a clustered VM', () => {
    const setAction = (facts: HostFacts): Step => ({
      kind: 'setOfflineAction',
      vm: vmRef(facts, 'vdi-06'),
      from: 1,
      to: 3,
    })
    const hv02 = () => {
      const opened = openFleet('hv02')
      const host = machine.host(opened)
      return { ...opened, host, facts: opened.world.facts('hv02') }
    }

    it('of a host that cannot ask its cluster is read all the same, and nothing is known of the cluster', async () => {
      const { host, facts, world } = hv02()
      machine.differ({ clusterSilent: true })

      const told = await host.inventory()

      const known = machine.known({ ...facts, cluster: null })
      const vms = known.vms.map((vm) => ({ ...vm, offlineAction: null }))
      expect(ofHyperV(told)).toEqual({ ...known, vms })
      expect((await run(host, setAction(facts))).kind).toBe('refused')
      expect(world.facts('hv02')).toEqual(facts)
    })

    it('gets its offline action, though the commands for clusters do not take what they give', async () => {
      const { host, facts, world } = hv02()
      machine.differ({ clusterObjects: 'deserialized' })

      expect(ofHyperV(await host.inventory())).toEqual(machine.known(facts))
      expect(await run(host, setAction(facts))).toEqual(DONE)
      expect(vmIn(world.facts('hv02'), 'vdi-06').offlineAction).toBe(3)
    })

    it('that its cluster does not know has none to set', async () => {
      const opened = openOdd('machines')
      const host = machine.host(opened)
      const vm = vmRef(opened.world.facts('machines'), 'replicated-01')

      expect(codeOf(await run(host, { kind: 'setOfflineAction', vm, from: 1, to: 3 }))).toBe('ObjectNotFound')
    })
  })

  describe('a VM', () => {
    it('that does not exist is told as ObjectNotFound, whatever Get-VM calls it', async () => {
      const { host } = hv01()
      const nobody = { id: vmId.parse('00000000-0000-0000-0000-000000000000'), name: 'nobody' }

      expect(codeOf(await run(host, { kind: 'startVm', vm: nobody }))).toBe('ObjectNotFound')
    })

    it('without a shutdown service is not asked about: the shutdown fails, and a power cut does not', async () => {
      const { host, facts, world } = hv01()
      const vm = vmRef(facts, 'train-02')
      machine.differ({ withoutShutdown: [vm.id] })

      expect(codeOf(await run(host, { kind: 'stopVm', vm, how: 'shutdown' }))).toBe('OperationFailed')
      expect(world.facts('hv01')).toEqual(facts)
      expect(await run(host, { kind: 'stopVm', vm, how: 'turn-off' })).toEqual(DONE)
    })

    it.each(replication.options.filter((each) => each !== 'none'))(
      'whose part in Hyper-V Replica is %s is told so',
      async (part) => {
        const { host, world, facts } = hv01()
        world.rebuild('hv01', { kind: 'change VM', id: idIn(facts, 'train-01'), to: { replication: part } })

        expect(vmIn(await host.inventory(), 'train-01').replication).toBe(part)
      },
    )

    it('that is a replica is offered no GPU, and does not start', async () => {
      const { host, world, facts } = hv01()
      const vm = vmRef(facts, 'train-01')
      world.rebuild('hv01', { kind: 'change VM', id: vm.id, to: { replication: 'replica' } })
      const before = world.facts('hv01')

      const told = await host.inventory()

      const failed = survey(told, told.gpus[0]!, vmIn(told, 'train-01')).filter(
        ({ verdict }) => verdict === 'fail',
      )
      expect(failed.map(({ id }) => id)).toEqual(['replication'])
      expect(codeOf(await run(host, { kind: 'startVm', vm }))).toBe('OperationFailed')
      expect(world.facts('hv01')).toEqual(before)
    })
  })

  it('a host without GPUs and VMs has an inventory', async () => {
    const opened = openFleet('hv01')
    const empty = { ...opened.world.facts('hv01'), gpus: [], vms: [], dismounted: [] }
    const world = { ...opened.world, facts: () => empty }

    const told = await machine.host({ ...opened, world }).inventory()

    expect(ofHyperV(told)).toEqual(machine.known(empty))
  })

  it('a host without commands for whole devices is read all the same, and says which it lacks', async () => {
    const missing = ['Get-VMHostAssignableDevice', 'Get-VMAssignableDevice']
    const opened = openFleet('hv01')
    const host = machine.host(opened, { as: 'lacking', without: missing })

    const told = await host.inventory()

    expect(told.missingCommands).toEqual(missing)
    expect(told.gpus.map((gpu) => instanceId.parse(gpu.instanceId)).length).toBeGreaterThan(0)
    expect(told.dismounted).toEqual([])
  })
}
