import { describe, expect, test } from '@jest/globals'
import type { GpuFacts } from '../../../src/core/inventory/inventory'
import type { MmioAsked } from '../../../src/core/change/change'
import { gpusWith, mmioNeed, mmioSettings } from '../../../src/core/planner/checks/mmio'
import { GIB, MIB, aGpu, aHost, aPath, aVm } from '../../fakes/facts'

const bar = (bytes: number, bits: 32 | 64 = 64): GpuFacts['bars'] => [{ bytes, bits }]
const A100 = aGpu()

const withMemory = (gibibytes: number) => ({
  memory: { dynamic: false, startupBytes: gibibytes * GIB, minimumBytes: gibibytes * GIB },
})
const needOf = (
  gpus: readonly GpuFacts[],
  about: { readonly host?: number; readonly memory?: number; readonly asked?: MmioAsked } = {},
) =>
  mmioNeed(gpus, {
    host: { highMmioBytes: about.host === undefined ? null : about.host * GIB },
    vm: withMemory(about.memory ?? 32),
    asked: about.asked,
  })
const high = (gpus: readonly GpuFacts[], about?: Parameters<typeof needOf>[1]): number | undefined => {
  const bytes = needOf(gpus, about)?.highBytes
  return bytes === undefined ? undefined : bytes / GIB
}

describe('the MMIO space that GPUs need', () => {
  test.each<[string, GpuFacts[], number]>([
    ['an A100 80 GB: 128 to 256 GiB, of a window that begins at 63.5', [A100], 193],
    ['two of them: 128 to 384 GiB', [A100, aGpu({}, 1)], 321],
    ['a small GPU: the starting point of Microsoft', [aGpu({ bars: bar(256 * MIB) })], 32.5],
    ['a BAR of 32 GiB: with its buffer, rounded up', [aGpu({ bars: bar(32 * GIB) })], 33],
    ['a BAR of 64 GiB: 64 to 128 GiB', [aGpu({ bars: bar(64 * GIB) })], 65],
    ['a BAR of 256 GiB: 256 to 512 GiB', [aGpu({ bars: bar(256 * GIB) })], 449],
    ['the larger BAR first: 128 to 320 GiB', [aGpu({ bars: bar(64 * GIB) }), aGpu({}, 1)], 257],
    ['an odd BAR: rounded up to its alignment', [aGpu({ bars: bar(80 * GIB) })], 193],
    ['no BARs: more than its memory', [aGpu({ bars: [], memoryBytes: 48 * GIB })], 65],
    [
      'no BARs, memory a power of two: still more than its memory',
      [aGpu({ bars: [], memoryBytes: 64 * GIB })],
      65,
    ],
    [
      'many small ones: never below the sum and its buffer',
      [aGpu({ bars: Array.from({ length: 160 }, () => ({ bytes: 256 * MIB, bits: 64 as const })) })],
      41,
    ],
  ])('%s', (_name, gpus, gibibytes) => {
    expect(high(gpus)).toBe(gibibytes)
    expect(needOf(gpus)).toMatchObject({ lowBytes: 3 * GIB, how: 'laid-out' })
  })

  test('is low space beyond the starting point for 32-bit BARs', () => {
    const gpus = [aGpu({ bars: bar(2 * GIB, 32) }), aGpu({ bars: bar(GIB, 32) }, 1)]

    expect(needOf(gpus)).toMatchObject({ lowBytes: 3200 * MIB, highBytes: 33280 * MIB })
  })

  test('is not known where a GPU shows neither BARs nor memory', () => {
    expect(needOf([A100, aGpu({ bars: [], memoryBytes: null })])).toBeNull()
  })

  test('names the GPUs whose need is guessed', () => {
    const guessed = aGpu({ bars: [] }, 1)

    expect(needOf([A100, guessed])?.guessed).toEqual([guessed])
  })

  test.each([
    [60, 193, 'laid-out'],
    [61, 257, 'sum-and-largest'],
  ])('of a VM with %d GiB of memory is %d GiB', (memory, gibibytes, how) => {
    expect(high([A100], { memory })).toBe(gibibytes)
    expect(needOf([A100], { memory })?.how).toBe(how)
  })
})

describe('what is said of MMIO space', () => {
  const bare = aGpu({ bars: [], memoryBytes: null })
  const noted = aGpu({ highMmioBytes: 130 * GIB }, 1)

  test.each<[string, GpuFacts[], Parameters<typeof needOf>[1], number]>([
    ['of a GPU goes before its BARs', [noted], {}, 130],
    ['of a GPU adds to what the others need', [A100, noted], {}, 323],
    ['of the host goes before what is said of a GPU', [noted], { host: 300 }, 300],
    ['in the request goes before both', [noted], { host: 300, asked: 140 * GIB }, 140],
    ['in the request is enough for a GPU of which nothing is known', [bare], { asked: 140 * GIB }, 140],
    ['of the host likewise', [bare], { host: 300 }, 300],
    ['as `more` is the sum and the largest again', [A100], { asked: 'more' }, 257],
    ['as `more` goes before what the configuration says', [noted], { host: 200, asked: 'more' }, 257],
  ])('%s', (_name, gpus, about, gibibytes) => {
    expect(high(gpus, about)).toBe(gibibytes)
  })

  test('as `more` cannot be computed of a GPU of which nothing is known', () => {
    expect(needOf([bare], { asked: 'more' })).toBeNull()
  })

  test('is set as it is said, though the VM has more', () => {
    const vm = aVm({ settings: { ...aVm().settings, highMmioBytes: 500 * GIB } })

    const settings = mmioSettings(vm, needOf([A100], { asked: 140 * GIB })!)

    expect(settings.highMmioBytes).toBe(140 * GIB)
  })
})

test('a larger setting is not made smaller by what is computed', () => {
  const vm = aVm({ settings: { ...aVm().settings, lowMmioBytes: 3500 * MIB, highMmioBytes: 500 * GIB } })

  const settings = mmioSettings(vm, needOf([A100])!)

  expect(settings).toEqual({ lowMmioBytes: 3500 * MIB, highMmioBytes: 500 * GIB })
})

test('a GPU that the VM has already counts once', () => {
  const host = aHost({ gpus: [A100, aGpu({}, 1)], vms: [aVm({ assigned: [aPath(0), aPath(1)] })] })

  expect(gpusWith(host, host.vms[0]!, A100).map(({ slot }) => slot)).toEqual(['gpu1', 'gpu0'])
})
