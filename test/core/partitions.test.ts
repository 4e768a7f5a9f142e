import { describe, expect, it } from '@jest/globals'
import {
  gpuOfPartition,
  instanceIdIn,
  isParavirtual,
  partitionsInUse,
  partitionsOf,
  sharersOf,
} from '../../src/core/partitions'
import { aGpu, aHost, aParavirtual, aPartition, aVm } from '../fakes/facts'

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
    expect(partitionsInUse(host, gpus[0]!) + partitionsInUse(host, gpus[1]!)).toBe(0)
  })
})
