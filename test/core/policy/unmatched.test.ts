import { describe, expect, it } from '@jest/globals'
import type { HostView } from '../../../src/core/inventory/inventory'
import { unmatchedIn } from '../../../src/core/policy/unmatched'
import { aHost } from '../../fakes/facts'
import { aView, unreadView } from '../answers/reading'
import { aPolicy } from './team'

const rule = (names: object) => ({
  name: 'guarded',
  ask: ['research'],
  approve: { by: ['platform'] },
  ...names,
})
const told = (names: object, views: readonly HostView[] = [aView(aHost())]): string[] =>
  unmatchedIn(aPolicy({ rules: [rule(names)] }), views)
const [GPU] = aHost().gpus
const [VM] = aHost().vms
const HOST = aHost().name

describe('what a policy names', () => {
  it('is told where the fleet has no such host, GPU or VM', () => {
    expect(told({ hosts: ['hv77'], gpus: [`${HOST}/gpu9`], vms: ['gone-01'] })).toEqual([
      'the rule guarded names hv77 under hosts, and there is none',
      `the rule guarded names ${HOST}/gpu9 under gpus, and there is none`,
      'the rule guarded names gone-01 under vms, and there is none',
    ])
  })

  it('is not told where there is one, whatever the case, by a pattern, or by the id of a VM', () => {
    expect(
      told({ hosts: [HOST.toUpperCase()], gpus: [`${HOST}/${GPU!.slot}`, '*/gpu*'], vms: [VM!.id] }),
    ).toEqual([])
  })

  it('is told of freezes and quiet hours, too', () => {
    const policy = aPolicy({
      freezes: [{ name: 'year-end', from: '2026-12-20 08:00', until: '2027-01-04 08:00', gpus: ['hv77/*'] }],
      quietHours: [{ name: 'night', from: '22:00', until: '06:00', hosts: ['hv78'] }],
    })

    expect(unmatchedIn(policy, [aView(aHost())])).toEqual(
      expect.arrayContaining([
        'the change freeze year-end names hv77/* under gpus, and there is none',
        'the quiet hours night names hv78 under hosts, and there is none',
      ]),
    )
  })

  it('is not known of a host that was never read, which may have it', () => {
    const views = [aView(aHost()), unreadView('hv02')]

    expect(told({ gpus: ['hv02/gpu0', 'hv*/gpu9'], vms: ['gone-01'] }, views)).toEqual([])
    expect(told({ gpus: [`${HOST}/gpu9`] }, views)).toHaveLength(1)
  })

  it('is told of a GPU that its host shows no more: the card may have another name by now', () => {
    const gone = aHost({ gpus: [{ ...GPU!, problemCode: null }] })

    expect(told({ gpus: [`${HOST}/${GPU!.slot}`] }, [aView(gone)])).toEqual([
      `the rule guarded names ${HOST}/${GPU!.slot} under gpus, and its host shows it no more`,
    ])
  })

  it('may be a pattern for VMs that are to come', () => {
    expect(told({ vms: ['prod-*'] })).toEqual([])
  })
})
