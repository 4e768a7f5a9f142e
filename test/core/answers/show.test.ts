import { describe, expect, test } from '@jest/globals'
import { showNotice } from '../../../src/core/answers/show'
import type { HostView } from '../../../src/core/inventory/inventory'
import { resolveAny } from '../../../src/core/inventory/names'
import { MIB, aGpu, aHost, aPartition, aPath, aVm, anOs } from '../../fakes/facts'
import { NOW, aLine, aView, factOf, textOf, unreadView } from './reading'

const show = (name: string, view: HostView, requests = [aLine({ gpu: 'hv09/gpu0' })]) => {
  const found = resolveAny(name, [view])
  if (!found.ok) throw new Error(`${name} is not in the scene`)
  return showNotice({ subject: found.value, now: NOW, requests, leases: [] })
}

describe('a GPU', () => {
  test('is shown with what an assignment depends on, and the age of the reading', () => {
    const notice = show('hv01/gpu0', aView(aHost()))

    expect(notice.summary).toBe('hv01/gpu0 NVIDIA A100 80GB PCIe')
    expect(factOf(notice, 'Where')).toBe('free')
    expect(factOf(notice, 'Memory')).toBe('80 GiB')
    expect(factOf(notice, 'BARs')).toBe('16 MiB (32 bit), 128 GiB (64 bit), 32 MiB (64 bit)')
    expect(factOf(notice, 'Location path')).toBe('PCIROOT(0)#PCI(0300)#PCI(0000)')
    expect(textOf(notice)).toContain('hv01 read 3 s ago')
  })

  test('that cannot be assigned says why in full', () => {
    const notice = show('hv01/gpu0', aView(aHost({ gpus: [aGpu({ acs: 0 })] })))

    expect(factOf(notice, 'Where')).toMatch(/cannot be assigned: .*\n.*has no Access Control Services/)
  })

  test('that is attached to nothing says what to do', () => {
    const facts = aHost({ gpus: [aGpu({ problemCode: null })], dismounted: [aPath(0)] })

    expect(factOf(show('hv01/gpu0', aView(facts)), 'Where')).toMatch(/needs attention\n.*mount it back/)
  })

  test('is shown with its oddities', () => {
    const odd = aGpu({
      hostDisplay: true,
      audioFunction: aPath(9),
      driverVersion: null,
      problemCode: 28,
      memoryBytes: null,
      bars: [],
      partition: aPartition({ validCounts: [1, 2, 4], count: 2 }),
    })

    const notice = show('hv01/gpu0', aView(aHost({ gpus: [odd] })))

    expect(factOf(notice, 'Display')).toContain('hv01 draws its own console on it')
    expect(factOf(notice, 'Audio function')).toBe(`${aPath(9)} stays with the host`)
    expect(factOf(notice, 'Driver on the host')).toBe('none, problem code 28')
    expect(factOf(notice, 'Memory')).toBe('not known')
    expect(factOf(notice, 'BARs')).toMatch(/^not known/)
    expect(factOf(notice, 'Partitions')).toBe('0 of 2 in use; it can be split into 1, 2, 4')
  })

  test('is shown with the open requests about it, and no others', () => {
    const requests = [aLine(), aLine({ id: 'R-8', gpu: 'hv01/gpu01' })]

    const text = textOf(show('hv01/gpu0', aView(aHost()), requests))

    expect(text).toContain(
      'R-7 waiting for an approver: assign hv01/gpu0 (NVIDIA A100 80GB PCIe) to train-01 · @slack:T123/U456\nasked 2026-01-15 11:57 UTC, expires 2026-01-15 12:27 UTC',
    )
    expect(text).not.toContain('R-8')
  })
})

describe('a VM', () => {
  const vm = aVm({
    state: 'Running',
    checkpoints: 2,
    clustered: true,
    replication: 'replica',
    assigned: [aPath(0), aPath(7)],
    devices: [
      { path: aPath(0), device: 'there' },
      { path: aPath(7), device: 'there' },
      { path: aPath(8), device: 'unknown' },
      { path: null, device: 'gone' },
    ],
    shutdownService: 'off',
    memory: { dynamic: true, startupBytes: 4096 * MIB, minimumBytes: 512 * MIB },
  })

  test('is shown with its state, devices and settings', () => {
    const notice = show('train-01', aView(aHost({ vms: [vm] })))

    expect(notice.summary).toBe('train-01 on hv01')
    expect(factOf(notice, 'State')).toBe('Running')
    expect(factOf(notice, 'GPUs')).toBe(
      `hv01/gpu0 NVIDIA A100 80GB PCIe, ${aPath(7)} (no GPU), ${aPath(8)} (whether it is there is not known), a device without a path (seems to be gone: needs attention)`,
    )
    expect(factOf(notice, 'Shutdown through the guest')).toMatch(/^does not work/)
    expect(factOf(notice, 'Memory')).toBe('dynamic: 4 GiB at start, at least 512 MiB')
    expect(factOf(notice, 'MMIO space')).toMatch(/^128 MiB low, 512 MiB high/)
    expect(factOf(notice, 'Checkpoints')).toBe('2; automatic ones off')
    expect(factOf(notice, 'Clustered')).toBe('yes')
    expect(factOf(notice, 'Replication')).toBe('a replica of a VM on another host')
  })

  test('is shown with requests that give it a GPU or take one, on its own host alone', () => {
    const requests = [
      aLine({ id: 'R-1', to: 'train-01' }),
      aLine({ id: 'R-2', from: 'train-01', to: 'train-02' }),
      aLine({ id: 'R-3', to: 'train-01', gpu: 'hv02/gpu0' }),
      aLine({ id: 'R-4', to: 'train-02' }),
    ]

    const text = textOf(show('train-01', aView(aHost({ vms: [vm] })), requests))

    expect(text.match(/R-\d/g)).toEqual(['R-1', 'R-2'])
  })
})

describe('a host', () => {
  test('is shown with its GPUs, VMs and what it requires', () => {
    const facts = aHost({
      policies: { requireSecureDeviceAssignment: true, requireSupportedDeviceAssignment: null },
      iov: { supported: false, reasons: ['the chipset does not do it'] },
      physicalAddressBits: null,
      dismounted: [aPath(5)],
    })

    const notice = show('hv01', aView(facts))

    expect(factOf(notice, 'State')).toBe('answers')
    expect(factOf(notice, 'GPUs')).toMatch(/^gpu0 NVIDIA A100 80GB PCIe: /)
    expect(factOf(notice, 'VMs')).toBe('train-01 (Off)')
    expect(factOf(notice, 'Device assignment')).toBe('not supported: the chipset does not do it')
    expect(factOf(notice, 'Policies')).toBe(
      'RequireSecureDeviceAssignment; not set: RequireSupportedDeviceAssignment',
    )
    expect(factOf(notice, 'Physical addresses')).toBe('width not known')
    expect(factOf(notice, 'Other dismounted devices')).toBe(aPath(5))
  })

  test.each([
    ['2025', 'Windows of 2025', /^supported$/],
    ['azure-local', 'Windows of azure-local', /^supported$/],
    ['23H2', 'Windows of 23H2', /^not supported by Microsoft before Windows Server 2025; not allowed/],
    [
      'unknown',
      'Windows of unknown, of a release that this bot does not know',
      /^not known to be supported on this release of Windows; not allowed/,
    ],
  ] as const)('of release %s says what it is and whether its GPUs are shared', (release, system, sharing) => {
    const notice = show('hv01', aView(aHost({ os: anOs(release) })))

    expect(factOf(notice, 'System')).toBe(system)
    expect(factOf(notice, 'GPU partitions')).toMatch(sharing)
  })

  test('that is paused says how it goes on', () => {
    expect(factOf(show('hv01', aView(aHost(), { paused: 'requests' })), 'Paused')).toContain('resume hv01')
  })

  test('that was never read says why', () => {
    const notice = show('hv03', unreadView('hv03'))

    expect(factOf(notice, 'State')).toBe('does not answer: connection refused')
    expect(textOf(notice)).toContain('never read')
  })

  test('a GPU that a running request is moving is no cause for alarm', () => {
    const facts = aHost({ gpus: [aGpu({ problemCode: null })], dismounted: [aPath(0)] })

    const idle = show('hv01', aView(facts))
    const moving = show('hv01', aView(facts), [aLine({ state: 'running' })])

    expect(factOf(idle, 'GPUs')).toContain('needs attention')
    expect(factOf(moving, 'GPUs')).toMatch(/: dismounted$/)
  })

  test('with very many GPUs, VMs and requests still fits one message', () => {
    const facts = aHost({
      gpus: Array.from({ length: 200 }, (_, number) => aGpu({}, number)),
      vms: Array.from({ length: 300 }, (_, number) => aVm({}, number + 1)),
    })
    const requests = Array.from({ length: 200 }, (_, number) => aLine({ id: `R-${number}` }))

    const notice = show('hv01', aView(facts), requests)

    expect(factOf(notice, 'GPUs')).toMatch(/\nand 180 more$/)
    expect(factOf(notice, 'VMs')).toMatch(/, and 280 more$/)
    expect(textOf(notice)).toContain('and 190 more: requests')
    expect(JSON.stringify(notice).length).toBeLessThan(8_000)
  })
})
