import { describe, expect, test } from '@jest/globals'
import type { HostFacts, VmFacts } from '../../../src/core/inventory/inventory'
import type { MmioAsked } from '../../../src/core/change/change'
import { planAssign, planRelease, planSpace } from '../../../src/core/planner/planner'
import { GIB, aGpu, aHost, aPath, aVm, withVm } from '../../fakes/facts'
import { type Asked, baselinesAfter, inputOf, kinds, planned, reasons, run, runAndUndo } from './scene'

/** With one A100 of 80 GB, as a bot of before set it. */
const held = (vm: Partial<VmFacts> = {}, host: Partial<HostFacts> = {}): HostFacts =>
  aHost({
    vms: [
      aVm({ assigned: [aPath(0)], settings: { ...aVm().settings, highMmioBytes: 129 * GIB }, ...vm }),
      aVm({}, 2),
    ],
    ...host,
  })
const ask = (asked: Asked, size: MmioAsked) => {
  const input = inputOf(asked)
  return planSpace(input, input.vm!, size)
}
const shutdown = { shutdown: true }

describe('more MMIO space for a VM that keeps its GPU', () => {
  test('stops the VM, sets the sum and the largest BAR again, and starts it', () => {
    const host = held({ state: 'Running' })

    const plan = planned(ask({ host, consents: shutdown }, 'more'))

    expect(kinds(plan)).toEqual(['stopVm train-01', 'setVm train-01', 'startVm train-01'])
    const after = run(plan, host).vms[0]!
    expect(after.settings).toEqual({ ...host.vms[0]!.settings, highMmioBytes: 257 * GIB })
    expect(after.assigned).toEqual([aPath(0)])
  })

  test('leaves a VM that is off switched off', () => {
    expect(kinds(planned(ask({ host: held() }, 'more')))).toEqual(['setVm train-01'])
  })

  test('can be undone after each step', () => {
    const host = held({ state: 'Running' })
    const plan = planned(ask({ host, consents: shutdown }, 'more'))

    for (const count of [1, 2]) runAndUndo(plan, host, count)
  })

  test('may be any size, less as well', () => {
    const [step] = planned(ask({ host: held() }, 100 * GIB)).steps

    expect(step).toMatchObject({ to: { highMmioBytes: 100 * GIB } })
  })

  test.each<[string, HostFacts, MmioAsked, RegExp]>([
    ['a VM that runs, without consent', held({ state: 'Running' }), 'more', /is running/],
    [
      'enough already',
      held({ settings: { ...aVm().settings, highMmioBytes: 257 * GIB } }),
      'more',
      /Nothing to do.*257 GiB.*holds all its BARs/,
    ],
    ['the size that it has', held(), 129 * GIB, /Nothing to do.*129 GiB/],
    [
      'a GPU of which nothing is known',
      held({}, { gpus: [aGpu({ bars: [], memoryBytes: null })] }),
      'more',
      /cannot be computed/,
    ],
    ['too few addresses', held({}, { physicalAddressBits: 38 }), 'more', /320\.5 GiB.*38 bits/],
    ['a clustered VM', held({ clustered: true }), 'more', /clustered/],
  ])('is refused: %s', (_name, host, size, why) => {
    expect(reasons(ask({ host }, size))).toContainEqual(expect.stringMatching(why))
  })
})

describe('the MMIO space that somebody said', () => {
  const host = aHost({ gpus: [aGpu(), aGpu({}, 1)], vms: [aVm(), aVm({}, 2)] })
  const noStart = { noStart: true }

  test('of an assignment comes back with the last GPU', () => {
    const given = planned(planAssign({ ...inputOf({ host, consents: noStart }), mmio: 400 * GIB }))
    const after = run(given, host)
    expect(after.vms[0]!.settings.highMmioBytes).toBe(400 * GIB)

    const back = planned(planRelease(inputOf({ host: after, baselines: baselinesAfter(given, new Map()) })))

    expect(run(back, after).vms[0]!.settings).toEqual(host.vms[0]!.settings)
  })

  test('stays while one of two GPUs is given back, for nobody knows how much the other needs', () => {
    const one = planned(planAssign({ ...inputOf({ host, consents: noStart }), mmio: 400 * GIB }))
    const first = baselinesAfter(one, new Map())
    const withOne = run(one, host)
    const two = planned(planAssign(inputOf({ host: withOne, gpu: 1, baselines: first, consents: noStart })))
    const withTwo = run(two, withOne)

    const back = planned(
      planRelease(inputOf({ host: withTwo, gpu: 1, baselines: baselinesAfter(two, first) })),
    )

    expect(run(back, withTwo).vms[0]!.settings.highMmioBytes).toBe(400 * GIB)
  })

  test('is judged as what is computed is', () => {
    const narrow = withVm({ ...host, physicalAddressBits: 39 }, aVm().id, {})

    expect(reasons(planAssign({ ...inputOf({ host: narrow }), mmio: 449 * GIB }))).toEqual([
      expect.stringMatching(/512\.5 GiB.*39 bits/),
    ])
    expect(reasons(planAssign({ ...inputOf({ host: narrow }), mmio: 448 * GIB }))).toEqual([])
  })
})
