import { describe, expect, it } from '@jest/globals'
import {
  gpuOfPartition,
  instanceIdIn,
  isParavirtual,
  maybeSharersOf,
  partitionsInUse,
  partitionsOf,
  sharersOf,
  sharerWords,
} from '../../../src/core/inventory/partitions'
import { aGpu, aHost, aParavirtual, aPartition, aVm } from '../../fakes/facts'

describe('the name of a partitionable GPU', () => {
  const instance = aGpu().instanceId.toUpperCase()

  it.each([
    ['of an SR-IOV GPU', aPartition().name],
    ['of a paravirtual GPU', aParavirtual().name],
    ['in capitals', aPartition().name.toUpperCase()],
  ])('%s holds its instance id', (_, name) => {
    expect(instanceIdIn(name)).toBe(instance)
  })

  it('tells paravirtual from SR-IOV', () => {
    expect(isParavirtual(aGpu({ partition: aParavirtual() }))).toBe(true)
    expect(isParavirtual(aGpu({ partition: aPartition() }))).toBe(false)
    expect(isParavirtual(aGpu())).toBe(false)
  })
})

describe('whose partition it is', () => {
  const gpus = [aGpu({ partition: aPartition() }), aGpu({ partition: aPartition({}, 1) }, 1)]
  const named = aVm({ partitions: [{ gpu: aPartition({}, 1).name, vram: null }] })
  const untold = aVm({ partitions: [{ gpu: null, vram: null }] }, 2)

  it('is told by its name', () => {
    const host = aHost({ gpus, vms: [named] })

    expect(gpuOfPartition(host, named.partitions[0]!)?.slot).toBe('gpu1')
    expect(sharersOf(host, gpus[1]!)).toEqual([named])
    expect(sharersOf(host, gpus[0]!)).toEqual([])
  })

  it('is of the one GPU that offers any, where the host does not tell', () => {
    const host = aHost({ gpus: [gpus[0]!, aGpu({}, 1)], vms: [untold] })

    expect(partitionsOf(host, untold, host.gpus[0]!)).toHaveLength(1)
    expect(partitionsInUse(host, host.gpus[0]!)).toBe(1)
  })

  it('is not known where several offer them and the host does not tell', () => {
    const host = aHost({ gpus, vms: [untold] })

    expect(gpuOfPartition(host, untold.partitions[0]!)).toBeUndefined()
    expect(sharersOf(host, gpus[0]!)).toEqual([])
  })

  it('counts against each that it may be of, so that none of them looks free', () => {
    const host = aHost({ gpus: [...gpus, aGpu({}, 2)], vms: [named, untold] })

    expect(host.gpus.map((gpu) => partitionsInUse(host, gpu))).toEqual([1, 2, 0])
    expect(maybeSharersOf(host, gpus[0]!)).toEqual([untold])
    expect(sharerWords(host, gpus[1]!)).toBe(
      'train-01; train-02 of a GPU that the host does not tell, which may be this one',
    )
  })

  it('counts against every GPU where no driver offers any at the moment', () => {
    const host = aHost({ gpus: [aGpu(), aGpu({}, 1)], vms: [untold] })

    expect(host.gpus.map((gpu) => partitionsInUse(host, gpu))).toEqual([1, 1])
  })
})
