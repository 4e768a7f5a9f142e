import { describe, expect, test } from '@jest/globals'
import type { GpuFacts, HostFacts, VmFacts } from '../../../src/core/inventory/inventory'
import { planAssign } from '../../../src/core/planner/planner'
import { type Check, survey } from '../../../src/core/planner/checks/survey'
import { partitionSurvey } from '../../../src/core/planner/partition/survey'
import { GIB, aGpu, aParavirtual, aPartition, aHost, aPath, aVm, anOs } from '../../fakes/facts'

const surveyed = (host: HostFacts): Check[] => survey(host, host.gpus[0]!, host.vms[0]!)
const verdictOf = (host: HostFacts, id: string) => surveyed(host).find((check) => check.id === id)
const gpu = (changes: Partial<GpuFacts>): HostFacts => aHost({ gpus: [aGpu(changes)] })
const vm = (changes: Partial<VmFacts>): HostFacts => aHost({ vms: [aVm(changes)] })
const policies = (secure: boolean | null, supported: boolean | null): HostFacts =>
  aHost({ policies: { requireSecureDeviceAssignment: secure, requireSupportedDeviceAssignment: supported } })

const DEVICE = [
  'reserved-memory',
  'acs',
  'device-type',
  'location',
  'interrupts',
  'bars',
  'place',
  'pool',
  'mode',
  'force',
  'driver',
  'host-display',
  'audio',
]
const HOST = ['edition', 'device-commands', 'iov', 'policies']
const VM = [
  'power',
  'cluster',
  'replication',
  'devices',
  'partitions',
  'checkpoints',
  'automatic-checkpoints',
  'memory',
  'generation',
  'mmio',
  'address-width',
  'mmio-cap',
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
    ['interrupts', 'warn', gpu({ interrupts: 'none', problemCode: 22 })],
    ['place', 'warn', { ...gpu({ problemCode: null }), dismounted: [aPath(0)] }],
    ['edition', 'pass', aHost({ os: anOs('23H2') })],
    ['edition', 'warn', aHost({ os: anOs('unknown') })],
    ['edition', 'warn', aHost({ os: anOs('azure-local') })],
    ['checkpoints', 'warn', vm({ checkpoints: 1 })],
    ['cluster', 'fail', vm({ clustered: true })],
    ['edition', 'fail', aHost({ os: { caption: 'Windows 11', edition: 'client', release: 'client' } })],
    ['iov', 'fail', aHost({ iov: { supported: false, reasons: ['no IOMMU'] } })],
    ['device-commands', 'fail', aHost({ missingCommands: ['Get-VMHostAssignableDevice'] })],
    ['device-type', 'fail', gpu({ deviceType: 5 })],
    ['partitions', 'fail', vm({ partitions: [{ gpu: aPartition().name, vram: null }] })],
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
    ['devices', 'pass', vm({ assigned: [aPath(7)], devices: [{ path: aPath(7), device: 'there' }] })],
    ['devices', 'warn', vm({ assigned: [aPath(7)], devices: [{ path: aPath(7), device: 'unknown' }] })],
    // As facts have it that were stored before it was asked.
    ['devices', 'warn', vm({ assigned: [aPath(7)] })],
    ['devices', 'fail', vm({ assigned: [aPath(7)], devices: [{ path: aPath(7), device: 'gone' }] })],
    ['devices', 'fail', vm({ devices: [{ path: null, device: 'gone' }] })],
    ['devices', 'pass', vm({ assigned: [aPath(0)] })],
    ['place', 'fail', gpu({ problemCode: 14 })],
    ['pool', 'fail', { ...gpu({ problemCode: null, pool: 'cluster GPUs' }), dismounted: [aPath(0)] }],
    ['pool', 'fail', { ...gpu({ problemCode: null }), dismounted: [aPath(0)], pools: 'unknown' }],
    ['pool', 'pass', { ...gpu({ problemCode: null }), dismounted: [aPath(0)] }],
    ['pool', 'pass', aHost({ pools: 'unknown' })],
    [
      'mmio',
      'pass',
      vm({ settings: { ...aVm().settings, lowMmioBytes: 3 * GIB, highMmioBytes: 200 * GIB } }),
    ],
    ['mmio', 'pass', gpu({ bars: [], memoryBytes: null })],
    ['bars', 'fail', gpu({ bars: [], memoryBytes: null })],
    ['policies', 'pass', policies(false, false)],
    ['policies', 'warn', policies(false, null)],
    ['policies', 'warn', policies(null, null)],
  ])('answers %s with %s', (id, verdict, host) => {
    expect(verdictOf(host, id)).toMatchObject({ verdict })
  })

  test('names the commands that bring back a GPU that neither the host nor a VM has', () => {
    const host = { ...gpu({ problemCode: null }), dismounted: [aPath(0)] }

    const fix = verdictOf(host, 'place')?.fix

    expect(fix).toMatch(/Mount-VMHostAssignableDevice .*PCIROOT\(0\).*; Enable-PnpDevice .*PCI\\VEN_/)
  })

  test('names the policies that are not set, of which nobody knows what they do then', () => {
    const reasonOf = (host: HostFacts) => verdictOf(host, 'policies')?.reason

    expect(reasonOf(policies(null, null))).toMatch(
      /^RequireSecureDeviceAssignment and RequireSupportedDeviceAssignment are not set on hv01, .* not documented/,
    )
    expect(reasonOf(policies(false, null))).toMatch(/^RequireSupportedDeviceAssignment is not set on hv01, /)
    expect(reasonOf(policies(false, false))).toMatch(/require nothing more$/)
  })

  test('advises to remove an entry only where its device seems to be gone', () => {
    const fixOf = (device: 'there' | 'gone' | 'unknown') =>
      verdictOf(vm({ devices: [{ path: aPath(7), device }] }), 'devices')?.fix

    expect(fixOf('gone')).toMatch(/Remove-VMAssignableDevice/)
    expect(fixOf('unknown')).toMatch(/newest module/)
    expect(fixOf('there')).toBeUndefined()
  })

  describe('where partitions of a GPU that the host does not tell are in use', () => {
    const untold = [{ gpu: null, vram: null }]
    const two = (of: Partial<GpuFacts> = {}) => [
      aGpu({ partition: aPartition({ count: 1 }), ...of }),
      aGpu({ partition: aPartition({ count: 1 }, 1) }, 1),
    ]
    const host = aHost({ gpus: two(), vms: [aVm(), aVm({ partitions: untold }, 2)] })

    test('gives none of its GPUs whole, since it may be the one', () => {
      const check = verdictOf(host, 'mode')

      expect(check).toMatchObject({ verdict: 'fail' })
      expect(check?.reason).toMatch(/^train-02 of a GPU that the host does not tell, which may be this one/)
    })

    test('gives none of them whole where no driver offers any at the moment', () => {
      expect(verdictOf({ ...host, gpus: two({ partition: null }).slice(0, 1) }, 'mode')).toMatchObject({
        verdict: 'fail',
      })
    })

    test('counts them against each', () => {
      const [check] = partitionSurvey(host, host.gpus[1]!, { vm: null, peers: [] }).filter(
        ({ id }) => id === 'partition-free',
      )

      expect(check).toMatchObject({ verdict: 'fail' })
    })
  })

  test('tells a partition of a GPU that is gone from one that can be released', () => {
    const partition = aPartition()
    const partitions = [{ gpu: partition.name, vram: null }]
    const here = aHost({ gpus: [aGpu({ partition })], vms: [aVm({ partitions })] })

    expect(verdictOf(here, 'partitions')?.fix).toMatch(/^Use: release train-01/)
    expect(verdictOf(vm({ partitions }), 'partitions')?.fix).toMatch(/Remove-VMGpuPartitionAdapter/)
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
      vms: [
        aVm({
          ...{ state: 'Paused', clustered: true, checkpoints: 1 },
          devices: [{ path: aPath(9), device: 'gone' }],
        }),
      ],
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
    quarantine: null,
    peers: [],
  })

  expect(outcome.ok ? [] : outcome.refusals.map(({ reason }) => reason)).toEqual(
    failed.map(({ reason }) => reason),
  )
})

describe('the survey of a partition', () => {
  const os = {
    caption: 'Microsoft Windows Server 2025 Datacenter',
    edition: 'server',
    release: '2025',
  } as const
  const shared = (changes: Partial<HostFacts>, of: Partial<GpuFacts> = {}): HostFacts =>
    aHost({ os, gpus: [aGpu({ model: 'NVIDIA L40S', partition: aPartition(), ...of })], ...changes })
  const asked = (host: HostFacts, id: string) =>
    partitionSurvey(host, host.gpus[0]!, { vm: host.vms[0]!, peers: [] }).find((check) => check.id === id)
  const dynamic = { dynamic: true, startupBytes: 8 * GIB, minimumBytes: 2 * GIB }
  const client = { caption: 'Windows 11 Pro', edition: 'client', release: 'client' } as const
  const noIov = { supported: false, reasons: ['SR-IOV is off'] }
  const elsewhere = [{ gpu: aPartition({}, 1).name, vram: null }]
  const required = policies(true, null).policies
  const automatic = { ...aVm().settings, automaticCheckpoints: true }

  test.each<[string, Check['verdict'], HostFacts]>([
    ['partition-support', 'fail', shared({ os: client })],
    ['partition-support', 'warn', shared({ os: client, unsupportedPartitioning: true })],
    ['partition-support', 'pass', shared({})],
    ['partition-support', 'warn', shared({ os: anOs('azure-local') })],
    ['partition-support', 'fail', shared({ os: anOs('23H2') })],
    ['partition-support', 'fail', shared({ os: anOs('unknown') })],
    ['partition-support', 'warn', shared({ os: anOs('unknown'), unsupportedPartitioning: true })],
    ['partition-commands', 'fail', shared({ partitioning: 'none' })],
    ['partition-driver', 'fail', shared({}, { partition: null })],
    ['partition-driver', 'warn', shared({}, { problemCode: 43 })],
    ['partition-model', 'warn', shared({}, { model: 'NVIDIA GeForce RTX 3090' })],
    ['place', 'fail', shared({ dismounted: [aPath(0)] })],
    ['place', 'fail', shared({}, { problemCode: 22 })],
    ['policies', 'warn', shared({ policies: required })],
    ['policies', 'warn', shared({ policies: policies(null, false).policies })],
    ['policies', 'pass', shared({ policies: policies(false, false).policies })],
    ['iov', 'pass', shared({})],
    ['iov', 'warn', shared({ iov: noIov })],
    ['iov', 'pass', shared({ iov: noIov }, { partition: aParavirtual() })],
    [
      'partition-free',
      'fail',
      shared(
        { vms: [aVm(), aVm({ partitions: [{ gpu: aPartition().name, vram: null }] }, 2)] },
        { partition: aPartition({ count: 1 }) },
      ),
    ],
    ['partitions', 'fail', shared({ vms: [aVm({ partitions: elsewhere })] })],
    ['devices', 'fail', shared({ vms: [aVm({ assigned: [aPath(7)] })] })],
    ['checkpoints', 'fail', shared({ vms: [aVm({ checkpoints: 1 })] })],
    ['automatic-checkpoints', 'warn', shared({ vms: [aVm({ settings: automatic })] })],
    ['memory', 'fail', shared({ vms: [aVm({ memory: dynamic })] })],
    ['cluster', 'fail', shared({ vms: [aVm({ clustered: true })] })],
    ['address-width', 'pass', shared({ physicalAddressBits: 36 })],
    ['address-width', 'fail', shared({ physicalAddressBits: 36 }, { partition: aParavirtual() })],
    ['address-width', 'warn', shared({ physicalAddressBits: null }, { partition: aParavirtual() })],
    ['guest-driver', 'warn', shared({})],
  ])('answers %s with %s', (id, verdict, host) => {
    const check = asked(host, id)

    expect(check).toMatchObject({ verdict })
    if (verdict === 'fail') expect(check?.fix).toEqual(expect.any(String))
  })

  test('names the commands that bring a GPU back to the host that its partitions come from', () => {
    expect(asked(shared({ dismounted: [aPath(0)] }), 'place')?.fix).toMatch(/Mount-.*; Enable-PnpDevice/)
    expect(asked(shared({}, { problemCode: 22 }), 'place')?.fix).toMatch(/run: Enable-PnpDevice/)
  })
})
