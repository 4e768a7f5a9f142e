import { describe, expect, it } from '@jest/globals'
import type { Outcome } from '../../../src/core/errors'
import { hostName } from '../../../src/core/inventory/inventory'
import type { Quarantine } from '../../../src/core/inventory/quarantine'
import type { Plan } from '../../../src/core/plan/plan'
import { planAcross, planOf, type PlanInput } from '../../../src/core/planner/planner'
import { aGpu, aHost, anOs, aPartition, aVm, GIB } from '../../fakes/facts'
import { ask, inputOf, kinds, meant, planned, reasons } from './scene'

const planFrom = (text: string, input: PlanInput): Outcome<Plan> => planOf(meant(text, input.host), input)

const off = aVm({ name: 'train-01', state: 'Off' })
const holder = aVm({ name: 'render-01', state: 'Running', assigned: [aGpu().locationPath] })
const free = aHost({ vms: [off] })
const held = aHost({ vms: [holder, aVm({ name: 'train-01', state: 'Off' }, 2)] })
const shared = aHost({
  os: anOs('2025'),
  gpus: [aGpu({ model: 'NVIDIA L40S', memoryBytes: 48 * GIB, partition: aPartition() })],
  vms: [aVm({ name: 'vdi-01', state: 'Off' })],
})

describe('what was said becomes the plan of it', () => {
  it.each<[string, PlanInput, { action: string; mode: string }]>([
    ['assign hv01/gpu0 to train-01', inputOf({ host: free }), { action: 'assign', mode: 'dda' }],
    [
      'assign hv01/gpu0 to vdi-01 --mode partition',
      inputOf({ host: shared }),
      { action: 'assign', mode: 'partition' },
    ],
    [
      'move hv01/gpu0 to train-01 --shutdown',
      inputOf({ host: held, vm: 1, consents: { shutdown: true } }),
      { action: 'move', mode: 'dda' },
    ],
    [
      'release hv01/gpu0 --shutdown',
      inputOf({ host: held, vm: 9, consents: { shutdown: true } }),
      { action: 'release', mode: 'dda' },
    ],
    [
      'partition hv01/gpu0 into 2',
      inputOf({ host: shared, vm: 9 }),
      { action: 'partition', mode: 'partition' },
    ],
    [
      'resize render-01 --mmio 300GiB --shutdown',
      inputOf({ host: held, consents: { shutdown: true } }),
      { action: 'resize', mode: 'dda' },
    ],
  ])('%s', (text, input, expected) => {
    expect(planned(planFrom(text, input))).toMatchObject(expected)
  })
})

const disabled = { ...free, gpus: [aGpu({ problemCode: 22 })] }
const dismounted = { ...free, dismounted: [aGpu().locationPath] }

describe('a plan does only what is left to do', () => {
  it.each([
    ['its host uses it', free, ['disableDevice', 'dismountDevice']],
    ['its host has it disabled', disabled, ['dismountDevice']],
    ['it is dismounted', dismounted, []],
  ])('to take a GPU from its host when %s', (_, host, before) => {
    const plan = planned(ask('assign', { host }))

    expect(
      kinds(plan).slice(
        0,
        kinds(plan).findIndex((kind) => !kind.endsWith('Device')),
      ),
    ).toEqual(before)
  })
})

describe('a plan says what it costs and warns of', () => {
  it('an assignment that starts the VM, or leaves it off', () => {
    expect(planned(ask('assign', { host: free })).costs).toEqual(['train-01 is started.'])
    expect(planned(ask('assign', { host: free, consents: { noStart: true } })).costs).toEqual([
      'train-01 stays off.',
    ])
  })

  it('a release and a move that take a GPU from a VM', () => {
    const consents = { powerOff: true }
    const cut = 'render-01 is turned off like a power cut (unsaved work is lost) and started again.'

    expect(planned(ask('release', { host: held, consents })).costs).toEqual([
      'render-01 loses hv01/gpu0.',
      cut,
    ])
    expect(planned(ask('move', { host: held, vm: 1, consents })).costs).toEqual([
      'render-01 loses hv01/gpu0.',
      cut,
      'train-01 is started.',
    ])
  })

  it('nothing of a guest that is cut off, whatever is known of it', () => {
    const cut = planned(ask('release', { host: held, consents: { powerOff: true } }))
    const unknown = { ...holder, shutdownService: 'unknown' as const }
    const asked = ask('release', { host: aHost({ vms: [unknown] }), consents: { shutdown: true } })

    expect(cut.warnings.join()).not.toContain('guest')
    expect(planned(asked).warnings.join()).toContain('Whether the guest of render-01 takes part')
  })
})

describe('a GPU that lies on its host', () => {
  it('is mounted and enabled again', () => {
    expect(kinds(planned(ask('release', { host: dismounted })))).toEqual(['mountDevice', 'enableDevice'])
    expect(kinds(planned(ask('release', { host: disabled })))).toEqual(['enableDevice'])
  })

  it('is left where a resource pool may have it', () => {
    expect(reasons(ask('release', { host: { ...dismounted, pools: 'unknown' } })).join()).toContain('pool')
  })

  it('is left where another device is in its place', () => {
    const host = dismounted
    const other = aGpu({}, 7).instanceId
    const input = inputOf({ host, vm: 9 })
    const gone = { ...input, gpu: { ...input.gpu, instanceId: other } }

    expect(reasons(planFrom('release hv01/gpu0', gone)).join()).toContain('Nothing to release')
  })
})

describe('a move to another host', () => {
  const consents = { powerOff: true }
  const here = inputOf({ host: held, consents })
  const there = inputOf({
    host: aHost({ name: hostName.parse('hv02'), vms: [aVm({ name: 'vdi-06', state: 'Off' }, 7)] }),
  })

  it('gives one there and takes one back here, and says so', () => {
    const plan = planned(planAcross(there, here))

    expect(plan).toMatchObject({
      action: 'move',
      host: 'hv02',
      to: { name: 'vdi-06' },
      release: { action: 'release', host: 'hv01', from: { name: 'render-01' } },
    })
    expect(plan.costs).toEqual([
      'render-01 loses hv01/gpu0.',
      'render-01 is turned off like a power cut (unsaved work is lost) and started again.',
      'vdi-06 is started.',
    ])
    expect(plan.warnings[0]).toBe('Nothing of what runs in render-01 comes along: vdi-06 gets a GPU of hv02.')
    expect(plan.warnings).toEqual(expect.arrayContaining(plan.release?.warnings ?? ['none']))
  })

  it('is refused with what speaks against it on both hosts', () => {
    const running = inputOf({ host: held })
    const saved = { ...there, vm: aVm({ name: 'vdi-06', state: 'Saved' }, 7) }

    expect(reasons(planAcross(there, running))).toEqual([expect.stringContaining('render-01')])
    expect(reasons(planAcross(saved, here))).toEqual([expect.stringContaining('vdi-06')])
    expect(reasons(planAcross(saved, running))).toEqual([
      expect.stringContaining('vdi-06'),
      expect.stringContaining('render-01'),
    ])
  })

  it('is refused where no VM has the GPU that is given', () => {
    expect(reasons(planAcross(there, inputOf({ host: free })))).toEqual([
      'hv01/gpu0 is assigned to no VM as a whole, so there is nothing to move',
    ])
  })
})

describe('a GPU in quarantine', () => {
  const quarantine: Quarantine = {
    host: 'hv01',
    gpu: 'hv01/gpu0',
    causes: [{ by: 'person', account: 'slack:T1/U1', at: 0, reason: 'its fan is broken' }],
  }

  it('is given to nobody, with the reason', () => {
    const input = { ...inputOf({ host: free }), quarantine }

    expect(reasons(planFrom('assign hv01/gpu0 to train-01', input)).join()).toContain('its fan is broken')
  })
})

describe('the MMIO space of a VM', () => {
  const sized = (highMmioBytes: number) =>
    aHost({
      vms: [
        aVm({
          name: 'train-01',
          state: 'Off',
          assigned: [aGpu().locationPath],
          settings: { ...off.settings, highMmioBytes },
        }),
      ],
    })
  const resize = (text: string, high: number) => planFrom(text, inputOf({ host: sized(high) }))

  it('is left as it is where it is what was asked for, and says so', () => {
    expect(reasons(resize('resize train-01 --mmio 300GiB', 300 * GIB))).toEqual([
      expect.stringMatching(/^Nothing to do: train-01 has .*300 GiB.* of high MMIO space$/),
    ])
    expect(reasons(resize('resize train-01 --mmio more', 2_000 * GIB))).toEqual([
      expect.stringContaining('which holds all its BARs'),
    ])
  })

  it('is made less only where a size is named, and the GPUs stay', () => {
    const plan = planned(resize('resize train-01 --mmio 300GiB', 400 * GIB))

    expect(plan.steps).toEqual([
      expect.objectContaining({
        kind: 'setVm',
        from: { highMmioBytes: 400 * GIB },
        to: { highMmioBytes: 300 * GIB },
      }),
    ])
    expect(plan.warnings[0]).toBe('hv01/gpu0 stays with train-01.')
    expect(plan.baselines).toHaveLength(1)
  })
})
