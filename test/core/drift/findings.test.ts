import { describe, expect, it } from '@jest/globals'
import { driftFindings, type Holding } from '../../../src/core/drift/findings'
import { format } from '../../../src/core/grammar/format'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import { aGpu, aHost, aPath, aVm, aVmId } from '../../fakes/facts'

const away = [aGpu({ problemCode: null })]
const pooled = [aGpu({ problemCode: null, pool: 'cluster GPUs' })]
const train1 = { id: aVmId(1), name: 'train-01' }
const record = (vm: Holding['vm']): Holding => ({
  leaseId: 'R-3',
  host: 'hv01',
  locationPath: aPath(0),
  vm,
})
const WHY = 'because "hv01 was changed outside the bot"'
const ACCEPT = 'accept hv01/gpu0'

const heldBy = (number: 1 | 2, state: 'Running' | 'Off' = 'Off'): HostFacts =>
  aHost({
    gpus: away,
    vms: [1, 2].map((each) => aVm({ assigned: each === number ? [aPath(0)] : [], state }, each)),
  })

describe('what can be done', () => {
  it.each<{ about: string; host: HostFacts; records: Holding[]; ways: string[] }>([
    { about: 'a GPU that is with its host', host: aHost(), records: [], ways: [] },
    { about: 'a GPU of which there is no record', host: heldBy(1), records: [], ways: [] },
    { about: 'a GPU that is where its record says', host: heldBy(1), records: [record(train1)], ways: [] },
    {
      about: 'a disabled GPU that was released',
      host: aHost({ gpus: [aGpu({ problemCode: 22 })] }),
      records: [record(null)],
      ways: [`release hv01/gpu0 ${WHY}`],
    },
    {
      about: 'a GPU in another VM',
      host: heldBy(2),
      records: [record(train1)],
      ways: [`move hv01/gpu0 to hv01/train-01 --restore R-3 ${WHY}`, ACCEPT],
    },
    {
      about: 'a GPU in another VM, both of which run',
      host: heldBy(2, 'Running'),
      records: [record(train1)],
      ways: [`move hv01/gpu0 to hv01/train-01 --shutdown --restore R-3 ${WHY}`, ACCEPT],
    },
    {
      about: 'a GPU that was taken back',
      host: aHost(),
      records: [record(train1)],
      ways: [`assign hv01/gpu0 to hv01/train-01 --restore R-3 ${WHY}`, ACCEPT],
    },
    {
      about: 'a GPU that was taken and forgotten',
      host: aHost({ gpus: away, dismounted: [aPath(0)] }),
      records: [record(train1)],
      ways: [`assign hv01/gpu0 to hv01/train-01 --restore R-3 ${WHY}`, `release hv01/gpu0 ${WHY}`, ACCEPT],
    },
    {
      about: 'a GPU that was released and given away',
      host: heldBy(2),
      records: [record(null)],
      ways: [`release hv01/gpu0 ${WHY}`, ACCEPT],
    },
    {
      about: 'a GPU whose VM is gone',
      host: aHost({ vms: [] }),
      records: [record(train1)],
      ways: [ACCEPT],
    },
    {
      about: 'a dismounted GPU that nobody asked for',
      host: aHost({ gpus: away, dismounted: [aPath(0)] }),
      records: [],
      ways: [`release hv01/gpu0 ${WHY}`],
    },
    {
      about: 'a dismounted GPU that a resource pool may have',
      host: aHost({ gpus: away, dismounted: [aPath(0)], pools: 'unknown' }),
      records: [record(train1)],
      ways: [ACCEPT],
    },
    {
      about: 'a GPU in a resource pool, of which there is a record',
      host: aHost({ gpus: pooled, dismounted: [aPath(0)] }),
      records: [record(train1)],
      ways: [ACCEPT],
    },
    {
      about: 'a GPU whose host has to restart first',
      host: aHost({ gpus: [aGpu({ problemCode: 14 })] }),
      records: [record(train1)],
      ways: [ACCEPT],
    },
    {
      about: 'a GPU that is gone, of which there is a record',
      host: aHost({ gpus: away }),
      records: [record(train1)],
      ways: [ACCEPT, 'forget hv01/gpu0'],
    },
    {
      about: 'a GPU that is gone',
      host: aHost({ gpus: away }),
      records: [],
      ways: ['forget hv01/gpu0'],
    },
    {
      about: 'a GPU of another host with the same path',
      host: aHost(),
      records: [{ ...record(train1), host: 'hv02' }],
      ways: [],
    },
  ])('about $about', ({ host, records, ways }) => {
    const found = driftFindings(host, records, []).flatMap((each) => each.ways)

    expect(found.map(({ command }) => format(command))).toEqual(ways)
  })
})

describe('of use to nobody', () => {
  it.each<[string, HostFacts, string[]]>([
    ['a GPU that waits for a restart', aHost({ gpus: [aGpu({ problemCode: 14 })] }), ['restart-pending']],
    [
      'a dismounted GPU of which no pool is known',
      aHost({ gpus: away, dismounted: [aPath(0)], pools: 'unknown' }),
      ['dismounted'],
    ],
    ['not what a resource pool keeps', aHost({ gpus: pooled, dismounted: [aPath(0)] }), []],
  ])('is %s', (_, host, places) => {
    expect(driftFindings(host, [], []).map(({ place, ways }) => [place, ways])).toEqual(
      places.map((place) => [place, []]),
    )
  })
})
