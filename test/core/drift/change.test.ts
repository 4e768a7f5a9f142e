import { describe, expect, it } from '@jest/globals'
import { changesBetween, changeKey, factsTouchedBy } from '../../../src/core/drift/change'
import {
  except,
  onlyThese,
  snapshotOfHost,
  withMoved,
  type FactSnapshot,
} from '../../../src/core/drift/snapshot'
import { changeSentence } from '../../../src/core/drift/words'
import type { GpuFacts, HostFacts, VmFacts } from '../../../src/core/inventory/inventory'
import { aGpu, aHost, aPartition, aPath, aVm, aVmId } from '../../fakes/facts'

const gpu = (changes: Partial<GpuFacts> = {}) => aGpu(changes)
const vm = (changes: Partial<VmFacts> = {}) => aVm(changes)
const holding = vm({ assigned: [aPath(0)] })
const away = gpu({ problemCode: null, driverVersion: null })
const shared = (count = 4) => gpu({ partition: aPartition({ count }) })
const sharing = vm({ partitions: [{ gpu: aPartition().name, vram: null }] })
const unnamed = vm({ partitions: [{ gpu: null, vram: null }] })

const host = (gpus: GpuFacts[], vms: VmFacts[], dismounted: HostFacts['dismounted'] = []) =>
  aHost({ gpus, vms, dismounted })

/** What is told when the host was read as each of these, one after the other. */
const told = (...readings: readonly HostFacts[]): string[] => {
  let before: FactSnapshot | null = null
  return readings.flatMap((reading) => {
    const now = snapshotOfHost(reading, before ?? {})
    const changes = before === null ? [] : changesBetween(withMoved(before, now), now)
    before = now
    return changes.map(changeSentence)
  })
}

const atHost = host([gpu()], [vm()])
const assigned = host([away], [holding])
const forgotten = host([away], [vm()], [aPath(0)])

describe('what is told of a host that was read twice', () => {
  it.each<{ what: string; readings: HostFacts[]; says: string[] }>([
    { what: 'nothing changed', readings: [atHost, atHost], says: [] },
    {
      what: 'a GPU was assigned',
      readings: [atHost, assigned],
      says: ['hv01/gpu0 is assigned to train-01 (it was with its host)'],
    },
    {
      what: 'a GPU was given back',
      readings: [assigned, atHost],
      says: ['hv01/gpu0 is with its host (it was assigned to train-01)'],
    },
    {
      what: 'a GPU was removed from its VM and forgotten',
      readings: [assigned, forgotten],
      says: [
        'hv01/gpu0 is dismounted and attached to nothing, so nobody can use it (it was assigned to train-01)',
      ],
    },
    {
      what: 'a GPU was given to another VM',
      readings: [host([away], [holding, aVm({}, 2)]), host([away], [vm(), aVm({ assigned: [aPath(0)] }, 2)])],
      says: ['hv01/gpu0 is assigned to train-02 (it was assigned to train-01)'],
    },
    {
      what: 'a GPU was disabled',
      readings: [atHost, host([gpu({ problemCode: 22 })], [vm()])],
      says: ['hv01/gpu0 is disabled on its host (it was with its host)'],
    },
    {
      what: 'a GPU is not listed any more',
      readings: [atHost, host([], [vm()])],
      says: ['hv01/gpu0 is gone: the host shows no such device (it was with its host)'],
    },
    {
      what: 'a GPU is listed, but not present any more',
      readings: [assigned, host([away], [vm()])],
      says: ['hv01/gpu0 is gone: the host shows no such device (it was assigned to train-01)'],
    },
    {
      what: 'a GPU came',
      readings: [host([], [vm()]), atHost],
      says: ['hv01/gpu0 is new on the host'],
    },
    {
      what: 'a GPU came and is assigned',
      readings: [host([], [vm()]), assigned],
      says: ['hv01/gpu0 is new on the host, is assigned to train-01'],
    },
    {
      what: 'a GPU was moved to another slot',
      readings: [atHost, host([gpu({ locationPath: aPath(7) })], [vm()])],
      says: [`hv01/gpu0 sits elsewhere: ${aPath(0)} → ${aPath(7)}`],
    },
    {
      what: 'its host knows it anew, in another slot',
      readings: [atHost, host([aGpu({ slot: 'gpu0' }, 5)], [vm()])],
      says: [`hv01/gpu0 sits elsewhere: ${aPath(0)} → ${aPath(5)}`],
    },
    {
      what: 'its host knows it anew and a VM has it',
      readings: [atHost, host([aGpu({ slot: 'gpu0' }, 5)], [vm({ assigned: [aPath(5)] })])],
      says: [
        'hv01/gpu0 is assigned to train-01 (it was with its host)',
        `hv01/gpu0 sits elsewhere: ${aPath(0)} → ${aPath(5)}`,
      ],
    },
    {
      what: 'another card is in the slot',
      readings: [atHost, host([gpu({ slot: 'gpu1', instanceId: aGpu({}, 5).instanceId })], [vm()])],
      says: [
        'hv01/gpu1 is new on the host',
        'hv01/gpu0 is gone: the host shows no such device (it was with its host)',
      ],
    },
    {
      what: 'its driver was updated',
      readings: [atHost, host([gpu({ driverVersion: '32.0.15.1' })], [vm()])],
      says: ['hv01/gpu0 has another driver on the host: 31.0.15.5222 → 32.0.15.1'],
    },
    {
      what: 'its driver was updated while a VM had it',
      readings: [atHost, assigned, host([gpu({ driverVersion: '32.0.15.1' })], [vm()])],
      says: [
        'hv01/gpu0 is assigned to train-01 (it was with its host)',
        'hv01/gpu0 is with its host (it was assigned to train-01)',
        'hv01/gpu0 has another driver on the host: 31.0.15.5222 → 32.0.15.1',
      ],
    },
    {
      what: 'it was split otherwise',
      readings: [host([shared(1)], [vm()]), host([shared(4)], [vm()])],
      says: ['hv01/gpu0 is split otherwise: 1 → 4 partitions'],
    },
    {
      what: 'its driver told nothing of partitions for a while',
      readings: [host([shared(4)], [vm()]), atHost, host([shared(4)], [vm()])],
      says: [],
    },
    {
      what: 'a VM was given a partition',
      readings: [host([shared()], [vm()]), host([shared()], [sharing])],
      says: ['train-01 has a partition of hv01/gpu0'],
    },
    {
      what: 'a VM lost its partition',
      readings: [host([shared()], [sharing]), host([shared()], [vm()])],
      says: ['train-01 has no partition of hv01/gpu0 any more'],
    },
    {
      what: 'a VM was given a partition, and the host does not tell of which GPU',
      readings: [
        host([shared(), aGpu({ partition: aPartition({}, 1) }, 1)], [vm()]),
        host([shared(), aGpu({ partition: aPartition({}, 1) }, 1)], [unnamed]),
      ],
      says: ['train-01 has a partition of a GPU that the host does not name'],
    },
    {
      what: 'a VM was created',
      readings: [atHost, host([gpu()], [vm(), aVm({}, 2)])],
      says: ['The VM train-02 is new'],
    },
    {
      what: 'a VM was deleted together with its partition',
      readings: [host([shared()], [sharing]), host([shared()], [])],
      says: ['The VM train-01 is gone'],
    },
    {
      what: 'a VM was deleted and its GPU forgotten',
      readings: [assigned, host([away], [], [aPath(0)])],
      says: [
        'hv01/gpu0 is dismounted and attached to nothing, so nobody can use it (it was assigned to train-01)',
        'The VM train-01 is gone',
      ],
    },
    {
      what: 'a VM that has a GPU was renamed',
      readings: [assigned, host([away], [{ ...holding, name: 'train-1b' }])],
      says: ['The VM train-01 is called train-1b now'],
    },
    {
      what: 'a VM was started and its settings were changed',
      readings: [atHost, host([gpu()], [vm({ state: 'Running', checkpoints: 3 })])],
      says: [],
    },
    {
      what: 'the same host was read in another order',
      readings: [
        host([gpu(), aGpu({}, 1)], [vm(), aVm({}, 2)]),
        host([aGpu({}, 1), gpu()], [aVm({}, 2), vm()]),
      ],
      says: [],
    },
  ])('$what', ({ readings, says }) => {
    expect(told(...readings)).toEqual(says)
  })
})

describe('two standings of a host', () => {
  const before = snapshotOfHost(atHost, {})
  const now = snapshotOfHost(host([away], [holding, aVm({}, 2)]), before)
  const [place, created] = changesBetween(before, now)

  it('are mixed fact by fact, and what was left is the change that remains', () => {
    const left = new Set([place!.name])

    expect(changesBetween(before, except(now, before, left))).toEqual([created])
    expect(changesBetween(except(now, before, left), now)).toEqual([place])
    expect(changesBetween(before, onlyThese(now, before, left))).toEqual([place])
  })

  it('name the same change alike whenever it is made, and another one otherwise', () => {
    const again = changesBetween(snapshotOfHost(forgotten, {}), now)[0]!
    const away = changesBetween(now, snapshotOfHost(forgotten, {}))[0]!

    expect(changeKey(again)).toBe(changeKey(place!))
    expect(changeKey(away)).not.toBe(changeKey(place!))
  })

  it('do not differ by what the steps of a plan touch, once that is taken over', () => {
    const { instanceId, locationPath } = gpu()
    const ref = { alias: 'hv01/gpu0', instanceId, locationPath }
    const touched = factsTouchedBy([
      { kind: 'disableDevice', gpu: ref },
      { kind: 'attachDevice', gpu: ref, vm: { id: aVmId(1), name: 'train-01' } },
      { kind: 'startVm', vm: { id: aVmId(1), name: 'train-01' } },
    ])

    expect(changesBetween(onlyThese(now, before, touched), now)).toEqual([created])
  })
})
