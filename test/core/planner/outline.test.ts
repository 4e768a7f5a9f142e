import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { givesOf, type Change } from '../../../src/core/change/change'
import { hostName, type HostFacts } from '../../../src/core/inventory/inventory'
import { stepsOf, type Plan } from '../../../src/core/plan/plan'
import { outlineOf } from '../../../src/core/planner/outline'
import { planOf } from '../../../src/core/planner/planner'
import { wishOf } from '../../../src/core/policy/judge'
import { aGpu, aHost, anOs, aPartition, aPath, aVm, aVmId, GIB } from '../../fakes/facts'
import { NO_INPUT } from './scene'

const BASIS = { own: false, lentMs: null, unsupportedPartitioning: false }
const SHARED = aPartition({}, 1)
const VRAM = { min: 4 * GIB, max: 4 * GIB, optimal: 4 * GIB }

/** One whole GPU in any place, one that is split, and two VMs of which the first has any of both. */
const scene = fc
  .record({
    place: fc.constantFrom('host', 'disabled', 'dismounted', 'assigned'),
    acs: fc.constantFrom(0, 1, null),
    forced: fc.boolean(),
    shares: fc.boolean(),
    states: fc.tuple(fc.constantFrom('Off', 'Running'), fc.constantFrom('Off', 'Running')),
  })
  .map(({ place, acs, forced, shares, states: [first, second] }): HostFacts => {
    const problemCode = place === 'host' ? 0 : place === 'disabled' ? 22 : null
    return aHost({
      os: anOs('2025'),
      forceDismount: forced,
      gpus: [
        aGpu({ acs, problemCode }),
        aGpu({ model: 'NVIDIA L40S', memoryBytes: 48 * GIB, partition: SHARED }, 1),
      ],
      dismounted: place === 'dismounted' ? [aPath(0)] : [],
      vms: [
        aVm({
          name: 'one',
          state: first,
          assigned: place === 'assigned' ? [aPath(0)] : [],
          partitions: shares ? [{ gpu: SHARED.name, vram: VRAM }] : [],
        }),
        aVm({ name: 'two', state: second }, 2),
      ],
    })
  })

const consents = fc.record({ shutdown: fc.boolean(), powerOff: fc.boolean(), noStart: fc.boolean() })
type Kind = `${Change['action']} ${Change['mode']}` | 'move to another host'

const KINDS: Readonly<Partial<Record<Kind, (about: Pick<Change, 'host' | 'consents'>) => Change>>> = {
  'assign dda': (about) => ({ ...about, ...whole, action: 'assign', vm: aVmId(2) }),
  'assign partition': (about) => ({ ...about, ...part, action: 'assign', vm: aVmId(2), vram: null }),
  'move dda': (about) => ({ ...about, ...whole, action: 'move', vm: aVmId(2) }),
  'move to another host': (about) => ({
    ...about,
    ...whole,
    action: 'move',
    vm: aVmId(2),
    gives: { host: hostName.parse('hv02'), gpu: aPath(0) },
  }),
  'release dda': (about) => ({ ...about, ...whole, action: 'release' }),
  'release partition': (about) => ({ ...about, ...part, action: 'release', vm: aVmId(1) }),
  'partition partition': (about) => ({ ...about, ...part, action: 'partition', count: 2 }),
  'resize partition': (about) => ({ ...about, ...part, action: 'resize', vm: aVmId(1), vram: 8 * GIB }),
  'resize dda': (about) => ({ ...about, ...whole, action: 'resize', vm: aVmId(1), mmio: 400 * GIB }),
}
const whole = { mode: 'dda', gpus: [aPath(0)] } as const
const part = { mode: 'partition', gpus: [aPath(1)] } as const

const stopped = (plan: Plan): string[] =>
  stepsOf(plan).flatMap((step) => (step.kind === 'stopVm' ? `${step.vm.name} ${step.how}` : []))

describe('the outline of a change asks the rules what its plan asks them', () => {
  it.each(Object.entries(KINDS))('%s', (_, make) => {
    let plans = 0
    fc.assert(
      fc.property(scene, scene, consents, (there, other, agreed) => {
        const here = { ...other, name: hostName.parse('hv02') }
        const change = make({ host: there.name, consents: agreed })
        const vm = 'vm' in change ? there.vms.find(({ id }) => id === change.vm)! : null
        const gpu = there.gpus.find(({ locationPath }) => locationPath === change.gpus[0])!
        const input = { ...NO_INPUT, host: there, gpu, vm, consents: agreed, ...sizeOf(change) }
        const given = givesOf(change) && {
          ...NO_INPUT,
          host: here,
          gpu: here.gpus[0]!,
          vm: null,
          consents: agreed,
        }
        const plan = planOf(change, input, given)
        if (!plan.ok) return
        plans++
        const outline = outlineOf(change, new Map([there, here].map((each) => [each.name, each])))!

        expect(wishOf(outline, BASIS)).toEqual(wishOf(plan.value, BASIS))
        expect(stopped(outline).sort()).toEqual(stopped(plan.value).sort())
      }),
      { numRuns: 400 },
    )
    expect(plans).toBeGreaterThan(10)
  })
})

const sizeOf = (change: Change) => ('mmio' in change ? { mmio: change.mmio } : {})

describe('there is no outline', () => {
  const change = KINDS['move to another host']!({
    host: hostName.parse('hv01'),
    consents: { shutdown: true, powerOff: false, noStart: false },
  })
  const there = aHost({ vms: [aVm({}, 2)] })
  const readings = (...hosts: readonly HostFacts[]) => new Map(hosts.map((each) => [each.name, each]))

  it('of a host that was not read, on either side', () => {
    expect(outlineOf(change, readings())).toBeNull()
    expect(outlineOf(change, readings(there))).toBeNull()
    expect(outlineOf(change, readings(there, aHost({ name: hostName.parse('hv02') })))).not.toBeNull()
  })

  it('of a GPU or a VM that is gone', () => {
    const here = aHost({ name: hostName.parse('hv02') })

    expect(outlineOf(change, readings({ ...there, gpus: [] }, here))).toBeNull()
    expect(outlineOf(change, readings({ ...there, vms: [] }, here))).toBeNull()
    expect(outlineOf(change, readings(there, { ...here, gpus: [] }))).toBeNull()
  })
})
