import { describe, expect, test } from '@jest/globals'
import type { GpuFacts, HostFacts, VmFacts } from '../../src/core/inventory'
import { planAssign } from '../../src/core/plan/planner'
import { type Check, survey } from '../../src/core/survey'
import { GIB, aGpu, aPartition, aHost, aPath, aVm } from '../fakes/facts'

const surveyed = (host: HostFacts): Check[] => survey(host, host.gpus[0]!, host.vms[0]!)
const verdictOf = (host: HostFacts, id: string) => surveyed(host).find((check) => check.id === id)
const gpu = (changes: Partial<GpuFacts>): HostFacts => aHost({ gpus: [aGpu(changes)] })
const vm = (changes: Partial<VmFacts>): HostFacts => aHost({ vms: [aVm(changes)] })

const DEVICE = [
  'reserved-memory',
  'acs',
  'device-type',
  'location',
  'interrupts',
  'bars',
  'place',
  'mode',
  'force',
  'driver',
  'host-display',
  'audio',
]
const HOST = ['edition', 'iov', 'policies']
const VM = [
  'power',
  'cluster',
  'devices',
  'partitions',
  'checkpoints',
  'automatic-checkpoints',
  'memory',
  'generation',
  'mmio',
  'address-width',
]

describe('the survey', () => {
  test('asks every question of SurveyDDA and the ones that it lacks, each once', () => {
    expect(surveyed(aHost()).map(({ id }) => id)).toEqual([...DEVICE, ...HOST, ...VM])
  })

  test('asks about no VM where none is named', () => {
    const host = aHost()

    expect(survey(host, host.gpus[0]!, null).map(({ id }) => id)).toEqual([...DEVICE, ...HOST])
  })

  test('passes an unremarkable GPU and VM, but for MMIO that the assignment raises', () => {
    expect(
      surveyed(aHost())
        .filter(({ verdict }) => verdict !== 'pass')
        .map(({ id }) => id),
    ).toEqual(['mmio'])
  })

  test.each<[string, Check['verdict'], HostFacts]>([
    ['device-type', 'pass', gpu({ deviceType: 4 })],
    ['device-type', 'pass', gpu({ deviceType: 3 })],
    ['device-type', 'fail', gpu({ deviceType: 3, baseClass: 2 })],
    ['acs', 'pass', gpu({ acs: 1 })],
    ['acs', 'fail', gpu({ acs: 0 })],
    ['acs', 'fail', gpu({ acs: null })],
    ['acs', 'warn', { ...gpu({ acs: null }), dismounted: [aPath(0)] }],
    ['device-type', 'fail', gpu({ deviceType: null })],
    ['device-type', 'warn', { ...gpu({ deviceType: null }), dismounted: [aPath(0)] }],
    ['force', 'pass', aHost({ forceDismount: true, gpus: [aGpu({ acs: null })] })],
    ['interrupts', 'pass', gpu({ interrupts: 'none' })],
    ['place', 'pass', gpu({ problemCode: 22 })],
    ['place', 'fail', gpu({ problemCode: null })],
    ['place', 'pass', vm({ assigned: [aPath(0)] })],
    ['mode', 'pass', gpu({ partition: aPartition({ validCounts: [1, 2], count: 1 }) })],
    ['mode', 'fail', gpu({ partition: aPartition({ validCounts: [1, 2], count: 2 }) })],
    ['power', 'warn', vm({ state: 'Running' })],
    ['power', 'fail', vm({ state: 'Saved' })],
    ['force', 'warn', aHost({ forceDismount: true })],
    ['force', 'pass', aHost({ forceDismount: true, gpus: [aGpu({ acs: 0 })] })],
    ['host-display', 'pass', gpu({ hostDisplay: false })],
    ['host-display', 'warn', gpu({ hostDisplay: true })],
    ['host-display', 'warn', gpu({ hostDisplay: null })],
    ['host-display', 'pass', gpu({ hostDisplay: true, problemCode: 22 })],
    ['devices', 'pass', { ...vm({ assigned: [aPath(7)] }), gpus: [aGpu({ audioFunction: aPath(7) })] }],
    ['devices', 'pass', { ...vm({ assigned: [aPath(7)] }), dismounted: [aPath(7)] }],
    ['devices', 'fail', vm({ assigned: [aPath(7)] })],
    [
      'mmio',
      'pass',
      vm({ settings: { ...aVm().settings, lowMmioBytes: 3 * GIB, highMmioBytes: 200 * GIB } }),
    ],
    ['mmio', 'pass', gpu({ bars: [], memoryBytes: null })],
    ['bars', 'fail', gpu({ bars: [], memoryBytes: null })],
    [
      'policies',
      'pass',
      aHost({ policies: { requireSecureDeviceAssignment: false, requireSupportedDeviceAssignment: null } }),
    ],
  ])('answers %s with %s', (id, verdict, host) => {
    expect(verdictOf(host, id)).toMatchObject({ verdict })
  })

  test('names the holder of a GPU in use, with and without a VM to give it to', () => {
    const host = aHost({ vms: [aVm(), aVm({ assigned: [aPath(0)] }, 2)] })

    const place = survey(host, host.gpus[0]!, null).find(({ id }) => id === 'place')

    expect(verdictOf(host, 'place')).toMatchObject({
      verdict: 'fail',
      fix: 'Use: move hv01/gpu0 to train-01',
    })
    expect(place?.reason).toBe('hv01/gpu0 is in use: it is assigned to train-02')
  })

  test('every failure comes with a fix', () => {
    const host = aHost({
      iov: { supported: false, reasons: [] },
      os: { caption: 'Windows 11', edition: 'client', release: 'client' },
      gpus: [aGpu({ acs: 0, reservedMemory: true, deviceType: 5, interrupts: 'line', problemCode: null })],
      vms: [aVm({ state: 'Paused', clustered: true, checkpoints: 1, assigned: [aPath(9)] })],
    })

    const failed = surveyed(host).filter(({ verdict }) => verdict === 'fail')

    expect(failed.length).toBeGreaterThanOrEqual(10)
    expect(failed.filter(({ fix }) => !fix)).toEqual([])
  })
})

test.each<[string, HostFacts]>([
  ['fine', aHost()],
  ['no ACS', gpu({ acs: 0 })],
  ['several', { ...vm({ checkpoints: 1, clustered: true }), gpus: [aGpu({ deviceType: 5 })] }],
  ['client', aHost({ os: { caption: 'Windows 11', edition: 'client', release: 'client' } })],
  ['unknown size', gpu({ bars: [], memoryBytes: null })],
])('survey and planner agree: %s', (_name, host) => {
  const failed = surveyed(host).filter(({ verdict }) => verdict === 'fail')

  const outcome = planAssign({
    host,
    gpu: host.gpus[0]!,
    vm: host.vms[0]!,
    consents: { shutdown: false, powerOff: false, noStart: false },
    baselines: new Map(),
    policyRevision: 'revision-1',
    peers: [],
  })

  expect(outcome.ok ? [] : outcome.refusals.map(({ reason }) => reason)).toEqual(
    failed.map(({ reason }) => reason),
  )
})
