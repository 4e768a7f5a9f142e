/** What Hyper-V itself would say about partitions of GPUs, whatever the bot expects. */
import { describe, expect, it } from '@jest/globals'
import type { PartitionVram } from '../../../src/core/inventory/inventory'
import { isPartitionable, partitionsOf } from '../../../src/core/inventory/partitions'
import type { Step } from '../../../src/core/plan/step'
import { opened } from './opened'

const GIB = 2 ** 30
const exactly = (bytes: number): PartitionVram => ({ min: bytes, max: bytes, optimal: bytes })

const on = (file: 'default' | 'odd', host: string, slot: string) => {
  const scene = opened(file, host)
  const found = scene.world.facts(host).gpus.find((gpu) => gpu.slot === slot)!
  const name = isPartitionable(found) ? found.partition.name : 'none'
  const gpu = { gpu: scene.gpu(slot), partition: { name, commands: 'current' as const } }
  const now = () => {
    const facts = scene.world.facts(host)
    return { facts, gpu: facts.gpus.find((each) => each.slot === slot)! }
  }
  const held = (vm: string) => {
    const { facts, gpu: device } = now()
    return partitionsOf(
      facts,
      facts.vms.find((each) => each.name === vm)!,
      device,
    )
  }
  const add = (vm: string, vram: PartitionVram | null = null): Promise<unknown> =>
    scene.attempt({ kind: 'addPartition', ...gpu, vm: scene.vm(vm), vram })
  return { ...scene, ref: gpu, now, held, add }
}
const DONE = { kind: 'done' }
const refusedWith = (code: string, message: RegExp) => ({
  kind: 'refused',
  code,
  message: expect.stringMatching(message),
})

describe('partitions', () => {
  it('are added, sized and removed, and take video memory while they are there', async () => {
    const scene = on('default', 'hv02', 'gpu0')
    scene.world.setVmState('hv02', 'vdi-01', 'Off')
    scene.world.setVmSettings('hv02', 'vdi-01', { automaticStopAction: 'TurnOff' })
    const before = scene.now().gpu.partition!.vram.available

    expect(await scene.add('vdi-01', exactly(8 * GIB))).toEqual(DONE)
    expect(scene.now().gpu.partition!.vram.available).toBe(before - 8 * GIB)

    const vm = scene.vm('vdi-01')
    const resize: Step = {
      kind: 'setPartition',
      ...scene.ref,
      vm,
      from: exactly(8 * GIB),
      to: exactly(6 * GIB),
    }
    expect(await scene.attempt(resize)).toEqual(DONE)
    expect(scene.held('vdi-01')).toEqual([{ gpu: scene.ref.partition.name, vram: exactly(6 * GIB) }])

    expect(await scene.attempt({ kind: 'removePartition', ...scene.ref, vm, vram: null })).toEqual(DONE)
    expect(scene.held('vdi-01')).toEqual([])
  })

  it('are refused to a VM that would be saved, or of more memory than the GPU has', async () => {
    const scene = on('default', 'hv02', 'gpu0')

    expect(await scene.add('vdi-01')).toEqual(refusedWith('OperationFailed', /SIMULATED.*saved/))
    scene.world.setVmState('hv02', 'vdi-01', 'Off')
    scene.world.setVmSettings('hv02', 'vdi-01', { automaticStopAction: 'TurnOff' })
    expect(await scene.add('vdi-01', exactly(96 * GIB))).toEqual(
      refusedWith('InvalidParameter', /SIMULATED.*video memory/),
    )
  })

  it('that are not there cannot be changed', async () => {
    const scene = on('default', 'hv02', 'gpu0')
    const vm = scene.vm('vdi-01')

    expect(await scene.attempt({ kind: 'removePartition', ...scene.ref, vm, vram: null })).toEqual(
      refusedWith('ObjectNotFound', /^Unable to find a Gpu partition adapter matching the given criteria\.$/),
    )
  })

  it('are offered only by a GPU that the host uses, and not while it is dismounted', async () => {
    const scene = on('default', 'hv02', 'gpu0')

    expect(await scene.attempt({ kind: 'disableDevice', gpu: scene.ref.gpu })).toEqual(DONE)

    expect(scene.now().gpu.partition).toBeNull()
    expect(await scene.add('vdi-06')).toEqual(refusedWith('ObjectNotFound', /no partitionable GPU/))
    expect(await scene.attempt({ kind: 'dismountDevice', gpu: scene.ref.gpu, force: true })).toEqual(
      refusedWith('OperationFailed', /partitions .* in use/),
    )
  })

  it('of an older module do not tell their GPU', () => {
    const scene = opened('odd', 'narrow')
    const { name } = scene.world.facts('narrow').gpus[1]!.partition!
    scene.world.setVmSettings('narrow', 'small-01', { automaticStopAction: 'TurnOff' })

    scene.world.act('narrow', {
      kind: 'addPartition',
      gpu: scene.gpu('gpu1'),
      partition: { name, commands: 'older' },
      vm: scene.vm('small-01'),
      vram: null,
    })

    expect(scene.world.facts('narrow').vms[0]!.partitions).toEqual([{ gpu: null, vram: null }])
    expect(name).toMatch(/\\GPUPARAV$/)
  })
})

describe('the count', () => {
  it('is one that the driver offers, and changes only while no partition is in use', async () => {
    const scene = on('default', 'hv02', 'gpu0')
    const into = (to: number) => scene.attempt({ kind: 'setPartitionCount', ...scene.ref, from: 4, to })

    expect(await into(8)).toEqual(refusedWith('OperationFailed', /in use/))
    scene.world.act('hv02', {
      kind: 'removePartition',
      ...scene.ref,
      vm: scene.vm('vdi-05'),
      vram: null,
    })
    expect(await into(3)).toEqual(refusedWith('InvalidParameter', /SIMULATED/))
    expect(await into(8)).toEqual(DONE)
    expect(scene.now().gpu.partition).toMatchObject({ count: 8 })
  })
})

describe('a VM with a partition', () => {
  const startOf = async (scene: ReturnType<typeof on>, vm: string) =>
    scene.attempt({ kind: 'startVm', vm: scene.vm(vm) })

  it('starts', async () => {
    const scene = on('default', 'hv02', 'gpu0')
    scene.world.setVmSettings('hv02', 'vdi-06', { automaticStopAction: 'TurnOff' })
    await scene.add('vdi-06')

    expect(await startOf(scene, 'vdi-06')).toEqual(DONE)
  })

  it('does not start where its GPU is gone (E10)', async () => {
    const scene = on('default', 'hv02', 'gpu0')
    scene.world.setVmSettings('hv02', 'vdi-06', { automaticStopAction: 'TurnOff' })
    await scene.add('vdi-06')
    scene.world.act('hv02', { kind: 'disableDevice', gpu: scene.ref.gpu })

    expect(await startOf(scene, 'vdi-06')).toEqual(
      refusedWith('OperationFailed', /Insufficient system resources exist to complete the requested service/),
    )
  })

  it('is not saved', () => {
    const scene = on('default', 'hv02', 'gpu0')

    expect(() => scene.world.setVmState('hv02', 'vdi-05', 'Saved')).toThrow(/cannot be saved/)
  })

  it("has its cluster's offline action set, and one that is in no cluster has none", async () => {
    const scene = on('default', 'hv02', 'gpu0')
    const set = (vm: string): Step => ({ kind: 'setOfflineAction', vm: scene.vm(vm), from: 1, to: 3 })

    expect(await scene.attempt(set('vdi-06'))).toEqual(DONE)
    expect(await scene.attempt(set('vdi-05'))).toEqual(refusedWith('ObjectNotFound', /SIMULATED/))
    expect(scene.now().facts.vms.find((vm) => vm.name === 'vdi-06')!.offlineAction).toBe(3)
  })
})
