import { describe, expect, it } from '@jest/globals'
import { hostsSchema } from '../../../src/host/powershell/config'
import { GIB, MIB } from '../../fakes/facts'

const read = (changes: object) => hostsSchema('linux').safeParse([{ name: 'hv01', via: 'local', ...changes }])

describe('what a configuration may say of a host that does not tell it', () => {
  it('is the width of its addresses, and the memory of its GPUs', () => {
    expect(
      read({ physicalAddressBits: 46, gpuMemory: { gpu0: '80GiB', 'NVIDIA L4': '24576MiB' } }).data,
    ).toEqual([
      expect.objectContaining({
        physicalAddressBits: 46,
        gpuMemory: { gpu0: 80 * GIB, 'NVIDIA L4': 24_576 * MIB },
      }),
    ])
    expect(24_576 * MIB).toBe(24 * GIB)
  })

  it('is the MMIO space of its VMs, or of GPUs', () => {
    expect(read({ highMmio: '400GiB', gpuHighMmio: { gpu1: '130GiB' } }).data).toEqual([
      expect.objectContaining({ highMmio: 400 * GIB, gpuHighMmio: { gpu1: 130 * GIB } }),
    ])
  })

  it('may be left out', () => {
    expect(read({}).success).toBe(true)
  })

  it.each([
    [{ physicalAddressBits: 16 }, 'physicalAddressBits'],
    [{ physicalAddressBits: '46' }, 'physicalAddressBits'],
    [{ gpuMemory: { gpu0: '80' } }, 'gpuMemory'],
    [{ gpuMemory: { gpu0: '0GiB' } }, 'gpuMemory'],
    [{ gpuMemory: { gpu0: 80 } }, 'gpuMemory'],
    [{ highMmio: '400' }, 'highMmio'],
    [{ gpuHighMmio: { gpu0: '0GiB' } }, 'gpuHighMmio'],
  ])('is refused as %j, and where that is', (changes, field) => {
    expect(read(changes).error?.issues.map(({ path }) => path[1])).toEqual([field])
  })
})
