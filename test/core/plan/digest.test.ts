import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import { bindTo } from '../../../src/core/plan/digest'
import type { Plan } from '../../../src/core/plan/plan'
import { digestNow, explainChange, planDigest, stableFacts } from '../../../src/core/planner/planner'
import { GIB, aGpu, aPartition, aHost, aPath, aVm, aVmId, withGpu, withVm } from '../../fakes/facts'
import { ask, planned } from '../planner/scene'

const host = aHost({
  gpus: [aGpu(), aGpu({}, 1)],
  vms: [aVm(), aVm({}, 2)],
})
const plan = planned(ask('assign', { host }))

const gpu = (changes: Parameters<typeof withGpu>[2]) => withGpu(host, aPath(0), changes)
const vm = (changes: Parameters<typeof withVm>[2]) => withVm(host, aVmId(1), changes)
const settings = aVm().settings

const resting: readonly [string, HostFacts][] = [
  ['release of Windows', { ...host, os: { ...host.os, release: '2025' } }],
  ['edition', { ...host, os: { ...host.os, edition: 'client' } }],
  ['I/O virtualization', { ...host, iov: { supported: false, reasons: [] } }],
  ['address width', { ...host, physicalAddressBits: 39 }],
  ['secure policy', { ...host, policies: { ...host.policies, requireSecureDeviceAssignment: true } }],
  ['supported policy', { ...host, policies: { ...host.policies, requireSupportedDeviceAssignment: true } }],
  ['-Force policy', { ...host, forceDismount: true }],
  ['another card', gpu({ instanceId: aGpu({}, 4).instanceId })],
  ['card at another path', gpu({ locationPath: aPath(4) })],
  ['disabled', gpu({ problemCode: 22 })],
  ['dismounted', { ...host, dismounted: [aPath(0)] }],
  ['assigned elsewhere', withVm(host, aVmId(2), { assigned: [aPath(0)] })],
  ['BARs', gpu({ bars: [{ bytes: GIB, bits: 64 }] })],
  ['ACS', gpu({ acs: 2 })],
  ['device type', gpu({ deviceType: 4 })],
  ['reserved memory', gpu({ reservedMemory: null })],
  ['interrupts', gpu({ interrupts: 'none' })],
  ['partitioned', gpu({ partition: aPartition({ validCounts: [2], count: 2 }) })],
  ['display', gpu({ hostDisplay: true })],
  ['VM gone', { ...host, vms: host.vms.slice(1) }],
  ['name', vm({ name: 'other' })],
  ['state', vm({ state: 'Running' })],
  ['generation', vm({ generation: 1 })],
  ['stop action', vm({ settings: { ...settings, automaticStopAction: 'ShutDown' } })],
  ['cache types', vm({ settings: { ...settings, guestControlledCacheTypes: true } })],
  ['low MMIO', vm({ settings: { ...settings, lowMmioBytes: GIB } })],
  ['high MMIO', vm({ settings: { ...settings, highMmioBytes: GIB } })],
  ['automatic checkpoints', vm({ settings: { ...settings, automaticCheckpoints: true } })],
  ['dynamic memory', vm({ memory: { dynamic: true, startupBytes: 32 * GIB, minimumBytes: GIB } })],
  ['memory size', vm({ memory: { dynamic: false, startupBytes: 64 * GIB, minimumBytes: GIB } })],
  ['checkpoints', vm({ checkpoints: 1 })],
  ['clustered', vm({ clustered: true })],
  ['another device', vm({ assigned: [aPath(1)] })],
  ['a device that is gone', vm({ devices: [{ path: aPath(9), device: 'gone' }] })],
  ['waiting for a restart', gpu({ problemCode: 14 })],
  ['in a resource pool', gpu({ problemCode: null, pool: 'cluster GPUs' })],
  ['a partition that may be of it', withVm(host, aVmId(2), { partitions: [{ gpu: null, vram: null }] })],
]

const besides: readonly [string, HostFacts][] = [
  ['nothing', structuredClone(host)],
  ['caption of Windows', { ...host, os: { ...host.os, caption: 'Windows Server 2022 Standard' } }],
  ['driver version', gpu({ driverVersion: '32.0' })],
  ['guest reports', vm({ guest: 'unknown', heartbeat: 'off', shutdownService: 'off' })],
  ['a better name of the GPU', gpu({ model: 'NVIDIA A100-SXM4-80GB' })],
  ['memory of a GPU whose BARs are known', gpu({ memoryBytes: null })],
  ['a disk that was given to the VM', vm({ devices: [{ path: null, device: 'there' }] })],
  ['minimum of static memory', vm({ memory: { dynamic: false, startupBytes: 32 * GIB, minimumBytes: 1 } })],
  ['another VM started', withVm(host, aVmId(2), { state: 'Running' })],
  ['another GPU disabled', withGpu(host, aPath(1), { problemCode: 22 })],
  ['another GPU assigned elsewhere', withVm(host, aVmId(2), { assigned: [aPath(1)] })],
  ['order of VMs', { ...host, vms: [...host.vms].reverse() }],
]

/** As a version would have sealed it that knew of these facts. */
const sealedOver = (facts: Plan['facts']): Plan => {
  const bare = { ...plan, facts, digest: undefined }
  return { ...plan, facts, digest: createHash('sha256').update(inOrder(bare)).digest('hex') }
}
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )

const explained = (of: Plan, now: HostFacts) => explainChange(of.facts, stableFacts(of, now))

describe('the digest', () => {
  test('is a SHA-256 in hexadecimal', () => {
    expect(plan.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each(resting)('changes when this fact changes: %s', (_name, now) => {
    expect(digestNow(plan, now)).not.toBe(plan.digest)
    expect(explained(plan, now)).not.toEqual([])
  })

  test.each(besides)('does not change when this changes: %s', (_name, now) => {
    expect(digestNow(plan, now)).toBe(plan.digest)
    expect(explained(plan, now)).toEqual([])
  })

  test('is another one with what the policy says to the plan, and holds that', () => {
    const bound = bindTo(plan, { 'The rule that decides': 'one' })

    expect(bound.digest).not.toBe(plan.digest)
    expect(bound.digest).not.toBe(bindTo(plan, { 'The rule that decides': 'two' }).digest)
    expect(digestNow(bound, host)).toBe(bound.digest)
    expect(digestNow({ ...bound, facts: plan.facts }, host)).not.toBe(bound.digest)
  })

  test.each<[string, Partial<Plan>]>([
    ['a step fewer', { steps: plan.steps.slice(1) }],
    ['a warning fewer', { warnings: [] }],
    ['another target', { to: { id: aVmId(2), name: 'train-02' } }],
    ['another baseline', { baselines: [] }],
  ])('changes with the plan: %s', (_name, changes) => {
    expect(digestNow({ ...plan, ...changes }, host)).not.toBe(plan.digest)
  })

  test('rests on the memory of the GPU where its BARs are not known', () => {
    const guessed = gpu({ bars: [] })
    const of = planned(ask('assign', { host: guessed }))

    expect(digestNow(of, guessed)).toBe(of.digest)
    expect(explained(of, withGpu(guessed, aPath(0), { memoryBytes: 40 * GIB }))).toHaveLength(1)
    expect(explained(of, host)).toEqual([expect.stringMatching(/BARs was not known and is now/)])
  })

  test('of a plan of an earlier version holds, whatever that asked about beside', () => {
    const { 'hv01/gpu0: interrupts': _, ...known } = plan.facts
    const facts = { ...known, 'hv01/gpu0: phase of the moon': 'full' }
    const older = sealedOver(facts)

    expect(digestNow(older, host)).toBe(older.digest)
    expect(explained(older, host)).toEqual([])
    expect(digestNow(older, { ...host, gpus: [] })).not.toBe(older.digest)
    expect(digestNow(older, vm({ state: 'Running' }))).not.toBe(older.digest)
  })

  test('survives the store, which keeps no order of keys', () => {
    const shuffled = Object.fromEntries(Object.entries(plan).reverse()) as Plan

    expect(digestNow(JSON.parse(JSON.stringify(shuffled)) as Plan, host)).toBe(plan.digest)
  })

  test('is the same for the plan before it was sealed', () => {
    const { digest, facts, ...draft } = plan

    expect(planDigest(draft, host)).toBe(digest)
    expect(stableFacts(draft, host)).toEqual(facts)
  })

  test('covers the VM that gives the GPU away', () => {
    const held = withVm(host, aVmId(1), { assigned: [aPath(0)] })
    const move = planned(ask('move', { host: held, vm: 1 }))

    const now = withVm(held, aVmId(1), { state: 'Running' })

    expect(digestNow(move, now)).not.toBe(move.digest)
    expect(explained(move, now)).toEqual(['holder train-01: power state was Off and is now Running.'])
  })

  test('of a release covers who holds the GPU', () => {
    const held = withVm(host, aVmId(1), { assigned: [aPath(0)] })
    const release = planned(ask('release', { host: held }))

    expect(digestNow(release, host)).not.toBe(release.digest)
  })
})

describe('the explanation', () => {
  test('names what was and what is', () => {
    expect(explained(plan, vm({ state: 'Running' }))).toEqual([
      'VM train-01: power state was Off and is now Running.',
    ])
  })

  test('tells that a VM is gone', () => {
    expect(explained(plan, { ...host, vms: [] })).toContain('VM train-01 is now not there.')
  })

  test('tells what went with it', () => {
    expect(explainChange({ 'VM a: state': 'Off', b: '1' }, { 'VM a': 'not there', c: '2' })).toEqual([
      'VM a: state was Off and is not there any more.',
      'VM a is now not there.',
    ])
  })
})
