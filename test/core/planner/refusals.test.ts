import { describe, expect, test } from '@jest/globals'
import type { GpuFacts, HostFacts, VmFacts, VmState } from '../../../src/core/inventory/inventory'
import { GIB, MIB, aGpu, aHost, aPartition, aPath, aVm, anOs } from '../../fakes/facts'
import { type Asked, ask, planned, reasons } from './scene'

const gpu = (changes: Partial<GpuFacts>, host: Partial<HostFacts> = {}): Asked => ({
  host: aHost({ gpus: [aGpu(changes)], ...host }),
})
const vm = (changes: Partial<VmFacts>, host: Partial<HostFacts> = {}): Asked => ({
  host: aHost({ vms: [aVm(changes)], ...host }),
})
const policies = { requireSecureDeviceAssignment: true, requireSupportedDeviceAssignment: null }
const bars = (bytes: number, bits: 32 | 64) => [{ bytes, bits }]

describe('an assignment is refused, for this one reason', () => {
  const cases: readonly [name: string, asked: Asked, reason: RegExp][] = [
    ['running VM without consent', vm({ state: 'Running' }), /train-01 is running/],
    [
      'a shutdown service that is off',
      { ...vm({ state: 'Running', shutdownService: 'off' }), consents: { shutdown: true } },
      /shutdown service of train-01 is off.*cannot be shut down/,
    ],
    [
      'no shutdown service',
      { ...vm({ state: 'Running', shutdownService: 'absent' }), consents: { shutdown: true } },
      /train-01 has no shutdown service/,
    ],
    ['saved VM', vm({ state: 'Saved' }), /train-01 is saved/],
    ['paused VM', vm({ state: 'Paused' }), /train-01 is paused/],
    ['critical VM', vm({ state: 'Critical' }), /critical state/],
    ['stopping VM', vm({ state: 'Stopping' }), /is stopping/],
    ['starting VM', vm({ state: 'Starting' }), /is starting/],
    ['VM in an odd state', vm({ state: 'Other' }), /in a state in which nothing can be planned/],
    [
      'clustered VM',
      vm({ clustered: true }),
      /train-01 is clustered: before Windows Server 2025 .* not highly available/,
    ],
    [
      'clustered VM of 2025',
      vm({ clustered: true }, { os: anOs('2025') }),
      /train-01 is clustered: its cluster restarts it on another node only with a device of a resource pool/,
    ],
    [
      'clustered VM of Azure Local',
      vm({ clustered: true }, { os: anOs('azure-local') }),
      /only with a device of a resource pool/,
    ],
    [
      'clustered VM of a release that is not known',
      vm({ clustered: true }, { os: anOs('unknown') }),
      /train-01 is clustered: what its cluster does .* is not known/,
    ],
    [
      'dynamic memory',
      vm({ memory: { dynamic: true, startupBytes: 4 * GIB, minimumBytes: GIB } }),
      /dynamic memory, which is not available/,
    ],
    [
      'an entry whose device is gone',
      vm({ devices: [{ path: aPath(9), device: 'gone' }] }),
      /PCIROOT\(9\).*seems to be gone.*Element not found/,
    ],
    [
      'a resource pool of a cluster',
      { ...gpu({ problemCode: null, pool: 'cluster GPUs' }) },
      /resource pool cluster GPUs/,
    ],
    ['a restart that is waited for', gpu({ problemCode: 14 }), /only when hv01 restarts/],
    [
      'address width',
      vm({}, { physicalAddressBits: 36 }),
      /up to 275414777856 bytes \(256\.5 GiB\).*from 63\.5 GiB on.*36 bits, 68719476736 bytes \(64 GiB\)/,
    ],
    ['no ACS', gpu({ acs: 0 }), /no Access Control Services/],
    [
      'no ACS and -Force by host policy',
      gpu({ acs: 0 }, { forceDismount: true }),
      /-Force would waive.*refuses it/,
    ],
    ['reserved memory', gpu({ reservedMemory: true }), /RMRR/],
    ['reserved memory not known', gpu({ reservedMemory: null }), /unknown is not "no"/],
    ['BIOS keeps PCI Express', gpu({ deviceType: 5 }), /BIOS kept control/],
    ['legacy endpoint that is no display', gpu({ deviceType: 3, baseClass: 2 }), /only if it is a display/],
    ['bridge', gpu({ deviceType: 1 }), /Device type 1/],
    ['line interrupts', gpu({ interrupts: 'line' }), /line-based interrupts only/],
    [
      'GPU-P mode by count',
      gpu({ partition: aPartition({ validCounts: [1, 2, 4], count: 4 }) }),
      /partitioned.*4 part/,
    ],
    [
      'GPU-P mode by use',
      {
        host: aHost({
          gpus: [aGpu({ partition: aPartition({ count: 1 }) })],
          vms: [aVm(), aVm({ partitions: [{ gpu: aPartition().name, vram: null }] }, 2)],
        }),
      },
      /partitioned.*1 in use/,
    ],
    [
      'VM with a partition of another GPU',
      {
        host: aHost({
          gpus: [aGpu(), aGpu({ partition: aPartition({}, 1) }, 1)],
          vms: [aVm({ partitions: [{ gpu: aPartition({}, 1).name, vram: null }] })],
        }),
      },
      /has a partition of a GPU, and beside a whole one/,
    ],
    ['missing device', gpu({ problemCode: null }), /is not there/],
    [
      'nothing known of its size',
      gpu({ bars: [], memoryBytes: null }),
      /MMIO space that it needs cannot be computed/,
    ],
    ['too much low MMIO', gpu({ bars: bars(4 * GIB, 32) }), /4429185024 bytes.*at most 3758096384 bytes/],
    [
      'client Windows',
      { host: aHost({ os: { caption: 'Microsoft Windows 11 Pro', edition: 'client', release: 'client' } }) },
      /Windows 11 Pro.*Windows Server only/,
    ],
    [
      'no I/O virtualization',
      { host: aHost({ iov: { supported: false, reasons: ['no SR-IOV', 'no IOMMU'] } }) },
      /no SR-IOV; no IOMMU/,
    ],
    [
      'no I/O virtualization, no word why',
      { host: aHost({ iov: { supported: false, reasons: [] } }) },
      /gives no reason/,
    ],
    [
      'policy against -Force',
      { host: aHost({ policies, forceDismount: true }) },
      /RequireSecureDeviceAssignment.*-Force waived/,
    ],
    [
      'policy for supported devices against -Force',
      {
        host: aHost({
          policies: { requireSecureDeviceAssignment: false, requireSupportedDeviceAssignment: true },
          forceDismount: true,
        }),
      },
      /RequireSupportedDeviceAssignment.*-Force waived/,
    ],
    [
      'GPU of another VM',
      { host: aHost({ vms: [aVm(), aVm({ assigned: [aPath(0)] }, 2)] }) },
      /in use: it is assigned to train-02/,
    ],
    [
      'another GPU of the VM of unknown size',
      {
        host: aHost({
          gpus: [aGpu(), aGpu({ bars: [], memoryBytes: null, problemCode: null }, 1)],
          vms: [aVm({ assigned: [aPath(1)] })],
        }),
      },
      /a GPU that it has already shows neither/,
    ],
  ]

  test.each(cases)('%s', (_name, asked, reason) => {
    const outcome = ask('assign', asked)

    expect(reasons(outcome)).toEqual([expect.stringMatching(reason)])
    expect(outcome.ok ? [] : outcome.refusals.map(({ next }) => typeof next)).toEqual(['string'])
  })

  test('another card in the slot since the inventory was read', () => {
    const host = aHost({ gpus: [aGpu({ instanceId: aGpu({}, 5).instanceId })] })

    expect(reasons(ask('assign', { host: aHost() }))).toEqual([])
    const outcome = ask('assign', { host: { ...host, gpus: [aGpu(), ...host.gpus].reverse() }, gpu: 1 })

    expect(reasons(outcome)).toEqual([expect.stringMatching(/Another device is at PCIROOT\(0\)/)])
  })

  test('a GPU that this VM already has, whatever else is wrong', () => {
    const outcome = ask('assign', vm({ state: 'Running', assigned: [aPath(0)], checkpoints: 1 }))

    expect(reasons(outcome)).toEqual(['Nothing to do: hv01/gpu0 is already assigned to train-01'])
  })

  test('no VM named', () => {
    expect(reasons(ask('assign', { host: aHost(), vm: 7 }))).toEqual(['No VM is named for hv01/gpu0'])
  })
})

test('every reason is given at once', () => {
  const host = aHost({
    os: { caption: 'Microsoft Windows 11 Pro', edition: 'client', release: 'client' },
    gpus: [aGpu({ acs: 0, reservedMemory: true, deviceType: 5, interrupts: 'line' })],
    vms: [
      aVm({
        state: 'Running',
        clustered: true,
        memory: { dynamic: true, startupBytes: GIB, minimumBytes: GIB },
      }),
    ],
  })

  const told = reasons(ask('assign', { host }))

  expect(told).toHaveLength(8)
  expect(new Set(told).size).toBe(8)
})

test('the holder of a GPU in use is named together with the command that moves it', () => {
  const outcome = ask('assign', { host: aHost({ vms: [aVm(), aVm({ assigned: [aPath(0)] }, 2)] }) })

  expect(outcome).toMatchObject({ refusals: [{ next: 'Use: move hv01/gpu0 to train-01' }] })
})

describe('a move is refused', () => {
  const held = (from: Partial<VmFacts>, to: Partial<VmFacts> = {}, of: Partial<GpuFacts> = {}): Asked => ({
    host: aHost({
      gpus: [aGpu({ problemCode: null, ...of })],
      vms: [aVm({ assigned: [aPath(0)], ...from }), aVm(to, 2)],
    }),
    vm: 1,
  })

  test.each<[string, Asked, RegExp[]]>([
    [
      'two running VMs without consent',
      held({ state: 'Running' }, { state: 'Running' }),
      [/train-01 is running/, /train-02 is running/],
    ],
    ['holder saved', held({ state: 'Saved' }), [/train-01 is saved/]],
    ['holder clustered', held({ clustered: true }), [/train-01 is clustered/]],
    ['no ACS', held({}, {}, { acs: 0 }), [/no Access Control/]],
  ])('%s', (_name, asked, expected) => {
    expect(reasons(ask('move', asked))).toEqual(expected.map((each) => expect.stringMatching(each)))
  })

  test('a running holder that would not start again because another of its devices is gone', () => {
    const asked = {
      ...held({ state: 'Running', devices: [{ path: aPath(8), device: 'gone' }] }),
      consents: { shutdown: true },
    }

    expect(reasons(ask('move', asked))).toEqual([expect.stringMatching(/train-01 lists PCIROOT\(8\)/)])
  })

  test('checkpoints of the VM that gives the GPU away do not matter', () => {
    expect(planned(ask('move', held({ checkpoints: 3 }))).warnings.join()).not.toContain('3 checkpoints')
  })

  test('reserved memory that cannot be read while dismounted is a warning only', () => {
    const plan = planned(ask('move', held({}, {}, { reservedMemory: null })))

    expect(plan.warnings).toContainEqual(expect.stringMatching(/cannot be read while it is dismounted/))
  })

  test('a GPU that no VM holds is to be assigned instead', () => {
    expect(ask('move', { host: aHost() })).toMatchObject({
      refusals: [
        { reason: expect.stringMatching(/nothing to move/), next: 'Use: assign hv01/gpu0 to train-01' },
      ],
    })
  })

  test('to the VM that has it', () => {
    expect(reasons(ask('move', { ...held({}), vm: 0 }))).toEqual([expect.stringMatching(/^Nothing to do/)])
  })

  test('no VM named', () => {
    expect(reasons(ask('move', { ...held({}), vm: 7 }))).toEqual(['No VM is named for hv01/gpu0'])
  })
})

describe('a release is refused', () => {
  test.each<[string, Asked, RegExp]>([
    ['with the host', gpu({}), /it is with the host/],
    ['missing', gpu({ problemCode: null }), /shows no such device/],
  ])('where no VM holds the GPU: %s', (_name, asked, reason) => {
    expect(reasons(ask('release', asked))).toEqual([expect.stringMatching(reason)])
  })

  test.each<[VmState, RegExp]>([
    ['Running', /is running/],
    ['Saved', /is saved/],
    ['Paused', /is paused/],
    ['Critical', /critical/],
  ])('from a VM that is %s', (state, reason) => {
    expect(reasons(ask('release', vm({ state, assigned: [aPath(0)] })))).toEqual([
      expect.stringMatching(reason),
    ])
  })

  test('when the device is gone from the host', () => {
    const host = aHost({ vms: [aVm({ assigned: [aPath(0)] })] })
    const replaced = { ...host, gpus: [aGpu(), { ...aGpu(), instanceId: aGpu({}, 3).instanceId }] }

    const outcome = ask('release', { host: replaced, gpu: 1 })

    expect(reasons(outcome)).toEqual([expect.stringMatching(/^The host shows no PCI/)])
  })

  test('but not for checkpoints or dynamic memory: giving back is the way out', () => {
    const memory = { dynamic: true, startupBytes: GIB, minimumBytes: 512 * MIB }

    expect(ask('release', vm({ assigned: [aPath(0)], checkpoints: 2, memory })).ok).toBe(true)
  })
})

describe('an assignment warns', () => {
  const settings = { ...aVm().settings, automaticCheckpoints: true }
  test.each<[string, Asked, RegExp]>([
    ['generation 1', vm({ generation: 1 }), /generation 1/],
    ['display of the host', gpu({ hostDisplay: true }), /draws its console on hv01\/gpu0/],
    ['display not known', gpu({ hostDisplay: null }), /Whether hv01 draws its console .* is not known/],
    [
      'audio function',
      gpu({ audioFunction: aPath(7) }),
      /audio function .*PCIROOT\(7\).* stays with the host/,
    ],
    [
      'checkpoints',
      vm({ checkpoints: 2 }),
      /train-01 has 2 checkpoints: what becomes of them with an assigned device is not documented/,
    ],
    [
      'a release that is not known',
      { host: aHost({ os: anOs('unknown', 'Windows Server 2031') }) },
      /hv01 runs Windows Server 2031, of a release that this bot does not know/,
    ],
    [
      'VMs that Azure Arc may manage',
      { host: aHost({ os: anOs('azure-local') }) },
      /GPUs of a VM that Azure Arc manages are given and taken by Azure CLI alone/,
    ],
    ['automatic checkpoints', vm({ settings }), /switched off; they are restored on release/],
    ['policy', { host: aHost({ policies }) }, /RequireSecureDeviceAssignment is set on hv01/],
    ['no driver', gpu({ driverVersion: null, problemCode: 28 }), /no driver on the host/],
    ['sick device', gpu({ problemCode: 43 }), /problem code 43/],
    [
      'address width not known',
      vm({}, { physicalAddressBits: null }),
      /does not tell its physical address width/,
    ],
    [
      'so much memory that the begin of the window is not known',
      vm(
        { memory: { dynamic: false, startupBytes: 61 * GIB, minimumBytes: 61 * GIB } },
        { gpus: [aGpu({ bars: bars(64 * GIB, 64) })] },
      ),
      /65498251264 bytes \(61 GiB\) of memory; where the MMIO space .* is not known/,
    ],
    [
      'such a VM, and too few addresses for what is known',
      vm(
        { memory: { dynamic: false, startupBytes: 61 * GIB, minimumBytes: 61 * GIB } },
        { physicalAddressBits: 36, gpus: [aGpu({ bars: bars(64 * GIB, 64) })] },
      ),
      /138512695296 bytes \(129 GiB\) fits under the 36 bits of hv01 shows only when it starts/,
    ],
    [
      'more MMIO space than Hyper-V is reported to allow',
      { host: aHost({ gpus: [aGpu({ bars: bars(256 * GIB, 64) })] }) },
      /482110078976 bytes \(449 GiB\) .*256\.5 GB, which is not confirmed/,
    ],
    ['BARs guessed', gpu({ bars: [] }), /judged by the memory of the GPU/],
    [
      'shutdown service not known',
      { ...vm({ state: 'Running', shutdownService: 'unknown' }), consents: { shutdown: true } },
      /^Whether the guest of train-01 takes part in a shutdown is not known\. .* costs a mount and an enable .* no VM is touched\.$/,
    ],
    [
      'no sign of life',
      { ...vm({ state: 'Running', heartbeat: 'off' }), consents: { shutdown: true } },
      /gives no sign of life/,
    ],
    [
      'a device of which nobody told whether it is there',
      vm({ devices: [{ path: aPath(9), device: 'unknown' }] }),
      /PCIROOT\(9\).*, and the host did not tell whether that device is there/,
    ],
    [
      '--no-start of a running VM',
      { ...vm({ state: 'Running' }), consents: { shutdown: true, noStart: true } },
      /--no-start has no effect/,
    ],
  ])('%s', (_name, asked, warning) => {
    const plan = planned(ask('assign', asked))

    const usual =
      /^While it has the GPU, train-01 cannot be saved or live-migrated, and whether it can have checkpoints is not documented\.$/
    expect(plan.warnings).toHaveLength(2)
    expect(plan.warnings).toEqual(
      expect.arrayContaining([expect.stringMatching(warning), expect.stringMatching(usual)]),
    )
  })

  test('of nothing else where there is nothing else', () => {
    expect(planned(ask('assign', { host: aHost() })).warnings).toHaveLength(1)
  })
})

test.each<[string, Partial<HostFacts>, RegExp]>([
  ['-Force', { forceDismount: true }, /undo dismounts with -Force/],
  ['no ACS', { gpus: [aGpu({ acs: 0, problemCode: null })] }, /cannot be dismounted again/],
])('a release warns that its undo is harder than itself: %s', (_name, changes, warning) => {
  const plan = planned(ask('release', { host: aHost({ vms: [aVm({ assigned: [aPath(0)] })], ...changes }) }))

  expect(plan.warnings).toContainEqual(expect.stringMatching(warning))
})
