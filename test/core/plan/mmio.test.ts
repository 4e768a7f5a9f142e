import { describe, expect, test } from '@jest/globals'
import type { GpuFacts } from '../../../src/core/inventory'
import { gpusWith, mmioNeed, mmioSettings } from '../../../src/core/plan/mmio'
import { GIB, MIB, aGpu, aHost, aPath, aVm } from '../../fakes/facts'

const bar = (bytes: number, bits: 32 | 64 = 64): GpuFacts['bars'] => [{ bytes, bits }]
const A100 = aGpu()

describe('the MMIO space that GPUs need', () => {
  test.each<[string, GpuFacts[], number, number]>([
    ['an A100 80 GB: BAR of 128 GiB, and 512 MiB, rounded up', [A100], 3 * GIB, 129 * GIB],
    ['two of them: the sum', [A100, aGpu({}, 1)], 3 * GIB, 257 * GIB],
    ['a small GPU: the starting point of Microsoft', [aGpu({ bars: bar(256 * MIB) })], 3 * GIB, 33280 * MIB],
    ['a BAR of 32 GiB: 32.5 GiB, rounded up', [aGpu({ bars: bar(32 * GIB) })], 3 * GIB, 33 * GIB],
    ['an odd BAR: rounded up to its alignment', [aGpu({ bars: bar(80 * GIB) })], 3 * GIB, 129 * GIB],
    [
      '32-bit BARs: low space beyond the starting point',
      [aGpu({ bars: bar(2 * GIB, 32) }), aGpu({ bars: bar(GIB, 32) })],
      3200 * MIB,
      33280 * MIB,
    ],
    ['no BARs: more than its memory', [aGpu({ bars: [], memoryBytes: 48 * GIB })], 3 * GIB, 65 * GIB],
    [
      'no BARs, memory a power of two: still more than its memory',
      [aGpu({ bars: [], memoryBytes: 64 * GIB })],
      3 * GIB,
      65 * GIB,
    ],
  ])('%s', (_name, gpus, lowBytes, highBytes) => {
    expect(mmioNeed(gpus)).toMatchObject({ lowBytes, highBytes })
  })

  test('is not known where a GPU shows neither BARs nor memory', () => {
    expect(mmioNeed([A100, aGpu({ bars: [], memoryBytes: null })])).toBeNull()
  })

  test('names the GPUs whose need is guessed', () => {
    const guessed = aGpu({ bars: [] }, 1)

    expect(mmioNeed([A100, guessed])?.guessed).toEqual([guessed])
  })
})

test('a larger setting is never made smaller', () => {
  const vm = aVm({ settings: { ...aVm().settings, lowMmioBytes: 3500 * MIB, highMmioBytes: 500 * GIB } })

  const settings = mmioSettings(vm, mmioNeed([A100])!)

  expect(settings).toEqual({ lowMmioBytes: 3500 * MIB, highMmioBytes: 500 * GIB })
})

test('a GPU that the VM has already counts once', () => {
  const host = aHost({ gpus: [A100, aGpu({}, 1)], vms: [aVm({ assigned: [aPath(0), aPath(1)] })] })

  expect(gpusWith(host, host.vms[0]!, A100).map(({ slot }) => slot)).toEqual(['gpu1', 'gpu0'])
})
