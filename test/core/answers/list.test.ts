import { describe, expect, test } from '@jest/globals'
import { listNotice, type ListInput } from '../../../src/core/answers/list'
import { notice as noticeSchema } from '../../../src/core/notice/notice'
import { aGpu, aHost, aPartition, aPath, aVm } from '../../fakes/facts'
import {
  HOUR,
  MINUTE,
  NOW,
  aFleet,
  aLine,
  aView,
  partOf,
  rowsOf,
  saysOf,
  textOf,
  unreadView,
} from './reading'

const LIST = { kind: 'list', free: false, mine: false, page: 1 } as const
const list = (changes: Partial<ListInput> = {}) =>
  listNotice({
    views: [aView(aHost())],
    command: LIST,
    now: NOW,
    requests: [],
    leases: [],
    mine: new Set(),
    offers: new Map(),
    ...changes,
  })

describe('where a GPU is', () => {
  const gpu = (changes: Parameters<typeof aGpu>[0]) => aHost({ gpus: [aGpu(changes)] })

  test.each([
    ['free on the host', aHost(), 'free'],
    ['held by a VM', aHost({ vms: [aVm({ assigned: [aPath(0)], state: 'Running' })] }), 'train-01 (Running)'],
    ['disabled', gpu({ problemCode: 22 }), 'disabled on the host'],
    [
      'dismounted',
      { ...gpu({ problemCode: null }), dismounted: [aPath(0)] },
      'dismounted, attached to nothing: needs attention',
    ],
    ['missing', gpu({ problemCode: null }), 'missing: the host shows no such device'],
    ['without ACS', gpu({ acs: 0 }), 'cannot be assigned: no ACS'],
    [
      'partitioned',
      aHost({
        gpus: [aGpu({ partition: aPartition() })],
        vms: [1, 2, 3].map((number) => aVm({ partitions: [{ gpu: aPartition().name, vram: null }] }, number)),
      }),
      'shared: 3 of 4 partitions in use (train-01, train-02, train-03)',
    ],
    [
      'split, with nobody sharing it yet',
      gpu({ partition: aPartition() }),
      'split into 4 partitions, none in use',
    ],
  ])('%s', (_, facts, where) => {
    const notice = list({ views: [aView(facts)] })

    expect(rowsOf(notice)).toEqual([`hv01/gpu0 | NVIDIA A100 80GB PCIe | ${where}`])
  })

  test('with the open request about it', () => {
    const notice = list({ requests: [aLine()] })

    expect(rowsOf(notice)[0]).toMatch(/\| free \(R-7 waiting for an approver\)$/)
  })

  test('a GPU that a running request is moving needs no attention', () => {
    const facts = { ...gpu({ problemCode: null }), dismounted: [aPath(0)] }

    const notice = list({ views: [aView(facts)], requests: [aLine({ state: 'running' })] })

    expect(rowsOf(notice)[0]).toMatch(/\| dismounted \(R-7 running\)$/)
  })

  test('a request that has ended says nothing about it any more', () => {
    const notice = list({ requests: [aLine({ state: 'denied' })] })

    expect(rowsOf(notice)[0]).toMatch(/\| free$/)
  })
})

describe('hosts', () => {
  test('are named with the age of their reading', () => {
    expect(textOf(list())).toContain('hv01 read 3 s ago')
  })

  test('that do not answer keep their last reading, and are not offered', () => {
    const views = [aView(aHost(), { error: 'timeout', readAt: NOW - 2 * HOUR })]

    const all = list({ views })
    const free = list({ views, command: { ...LIST, free: true } })

    expect(rowsOf(all)[0]).toMatch(/\| free, when last read$/)
    expect(textOf(all)).toContain('hv01 does not answer, last read 2 h ago')
    expect(textOf(free)).toContain('No GPU is free.')
  })

  test('that were never read are named beside the others', () => {
    const notice = list({ views: [aView(aHost()), unreadView('hv03')] })

    expect(textOf(notice)).toContain('hv03 does not answer, never read')
  })

  test('that are new are said to be being read', () => {
    const notice = list({ views: [aView(aHost()), { ...unreadView('hv04'), error: null }] })

    expect(textOf(notice)).toContain('hv04 is being read')
  })

  test('that are paused are flagged', () => {
    expect(textOf(list({ views: [aView(aHost(), { paused: 'requests' })] }))).toContain(
      'hv01 read 3 s ago, paused',
    )
  })

  test('that do not exist are refused with the nearest name', () => {
    const notice = list({ command: { ...LIST, host: 'hv02' } })

    expect(notice.tone).toBe('bad')
    expect(textOf(notice)).toContain('Did you mean hv01?')
  })

  test('are found whatever the case of the name', () => {
    expect(rowsOf(list({ command: { ...LIST, host: 'HV01' } }))).toHaveLength(1)
  })
})

describe('what is asked for', () => {
  const views = [
    aView(aHost({ gpus: [aGpu({}, 0), aGpu({}, 1), aGpu({}, 2)], vms: [aVm({ assigned: [aPath(0)] })] })),
  ]

  test('--free leaves out what is held and what is asked for', () => {
    const requests = [aLine({ gpu: 'hv01/gpu1' })]

    const notice = list({ views, requests, command: { ...LIST, free: true } })

    expect(rowsOf(notice).map((row) => row.split(' ')[0])).toEqual(['hv01/gpu2'])
    expect(notice.summary).toBe('1 GPU, 1 free')
  })

  test('--mine shows the GPUs of the person alone', () => {
    const notice = list({ views, mine: new Set(['hv01/gpu0']), command: { ...LIST, mine: true } })

    expect(rowsOf(notice).map((row) => row.split(' ')[0])).toEqual(['hv01/gpu0'])
  })

  test.each([
    ['nothing is free', { ...LIST, free: true }, [], /No GPU is free\. list shows where/],
    ['one holds nothing', { ...LIST, mine: true }, [aView(aHost())], /You hold no GPU\. list --free shows/],
    ['no host was read', LIST, [unreadView('hv03')], /No GPUs are known here/],
    ['no host is configured', LIST, [], /No hosts are configured/],
  ])('an empty answer says what to do next: %s', (name, command, given, words) => {
    const held = [aView(aHost({ vms: [aVm({ assigned: [aPath(0)] })] }))]

    const notice = list({ command, views: name === 'nothing is free' ? held : given })

    expect(textOf(notice)).toMatch(words)
  })
})

describe('a fleet of 1,000 GPUs', () => {
  const views = aFleet(125, 8)
  const at = (page: number) => list({ views, command: { ...LIST, page } })

  test('starts with twenty GPUs and a button to the next page', () => {
    const notice = at(1)

    expect(rowsOf(notice)).toHaveLength(20)
    expect(rowsOf(notice)[0]).toMatch(/^hv001\/gpu0 /)
    expect(saysOf(notice)).toEqual({ Next: 'list --page 2' })
    expect(textOf(notice)).toContain('Page 1 of 50')
    expect(notice.summary).toBe('1000 GPUs, 1000 free')
  })

  test('ends with the last GPU and a button back', () => {
    const notice = at(50)

    expect(rowsOf(notice).at(-1)).toMatch(/^hv125\/gpu7 /)
    expect(saysOf(notice)).toEqual({ Previous: 'list --page 49' })
  })

  test('a page past the end is the last one', () => {
    expect(at(9999)).toEqual(at(50))
  })

  test('every page is a well-formed notice of a few parts and well under 12,000 characters', () => {
    for (let page = 1; page <= 50; page += 1) {
      const notice = noticeSchema.parse(at(page))
      expect(notice.parts.length).toBeLessThanOrEqual(5)
      expect(JSON.stringify(notice).length).toBeLessThan(6_000)
    }
  })

  test('the pages together show every GPU once', () => {
    const aliases = Array.from({ length: 50 }, (_, page) =>
      rowsOf(at(page + 1)).map((row) => row.split(' ')[0]),
    )

    expect(new Set(aliases.flat()).size).toBe(1000)
    expect(aliases.flat()).toHaveLength(1000)
  })

  test('the hosts of the page and those in trouble are named, the rest counted', () => {
    const troubled = views.map((view, index) =>
      index === 100 ? { ...view, error: 'timeout', readAt: NOW - 5 * MINUTE } : view,
    )

    const notice = list({ views: troubled })

    const note = textOf({ ...notice, parts: [partOf(notice, 'note')] })
    expect(note).toBe(
      'hv001 read 3 s ago · hv002 read 3 s ago · hv003 read 3 s ago · hv101 does not answer, last read 5 min ago · 121 more hosts',
    )
  })

  test('a hundred hosts in trouble do not fill the message', () => {
    const notice = list({ views: views.map((view) => ({ ...view, paused: 'requests' as const })) })

    expect(textOf(notice)).toContain('105 more hosts, 105 of them paused, blocked or not answering')
  })

  test('the buttons keep the other flags', () => {
    const one = aFleet(1, 50)

    const notice = list({ views: one, command: { ...LIST, host: 'hv001', free: true, page: 2 } })

    expect(saysOf(notice)).toEqual({
      Previous: 'list --host hv001 --free',
      Next: 'list --host hv001 --free --page 3',
    })
  })
})
