/** Each step on its own: what it says, what a host must show before it, and what shows that it was done. */
import { describe, expect, it } from '@jest/globals'
import { vmFacts, type HostFacts } from '../../../src/core/inventory/inventory'
import { readStep, saysOf, undoOf, type Step } from '../../../src/core/plan/step'
import { aGpu, aHost, anOs, aPartition, aVm, apply, GIB, withGpu, withVm } from '../../fakes/facts'

const gpu = aGpu({ partition: aPartition() })
const vm = aVm({ name: 'train-01' })
const ref = { alias: 'hv01/gpu0', instanceId: gpu.instanceId, locationPath: gpu.locationPath }
const to = { id: vm.id, name: vm.name }
const partition = { name: gpu.partition!.name, commands: 'current' } as const
const vram = (gib: number) => ({ min: gib * GIB, max: gib * GIB, optimal: gib * GIB })

const host = aHost({ os: anOs('2025'), gpus: [gpu], vms: [vm] })
const running = withVm(host, vm.id, { state: 'Running' })
const disabled = withGpu(host, gpu.locationPath, { problemCode: 22 })
const dismounted = { ...disabled, dismounted: [gpu.locationPath] }
const attached = withVm(host, vm.id, { assigned: [gpu.locationPath] })
const shared = withVm(host, vm.id, { partitions: [{ gpu: partition.name, vram: vram(8) }] })
const withoutVm: HostFacts = { ...host, vms: [] }
const withoutGpu: HostFacts = { ...host, gpus: [] }
const anotherGpu = withGpu(host, gpu.locationPath, { instanceId: aGpu({}, 7).instanceId })
const unread = withVm(host, vm.id, { partitions: [{ gpu: null, vram: null }] })

type Case = readonly [says: string, step: Step, ground: HostFacts, not: readonly HostFacts[]]
const CASES: readonly Case[] = [
  [
    'Shut down train-01 through its guest',
    { kind: 'stopVm', vm: to, how: 'shutdown' },
    running,
    [withoutVm, withVm(host, vm.id, { state: 'Saved' })],
  ],
  ['Turn off train-01 (power cut)', { kind: 'stopVm', vm: to, how: 'turn-off' }, running, [withoutVm]],
  ['Start train-01', { kind: 'startVm', vm: to }, host, [withoutVm, withVm(host, vm.id, { state: 'Saved' })]],
  [
    'Set train-01: stop action TurnOff, guest-controlled cache types on, low MMIO 3 GiB, high MMIO 33 GiB, automatic checkpoints on',
    {
      kind: 'setVm',
      vm: to,
      from: vm.settings,
      to: {
        automaticStopAction: 'TurnOff',
        guestControlledCacheTypes: true,
        lowMmioBytes: 3 * GIB,
        highMmioBytes: 33 * GIB,
        automaticCheckpoints: true,
      },
    },
    host,
    [running, withoutVm],
  ],
  [
    'Set train-01: guest-controlled cache types off, automatic checkpoints off',
    {
      kind: 'setVm',
      vm: to,
      from: { guestControlledCacheTypes: true, automaticCheckpoints: true },
      to: { guestControlledCacheTypes: false, automaticCheckpoints: false },
    },
    aHost({
      vms: [
        vmFacts.parse({
          ...vm,
          settings: { ...vm.settings, guestControlledCacheTypes: true, automaticCheckpoints: true },
        }),
      ],
    }),
    [withoutVm],
  ],
  [
    'Tell the cluster what to do with train-01 when it goes offline: force shutdown',
    { kind: 'setOfflineAction', vm: to, from: 1, to: 3 },
    withVm(host, vm.id, { offlineAction: 1 }),
    [running, withoutVm],
  ],
  [
    'Tell the cluster what to do with train-01 when it goes offline: action 1',
    { kind: 'setOfflineAction', vm: to, from: 3, to: 1 },
    withVm(host, vm.id, { offlineAction: 3 }),
    [running],
  ],
  [
    'Disable hv01/gpu0 on the host',
    { kind: 'disableDevice', gpu: ref },
    host,
    [anotherGpu, attached, withoutGpu],
  ],
  ['Enable hv01/gpu0 on the host', { kind: 'enableDevice', gpu: ref }, disabled, [dismounted, attached]],
  [
    'Mount hv01/gpu0 back on the host',
    { kind: 'mountDevice', gpu: ref, force: false },
    dismounted,
    [attached, withoutGpu],
  ],
  [
    'Add hv01/gpu0 to train-01',
    { kind: 'attachDevice', gpu: ref, vm: to },
    dismounted,
    [host, { ...dismounted, vms: [] }, withVm(dismounted, vm.id, { state: 'Running' })],
  ],
  [
    'Remove hv01/gpu0 from train-01',
    { kind: 'detachDevice', gpu: ref, vm: to },
    attached,
    [host, withVm(attached, vm.id, { state: 'Running' })],
  ],
  [
    'Split hv01/gpu0 into 8 partitions (now 4)',
    { kind: 'setPartitionCount', gpu: ref, partition, from: 4, to: 8 },
    host,
    [
      shared,
      anotherGpu,
      attached,
      unread,
      withGpu(host, gpu.locationPath, { partition: aPartition({ count: 2 }) }),
    ],
  ],
  [
    'Split hv01/gpu0 into one partition (now 4)',
    { kind: 'setPartitionCount', gpu: ref, partition, from: 4, to: 1 },
    host,
    [withoutGpu, withGpu(host, gpu.locationPath, { partition: null })],
  ],
  [
    'Give train-01 a partition of hv01/gpu0',
    { kind: 'addPartition', gpu: ref, vm: to, partition, vram: null },
    host,
    [running, attached, withoutVm],
  ],
  [
    'Give train-01 a partition of hv01/gpu0 with 8 GiB of video memory',
    { kind: 'addPartition', gpu: ref, vm: to, partition, vram: vram(8) },
    host,
    [withVm(shared, vm.id, { partitions: [{ gpu: partition.name, vram: vram(4) }] })],
  ],
  [
    'Take the partition of hv01/gpu0 away from train-01',
    { kind: 'removePartition', gpu: ref, vm: to, partition, vram: vram(8) },
    shared,
    [withVm(shared, vm.id, { state: 'Running' }), withoutVm],
  ],
  [
    'Set the partition of hv01/gpu0 in train-01: 2 GiB to 6 GiB of video memory (best 4 GiB)',
    {
      kind: 'setPartition',
      gpu: ref,
      vm: to,
      partition,
      from: vram(8),
      to: { min: 2 * GIB, max: 6 * GIB, optimal: 4 * GIB },
    },
    shared,
    [host, withVm(shared, vm.id, { state: 'Running' })],
  ],
]

describe.each(CASES)('%s', (says, step, ground, not) => {
  it('says so, and so does what takes it back of its own', () => {
    expect(saysOf(step)).toBe(says)
    expect(saysOf(undoOf(step))).not.toBe(says)
  })

  it('can be done on its ground, and the host shows that it was', () => {
    expect(readStep(step, ground)).toBe('ready')
    expect(readStep(step, apply(step, ground))).toBe('done')
    expect(readStep(undoOf(step), apply(step, ground))).toBe('ready')
  })

  it.each(not.map((each, n) => [n, each] as const))(
    'is not begun where somebody else acted (%d)',
    (_, other) => {
      expect(readStep(step, other)).toBe('changed')
    },
  )
})

describe('a partition', () => {
  const wanted = vram(8)
  const step: Step = { kind: 'addPartition', gpu: ref, vm: to, partition, vram: wanted }
  const holding = (...of: { min: number; max: number; optimal: number }[]) =>
    withVm(host, vm.id, { partitions: of.map((each) => ({ gpu: partition.name, vram: each })) })

  it.each([
    ['less at least', { ...wanted, min: 1 }],
    ['more at most', { ...wanted, max: 9 * GIB }],
    ['another best', { ...wanted, optimal: 7 * GIB }],
  ])('with %s is not the one that was to be given', (_, other) => {
    expect(readStep(step, holding(other))).toBe('changed')
  })

  it('is there once, and twice is something else', () => {
    expect(readStep(step, holding(wanted))).toBe('done')
    expect(readStep(step, holding(wanted, wanted))).toBe('changed')
    expect(readStep({ ...step, vram: null }, holding(vram(3)))).toBe('done')
  })
})
