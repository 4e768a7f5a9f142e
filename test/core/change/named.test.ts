import { describe, expect, it } from '@jest/globals'
import { aGpu, aHost, aPartition, aPath, aVm, aVmId, GIB } from '../../fakes/facts'
import { changeIn, meant } from '../planner/scene'

const host = aHost({
  gpus: [aGpu(), aGpu({ partition: aPartition({}, 1) }, 1), aGpu({}, 2), aGpu({}, 3)],
  vms: [
    aVm({ name: 'free-01' }, 1),
    aVm({ name: 'one-01', assigned: [aPath(0)] }, 2),
    aVm({ name: 'two-01', assigned: [aPath(2), aPath(3)] }, 3),
    aVm({ name: 'vdi-01', partitions: [{ gpu: aPartition({}, 1).name, vram: null }] }, 4),
  ],
})
const change = (text: string) => meant(text, host)
const refusal = (text: string) => {
  const found = changeIn(text, host)
  return found.ok ? [] : found.refusals.map(({ reason, next }) => `${reason}. ${next ?? ''}`)
}
const consents = { shutdown: false, powerOff: false, noStart: false }

describe('names become the GPU, the VM and what is agreed to', () => {
  it.each<[string, object]>([
    ['assign gpu0 to free-01', { action: 'assign', mode: 'dda', gpus: [aPath(0)], vm: aVmId(1) }],
    ['assign gpu0 to free-01 --mmio more', { action: 'assign', mode: 'dda', mmio: 'more' }],
    [
      'assign gpu1 to free-01 --mode partition',
      { action: 'assign', mode: 'partition', gpus: [aPath(1)], vram: null },
    ],
    ['assign gpu1 to free-01 --mode partition --vram 8GiB', { mode: 'partition', vram: 8 * GIB }],
    ['move gpu0 to free-01 --power-off', { action: 'move', consents: { ...consents, powerOff: true } }],
    ['move gpu0 from one-01 to free-01', { action: 'move', gpus: [aPath(0)], vm: aVmId(1) }],
    ['assign gpu0 to free-01 --restore R-7', { restores: 'R-7' }],
    ['partition gpu1 into 8', { action: 'partition', mode: 'partition', count: 8, consents }],
    ['resize vdi-01 --vram 6GiB', { action: 'resize', mode: 'partition', gpus: [aPath(1)], vram: 6 * GIB }],
    ['resize one-01 --mmio more', { action: 'resize', mode: 'dda', gpus: [aPath(0)], vm: aVmId(2) }],
  ])('%s', (text, expected) => {
    expect(change(text.replace(/\bgpu/g, 'hv01/gpu'))).toMatchObject({ host: 'hv01', ...expected })
  })

  it('a release is of what the name has: a GPU, the one GPU of a VM, or its partition', () => {
    const whole = { action: 'release', mode: 'dda', host: 'hv01', gpus: [aPath(0)], consents }
    const part = { ...whole, mode: 'partition', gpus: [aPath(1)], vm: aVmId(4) }

    expect(change('release hv01/gpu0')).toEqual(whole)
    expect(change('release one-01')).toEqual(whole)
    expect(change('release vdi-01')).toEqual(part)
    expect(change('release hv01/gpu1')).toEqual(part)
  })
})

describe('what does not say one thing is refused, with what to say instead', () => {
  it.each([
    ['release hv01', 'hv01 is a host. Name one GPU, such as `release hv01/gpu0`.'],
    ['release free-01', 'free-01 has no GPU. See `list --mine` or `list`.'],
    ['release two-01', 'two-01 has 2 GPUs. Say which: `release hv01/gpu2` or `release hv01/gpu3`.'],
    [
      'move hv01/gpu0 from two-01 to free-01',
      'two-01 does not have hv01/gpu0. `show hv01/gpu0` says who has it.',
    ],
    [
      'assign hv01/gpu0 to free-01 --vram 8GiB',
      'Only a partition has its own amount of video memory; a whole GPU has all of its own. Add `--mode partition`, or leave `--vram` out.',
    ],
    [
      'assign hv01/gpu1 to free-01 --mode partition --mmio 8GiB',
      'MMIO space is chosen for whole GPUs; for a partition the bot sets what Microsoft says. Leave `--mmio` out.',
    ],
    [
      'resize one-01 --vram 8GiB',
      'one-01 has no partition of a GPU that could be resized. `show one-01` says what it has.',
    ],
    [
      'resize vdi-01 --mmio more',
      'vdi-01 has no whole GPU for which it needs MMIO space. `show vdi-01` says what it has.',
    ],
    [
      'resize one-01',
      'What of one-01 shall be resized?. Add `--vram SIZE` for its partition of a GPU, or `--mmio SIZE` for the MMIO space of its whole GPUs.',
    ],
    [
      'resize one-01 --vram 8GiB --mmio more',
      'What of one-01 shall be resized?. Add `--vram SIZE` for its partition of a GPU, or `--mmio SIZE` for the MMIO space of its whole GPUs.',
    ],
  ])('%s', (text, expected) => {
    expect(refusal(text)).toEqual([expected])
  })

  it('a GPU that several VMs share', () => {
    const name = aPartition({}, 1).name
    const shared = aHost({
      gpus: [aGpu({ partition: aPartition({}, 1) }, 1)],
      vms: [1, 2].map((n) => aVm({ name: `vdi-0${n}`, partitions: [{ gpu: name, vram: null }] }, n)),
    })
    const found = changeIn('release hv01/gpu1', shared)

    expect(found.ok ? [] : found.refusals).toEqual([
      expect.objectContaining({
        reason: 'hv01/gpu1 is shared by 2 VMs',
        next: 'Say which: `release vdi-01` or `release vdi-02`.',
      }),
    ])
  })

  it('says all that is wrong at once', () => {
    expect(refusal('move hv01/gpu9 from nobody to no-vm')).toEqual([
      expect.stringContaining('gpu9'),
      expect.stringContaining('no-vm'),
      expect.stringContaining('nobody'),
    ])
  })
})
