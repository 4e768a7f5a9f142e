import { describe, expect, it } from '@jest/globals'
import type { HostFacts } from '../../../src/core/inventory'
import { survey } from '../../../src/core/survey'
import { raw, read, vm } from './a-raw-host'

describe('a device of a VM that is no GPU', () => {
  const DISK = {
    instanceId: 'PCIP\\VEN_144D&DEV_A820&SUBSYS_1F951028&REV_03\\4&368722DD&0&0010',
    locationPath: 'PCIROOT(40)#PCI(0200)#PCI(0000)',
  }
  const told = (entry: typeof DISK, more: object = {}) =>
    read(raw({ vms: [{ ...vm, assigned: [entry] }], ...more })).facts
  const check = (host: HostFacts) =>
    survey(host, host.gpus[0]!, host.vms[0]!).find(({ id }) => id === 'devices')!.verdict

  it('is there where the host shows it under the id of the entry, whether the pool lists it or not', () => {
    const hidden = told(DISK, { pooled: [DISK.instanceId.toLowerCase()] })
    const listed = told(DISK, { pooled: [DISK.instanceId], dismounted: [DISK] })

    expect([hidden, listed].map(({ dismounted }) => dismounted)).toEqual([
      [DISK.locationPath],
      [DISK.locationPath],
    ])
    expect([hidden, listed].map(check)).toEqual(['pass', 'pass'])
  })

  it('is gone where the host does not show it', () => {
    expect(check(told(DISK))).toBe('fail')
    expect(check(told(DISK, { pooled: [`${DISK.instanceId}9`] }))).toBe('fail')
  })

  it.failing('[open: empty-entry] is gone where the entry has neither id nor path', () => {
    expect(check(told({ instanceId: '', locationPath: '' }))).toBe('fail')
  })
})
