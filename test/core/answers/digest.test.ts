import { expect, test } from '@jest/globals'
import { digestNotice, idleKey } from '../../../src/core/answers/digest'
import { hostName, type HostView } from '../../../src/core/inventory/inventory'
import { aGpu, aHost, aPath, aVm, aVmId } from '../../fakes/facts'

const holding = (name: string): HostView => ({
  name: hostName.parse(name),
  facts: aHost({
    name: hostName.parse(name),
    gpus: [aGpu({ problemCode: null })],
    vms: [aVm({ assigned: [aPath(0)] })],
  }),
  readAt: 0,
  error: null,
  paused: 'requests',
  pauseReason: null,
  marks: [],
  asides: [],
  bar: null,
})

test('a VM that computes nothing is not taken for the one of that id on another host', () => {
  const notice = digestNotice({
    views: [holding('hv01'), holding('hv02')],
    now: 1,
    requests: [],
    holders: new Map(),
    idle: new Map([[idleKey('hv02', aVmId(1)), 0]]),
    overdue: [],
    unmatched: [],
    findings: new Map([['hv01', [['look']]]]),
  })

  const held = JSON.stringify(notice.parts).match(/hv0[12]\/gpu0"},[^\]]*?computes nothing/g)
  expect(held).toHaveLength(1)
  expect(held![0]).toMatch(/^hv02/)
})
