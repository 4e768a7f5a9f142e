import { describe, expect, test } from '@jest/globals'
import { type HostFacts, placeOf } from '../../../src/core/inventory/inventory'
import type { Baseline } from '../../../src/core/plan/plan'
import { undoOf } from '../../../src/core/plan/step'
import { GIB, aGpu, aHost, aPath, aVm, aVmId } from '../../fakes/facts'
import { type Asked, type PLANNERS, ask, kinds, planned, run, runAndUndo } from './scene'

const ready = {
  automaticStopAction: 'TurnOff',
  guestControlledCacheTypes: true,
  lowMmioBytes: 3 * GIB,
  highMmioBytes: 193 * GIB,
  automaticCheckpoints: false,
} as const
const baseline: Baseline = { original: aVm().settings, written: ready }
const recorded = new Map([[aVmId(1), baseline]])

const holding = (changes: Partial<HostFacts> = {}, vm = {}): HostFacts =>
  aHost({
    gpus: [aGpu({ problemCode: null })],
    vms: [aVm({ assigned: [aPath(0)], settings: ready, ...vm }), aVm({}, 2)],
    ...changes,
  })
const shutdown = { shutdown: true }

interface Case extends Asked {
  readonly name: string
  readonly action: keyof typeof PLANNERS
  readonly order: readonly string[]
}

const cases: Case[] = [
  {
    name: 'return a GPU that nobody has',
    action: 'release',
    host: aHost({ gpus: [aGpu({ problemCode: null })], dismounted: [aPath(0)] }),
    order: ['mountDevice', 'enableDevice'],
  },
  {
    name: 'return a GPU that is disabled',
    action: 'release',
    host: aHost({ gpus: [aGpu({ problemCode: 22 })] }),
    order: ['enableDevice'],
  },
  {
    name: 'assign to a VM that is off',
    action: 'assign',
    host: aHost(),
    order: ['disableDevice', 'dismountDevice', 'setVm train-01', 'attachDevice', 'startVm train-01'],
  },
  {
    name: 'assign to a VM that is off, without starting it',
    action: 'assign',
    host: aHost(),
    consents: { noStart: true },
    order: ['disableDevice', 'dismountDevice', 'setVm train-01', 'attachDevice'],
  },
  {
    name: 'assign to a running VM',
    action: 'assign',
    host: aHost({ vms: [aVm({ state: 'Running' })] }),
    consents: shutdown,
    order: [
      'disableDevice',
      'dismountDevice',
      'stopVm train-01',
      'setVm train-01',
      'attachDevice',
      'startVm train-01',
    ],
  },
  {
    name: 'assign to a running VM with --no-start',
    action: 'assign',
    host: aHost({ vms: [aVm({ state: 'Running' })] }),
    consents: { powerOff: true, noStart: true },
    order: [
      'disableDevice',
      'dismountDevice',
      'stopVm train-01',
      'setVm train-01',
      'attachDevice',
      'startVm train-01',
    ],
  },
  {
    name: 'assign a GPU without a driver',
    action: 'assign',
    host: aHost({ gpus: [aGpu({ driverVersion: null, problemCode: 28 })] }),
    order: ['disableDevice', 'dismountDevice', 'setVm train-01', 'attachDevice', 'startVm train-01'],
  },
  {
    name: 'assign a GPU that is disabled already',
    action: 'assign',
    host: aHost({ gpus: [aGpu({ problemCode: 22 })] }),
    order: ['dismountDevice', 'setVm train-01', 'attachDevice', 'startVm train-01'],
  },
  {
    name: 'assign a GPU that is dismounted already',
    action: 'assign',
    host: aHost({ gpus: [aGpu({ problemCode: null })], dismounted: [aPath(0)] }),
    order: ['setVm train-01', 'attachDevice', 'startVm train-01'],
  },
  {
    name: 'assign to a VM whose settings suffice',
    action: 'assign',
    host: aHost({ vms: [aVm({ settings: ready })] }),
    order: ['disableDevice', 'dismountDevice', 'attachDevice', 'startVm train-01'],
  },
  {
    name: 'release from a VM that is off',
    action: 'release',
    host: holding(),
    baselines: recorded,
    order: ['detachDevice train-01', 'mountDevice', 'enableDevice', 'setVm train-01'],
  },
  {
    name: 'release from a running VM',
    action: 'release',
    host: holding({}, { state: 'Running' }),
    consents: { shutdown: true, noStart: true },
    baselines: recorded,
    order: [
      'stopVm train-01',
      'detachDevice train-01',
      'mountDevice',
      'enableDevice',
      'setVm train-01',
      'startVm train-01',
    ],
  },
  {
    name: 'release of what was assigned outside the bot',
    action: 'release',
    host: holding(),
    order: ['detachDevice train-01', 'mountDevice', 'enableDevice'],
  },
  {
    name: 'move between two VMs that are off',
    action: 'move',
    host: holding(),
    vm: 1,
    baselines: recorded,
    order: ['detachDevice train-01', 'setVm train-01', 'setVm train-02', 'attachDevice', 'startVm train-02'],
  },
  {
    name: 'move between two running VMs',
    action: 'move',
    host: holding({
      vms: [aVm({ assigned: [aPath(0)], settings: ready, state: 'Running' }), aVm({ state: 'Running' }, 2)],
    }),
    vm: 1,
    consents: shutdown,
    baselines: recorded,
    order: [
      'stopVm train-01',
      'stopVm train-02',
      'detachDevice train-01',
      'setVm train-01',
      'setVm train-02',
      'attachDevice',
      'startVm train-02',
      'startVm train-01',
    ],
  },
  {
    name: 'move from a running VM to one that is to stay off',
    action: 'move',
    host: holding({}, { state: 'Running' }),
    vm: 1,
    consents: { shutdown: true, noStart: true },
    order: ['stopVm train-01', 'detachDevice train-01', 'setVm train-02', 'attachDevice', 'startVm train-01'],
  },
]

describe.each(cases)('$name', (asked) => {
  const plan = planned(ask(asked.action, asked))

  test('takes exactly these steps, in this order', () => {
    expect(kinds(plan)).toEqual(asked.order)
  })

  test('each step finds the ground that it expects, and the GPU ends where the plan says', () => {
    const after = run(plan, asked.host)

    const place = placeOf(after, asked.host.gpus[0]!)
    expect(place).toEqual(plan.to ? { kind: 'assigned', vm: plan.to.id } : { kind: 'host-enabled' })
  })

  test('a VM that ran before runs again', () => {
    const after = run(plan, asked.host)

    const ran = asked.host.vms.filter((vm) => vm.state === 'Running').map((vm) => vm.id)
    const runs = after.vms.filter((vm) => vm.state === 'Running').map((vm) => vm.id)
    expect(runs).toEqual(expect.arrayContaining(ran))
  })

  test('undone after any number of steps, all is as it was', () => {
    for (let count = 0; count <= plan.steps.length; count += 1) runAndUndo(plan, asked.host, count)
  })
})

describe('the way a VM is stopped', () => {
  const host = aHost({ vms: [aVm({ state: 'Running' })] })
  test.each([
    [{ shutdown: true }, 'shutdown'],
    [{ powerOff: true }, 'turn-off'],
    [{ shutdown: true, powerOff: true }, 'turn-off'],
  ])('with %j it is %s', (consents, how) => {
    const plan = planned(ask('assign', { host, consents }))

    expect(plan.steps).toContainEqual({ kind: 'stopVm', vm: { id: aVmId(1), name: 'train-01' }, how })
  })

  test('a power cut is named as a cost', () => {
    const plan = planned(ask('assign', { host, consents: { powerOff: true } }))

    expect(plan.costs).toEqual([
      'train-01 is turned off like a power cut (unsaved work is lost) and started again.',
    ])
  })
})

describe('who holds the GPU', () => {
  test('an assignment comes from the host', () => {
    const plan = planned(ask('assign', { host: aHost() }))

    expect([plan.from, plan.to]).toEqual([null, { id: aVmId(1), name: 'train-01' }])
  })

  test('a move names both VMs', () => {
    const plan = planned(ask('move', { host: holding(), vm: 1 }))

    expect([plan.from?.name, plan.to?.name]).toEqual(['train-01', 'train-02'])
  })

  test('a release goes to the host', () => {
    const plan = planned(ask('release', { host: holding() }))

    expect([plan.from?.name, plan.to]).toEqual(['train-01', null])
  })
})

describe('-Force at the dismount', () => {
  const dismount = (host: HostFacts) =>
    planned(ask('assign', { host })).steps.find((step) => step.kind === 'dismountDevice')

  test.each([true, false])('follows the host policy: %s', (forceDismount) => {
    expect(dismount(aHost({ forceDismount }))).toMatchObject({ force: forceDismount })
  })

  test('is told with its meaning, as a cost and as a warning', () => {
    const plan = planned(ask('assign', { host: aHost({ forceDismount: true }) }))

    const meaning = /-Force: it waives the ACS and mitigation-driver checks.*trusted VMs/
    expect(plan.costs.filter((cost) => meaning.test(cost))).toHaveLength(1)
    expect(plan.warnings.filter((warning) => meaning.test(warning))).toHaveLength(1)
  })

  test.each([true, false])('of the undo of a release follows the host policy too: %s', (forceDismount) => {
    const mount = planned(ask('release', { host: holding({ forceDismount }) })).steps.find(
      (step) => step.kind === 'mountDevice',
    )

    expect(mount && undoOf(mount)).toMatchObject({ kind: 'dismountDevice', force: forceDismount })
  })

  test('of the undo of a release is not used where ACS is absent', () => {
    const host = holding({ forceDismount: true, gpus: [aGpu({ acs: 0, problemCode: null })] })

    expect(planned(ask('release', { host })).steps).toContainEqual(
      expect.objectContaining({ kind: 'mountDevice', force: false }),
    )
  })

  test('is not told where nothing is dismounted', () => {
    const host = aHost({ forceDismount: true, gpus: [aGpu({ problemCode: null })], dismounted: [aPath(0)] })

    const plan = planned(ask('assign', { host }))

    expect([...plan.costs, ...plan.warnings].join()).not.toContain('-Force')
  })
})
