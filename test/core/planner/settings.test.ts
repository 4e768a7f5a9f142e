import { describe, expect, test } from '@jest/globals'
import type { HostFacts, VmId, VmSettings } from '../../../src/core/inventory/inventory'
import type { Baseline, Plan } from '../../../src/core/plan/plan'
import { GIB, MIB, aGpu, aHost, aPath, aVm, aVmId, withVm } from '../../fakes/facts'
import { ask, baselinesAfter, planned, run } from './scene'

const first = aVmId(1)
const small = [{ bytes: 64 * GIB, bits: 64 as const }]
const twoGpus = (settings: Partial<VmSettings> = {}): HostFacts =>
  aHost({
    gpus: [aGpu(), aGpu({ bars: small }, 1)],
    vms: [aVm({ settings: { ...aVm().settings, automaticCheckpoints: true, ...settings } }), aVm({}, 2)],
  })

interface World {
  readonly host: HostFacts
  readonly baselines: ReadonlyMap<VmId, Baseline>
}
const done = (world: World, plan: Plan): World => ({
  host: run(plan, world.host),
  baselines: baselinesAfter(plan, world.baselines),
})
const noStart = { noStart: true }
const assign = (world: World, gpu: number): World =>
  done(world, planned(ask('assign', { ...world, gpu, consents: noStart })))
const releasePlan = (world: World, gpu: number): Plan => planned(ask('release', { ...world, gpu }))
const release = (world: World, gpu: number): World => done(world, releasePlan(world, gpu))
const settingsOf = ({ host }: World): VmSettings => host.vms[0]!.settings
const change = (world: World, settings: Partial<VmSettings>): World => ({
  ...world,
  host: withVm(world.host, first, { settings: { ...settingsOf(world), ...settings } }),
})
const start = (settings: Partial<VmSettings> = {}): World => ({
  host: twoGpus(settings),
  baselines: new Map(),
})

describe('an assignment', () => {
  test('changes only what differs, and keeps both sides of each change', () => {
    const { host } = start({ automaticStopAction: 'TurnOff' })

    const plan = planned(ask('assign', { host }))

    expect(plan.steps.find(({ kind }) => kind === 'setVm')).toEqual({
      kind: 'setVm',
      vm: { id: first, name: 'train-01' },
      from: {
        guestControlledCacheTypes: false,
        lowMmioBytes: 2 ** 27,
        highMmioBytes: 2 ** 29,
        automaticCheckpoints: true,
      },
      to: {
        guestControlledCacheTypes: true,
        lowMmioBytes: 3 * GIB,
        highMmioBytes: 193 * GIB,
        automaticCheckpoints: false,
      },
    })
  })

  test('of a second GPU computes MMIO over both and keeps the baseline of the first', () => {
    const one = assign(start(), 0)

    const two = assign(one, 1)

    expect(settingsOf(two).highMmioBytes).toBe(257 * GIB)
    expect(two.baselines.get(first)?.original).toEqual(settingsOf(start()))
    expect(two.baselines.get(first)?.written.highMmioBytes).toBe(257 * GIB)
  })

  test('records a baseline even where no setting is changed', () => {
    const ready = settingsOf(assign(start(), 0))
    const { host } = start(ready)

    const plan = planned(ask('assign', { host }))

    expect(plan.baselines).toEqual([{ vm: first, after: { original: ready, written: {} } }])
  })

  test('of a second GPU takes what somebody set in between as the value to come back to', () => {
    const drifted = change(assign(start(), 0), { highMmioBytes: 200 * GIB })

    const two = assign(drifted, 1)
    const none = release(release(two, 1), 0)

    expect(two.baselines.get(first)?.original.highMmioBytes).toBe(200 * GIB)
    expect(settingsOf(none)).toEqual({ ...settingsOf(start()), highMmioBytes: 200 * GIB })
  })
})

describe('a release', () => {
  test.each([
    [0, 1],
    [1, 0],
  ])('of both GPUs, gpu%d first and gpu%d last, ends at the original settings', (one, other) => {
    const both = assign(assign(start(), 0), 1)

    const none = release(release(both, one), other)

    expect(settingsOf(none)).toEqual(settingsOf(start()))
    expect(none.baselines.size).toBe(0)
  })

  test.each([
    [0, 65],
    [1, 193],
  ])('of gpu%d leaves MMIO for the one that stays: %d GiB', (gpu, gibibytes) => {
    const both = assign(assign(start(), 0), 1)

    const after = settingsOf(release(both, gpu))

    expect(after).toEqual({ ...settingsOf(both), highMmioBytes: gibibytes * GIB })
  })

  test('in between never goes below what the VM had before its first GPU', () => {
    const both = assign(assign(start({ highMmioBytes: 220 * GIB }), 0), 1)
    expect(settingsOf(both).highMmioBytes).toBe(257 * GIB)

    const one = release(both, 1)

    expect(settingsOf(one).highMmioBytes).toBe(220 * GIB)
    expect(settingsOf(release(one, 0)).highMmioBytes).toBe(220 * GIB)
  })

  test('in between never goes below the low MMIO of before either', () => {
    const low = [
      { bytes: 2 * GIB, bits: 32 as const },
      { bytes: GIB, bits: 32 as const },
    ]
    const { host } = start({ lowMmioBytes: 3100 * MIB })
    const wide: World = { host: { ...host, gpus: [aGpu(), aGpu({ bars: low }, 1)] }, baselines: new Map() }
    const both = assign(assign(wide, 0), 1)
    expect(settingsOf(both).lowMmioBytes).toBe(3216 * MIB)

    const one = release(both, 1)

    expect(settingsOf(one).lowMmioBytes).toBe(3100 * MIB)
  })

  test('leaves a setting alone that is no longer as the bot wrote it, and says so', () => {
    const drifted = change(assign(start(), 0), { automaticStopAction: 'ShutDown' })

    const plan = releasePlan(drifted, 0)

    expect(settingsOf(done(drifted, plan))).toEqual({
      ...settingsOf(start()),
      automaticStopAction: 'ShutDown',
    })
    expect(plan.warnings).toEqual([
      'The automatic stop action of train-01 is ShutDown now, not the TurnOff that the bot wrote: ' +
        'it is left alone (before the first GPU it was Save).',
    ])
    expect(plan.baselines).toEqual([{ vm: first, after: null }])
  })

  test('does not speak of a setting that somebody already put back', () => {
    const back = change(assign(start(), 0), { automaticStopAction: 'Save' })

    expect(releasePlan(back, 0).warnings).toEqual([])
  })

  test('in between leaves MMIO alone that somebody changed', () => {
    const drifted = change(assign(assign(start(), 0), 1), { highMmioBytes: 300 * GIB })

    const plan = releasePlan(drifted, 0)

    expect(settingsOf(done(drifted, plan)).highMmioBytes).toBe(300 * GIB)
    expect(plan.warnings).toEqual([
      expect.stringMatching(/high MMIO space of train-01 is 322122547200 bytes/),
    ])
  })

  test('leaves MMIO alone where another device stays whose need is not known', () => {
    const one = assign(start(), 0)
    const withOther: World = {
      ...one,
      host: withVm({ ...one.host, dismounted: [aPath(6)] }, first, { assigned: [aPath(0), aPath(6)] }),
    }

    const plan = releasePlan(withOther, 0)

    expect(settingsOf(done(withOther, plan))).toEqual(settingsOf(one))
    expect(plan.warnings).toEqual([expect.stringMatching(/what its other devices need is not known/)])
    expect(plan.baselines).toEqual([{ vm: first, after: one.baselines.get(first) }])
  })

  test('of what was assigned outside the bot leaves the settings and says so', () => {
    const outside: World = { host: assign(start(), 0).host, baselines: new Map() }

    const plan = releasePlan(outside, 0)

    expect(settingsOf(done(outside, plan))).toEqual(settingsOf(outside))
    expect(plan.warnings).toEqual([expect.stringMatching(/outside the bot.*left as they are/)])
    expect(plan.baselines).toEqual([])
  })
})

test('a move restores the one VM and prepares the other', () => {
  const held = assign(start(), 0)

  const plan = planned(ask('move', { ...held, vm: 1, consents: noStart }))
  const moved = done(held, plan)

  expect(settingsOf(moved)).toEqual(settingsOf(start()))
  expect(moved.host.vms[1]!.settings.highMmioBytes).toBe(193 * GIB)
  expect([...moved.baselines.keys()]).toEqual([aVmId(2)])
})
