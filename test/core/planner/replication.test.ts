import { describe, expect, test } from '@jest/globals'
import type { Outcome } from '../../../src/core/errors'
import { type HostFacts, type Replication, vmFacts } from '../../../src/core/inventory/inventory'
import { digestNow, explainChange, stableFacts } from '../../../src/core/plan/digest'
import type { Plan } from '../../../src/core/plan/plan'
import { planAcross, planResize, planShare, planUnshare } from '../../../src/core/planner/planner'
import { survey } from '../../../src/core/planner/checks/survey'
import { GIB, aGpu, aHost, aPartition, aVm } from '../../fakes/facts'
import { type Asked, ask, inputOf, planned, reasons } from './scene'

const os = {
  caption: 'Microsoft Windows Server 2025 Datacenter',
  edition: 'server',
  release: '2025',
} as const
const split = aGpu({ model: 'NVIDIA A40', partition: aPartition() })
const amount = 8 * GIB
const share = { gpu: aPartition().name, vram: { min: amount, max: amount, optimal: amount } }
const path = aGpu().locationPath

const whole = (part: Replication): HostFacts => aHost({ vms: [aVm({ replication: part })] })
const holding = (part: Replication): HostFacts =>
  aHost({
    gpus: [aGpu({ problemCode: null })],
    vms: [aVm({ replication: part, assigned: [path] }), aVm({}, 2)],
  })
const shared = (part: Replication, has: boolean): HostFacts =>
  aHost({ os, gpus: [split], vms: [aVm({ replication: part, partitions: has ? [share] : [] })] })

const across = (part: Replication): Outcome<Plan> =>
  planAcross(inputOf({ host: whole(part) }), inputOf({ host: holding('none') }))

const PLANS: { readonly [kind: string]: (part: Replication) => Outcome<Plan> } = {
  'assign, to it': (part) => ask('assign', { host: whole(part) }),
  'move, from it': (part) => ask('move', { host: holding(part), vm: 1 }),
  'move, to it': (part) => {
    const [vm, other] = holding('none').vms
    return ask('move', { host: { ...holding('none'), vms: [vm!, { ...other!, replication: part }] }, vm: 1 })
  },
  'move, to it on another host': across,
  'release, from it': (part) => ask('release', { host: holding(part) }),
  'a partition, to it': (part) => planShare(inputOf({ host: shared(part, false) }), amount),
  'a partition, from it': (part) => {
    const input = inputOf({ host: shared(part, true) })
    return planUnshare(input, input.vm!)
  },
  'a partition resized': (part) => {
    const input = inputOf({ host: shared(part, true) })
    return planResize(input, input.vm!, 6 * GIB)
  },
}

describe.each(Object.entries(PLANS))('of a replica: %s', (_, plan) => {
  test.each(['replica', 'test-replica', 'extended-replica'] as const)('is refused for a %s', (part) => {
    expect(reasons(plan(part))).toEqual([
      expect.stringMatching(/a VM on another host.*Hyper-V Replica alone/),
    ])
  })

  test('is planned where the VM is not one, or it is not known', () => {
    for (const part of ['none', 'primary', 'unknown'] as const) expect(reasons(plan(part))).toEqual([])
  })
})

const check = (part: Replication) => {
  const host = whole(part)
  return survey(host, host.gpus[0]!, host.vms[0]!).find(({ id }) => id === 'replication')!
}

describe('what is said of replication', () => {
  test('of a replica names the way out', () => {
    expect(check('replica').fix).toMatch(/host that it is replicated from.*Set-VMReplication -Reverse/)
    expect(check('test-replica').fix).toMatch(/Name the VM itself; Stop-VMFailover/)
  })

  test('of the primary is that nobody knows whether it goes on', () => {
    const asked: Asked = { host: whole('primary') }

    expect(check('primary').verdict).toBe('warn')
    expect(planned(ask('assign', asked)).warnings.join()).toMatch(
      /train-01 is replicated.*is not known, and a replica that takes over has none/,
    )
  })

  test('where an older module did not tell it is where to find the newer one', () => {
    expect(check('unknown')).toMatchObject({ verdict: 'warn', fix: expect.stringMatching(/newest module/) })
  })

  test('is not known of a VM that was stored before it was asked', () => {
    const { replication: _, ...before } = aVm()

    expect(vmFacts.parse(before).replication).toBe('unknown')
  })
})

describe('an approval', () => {
  test('is void when the VM became a replica since', () => {
    const plan = planned(ask('assign', { host: whole('none') }))
    const now = whole('replica')

    expect(digestNow(plan, now)).not.toBe(plan.digest)
    expect(explainChange(plan.facts, stableFacts(plan, now))).toEqual([
      'VM train-01: replication was none and is now replica.',
    ])
  })
})
