import { describe, expect, it } from '@jest/globals'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import { survey } from '../../../src/core/planner/checks/survey'
import { device, INSTANCE, PATH, pooled, raw, read, trace, vm } from './a-raw-host'

const check = (host: HostFacts) =>
  survey(host, host.gpus[0]!, host.vms[0]!).find(({ id }) => id === 'devices')!.verdict

describe('a device of a VM that is no GPU', () => {
  const DISK = {
    instanceId: 'PCIP\\VEN_144D&DEV_A820&SUBSYS_1F951028&REV_03\\4&368722DD&0&0010',
    locationPath: 'PCIROOT(40)#PCI(0200)#PCI(0000)',
  }
  const told = (entry: object, more: object = {}) =>
    read(raw({ vms: [{ ...vm, assigned: [entry] }], ...more })).facts

  it('is there where the host shows a node of it, whether the pool lists it or not', () => {
    const hidden = told({ ...DISK, present: true })
    const listed = told({ ...DISK, present: true }, { dismounted: [DISK] })

    expect([hidden, listed].map(check)).toEqual(['pass', 'pass'])
    expect([hidden, listed].map(({ dismounted }) => dismounted)).toEqual([[], [DISK.locationPath]])
    expect(hidden.vms[0]).toMatchObject({ devices: [{ path: DISK.locationPath, device: 'there' }] })
  })

  it('is gone where the host shows no node of it', () => {
    expect(check(told({ ...DISK, present: false }))).toBe('fail')
  })

  it('is gone where the entry has neither id nor path', () => {
    const { vms, ...host } = told({ instanceId: '', locationPath: '', present: null })

    expect(check({ ...host, vms })).toBe('fail')
    expect(vms[0]).toMatchObject({ assigned: [], devices: [{ path: null, device: 'gone' }] })
  })

  it('of a host whose module is older is there by the pool, and else nobody knows', () => {
    const byNode = told(DISK, { pooled: [DISK.instanceId.toLowerCase()] })
    const byPool = told(DISK, { dismounted: [DISK] })
    const untold = told(DISK, { pooled: [`${DISK.instanceId}9`] })

    expect([byNode, byPool, untold].map(check)).toEqual(['pass', 'pass', 'warn'])
  })
})

describe('a GPU of a VM', () => {
  const entry = { ...pooled[0]!, present: true, pool: 'Primordial' }
  const held = (changes: object = {}, more: object = {}) =>
    read(
      raw({ devices: [trace], vms: [{ ...vm, assigned: [{ ...entry, ...changes }] }], ...more }),
      read(raw()).remembered,
    ).facts

  it('is found by its id where its entry has no path', () => {
    const host = held({ locationPath: '' }, { pools: [], dismounted: pooled })

    expect(host.vms[0]!.assigned).toEqual([PATH])
    expect(host.vms[0]!.devices).toEqual([{ path: PATH, device: 'there' }])
  })

  it('is gone once its card was pulled out, by any module: displays were always looked at', () => {
    const other = device({ instanceId: `${INSTANCE}9` })
    const gone = { present: null, instanceId: 'PCIP\\VEN_10DE&DEV_1B80\\4&1&0&0019', locationPath: PATH }

    expect(held({ present: false }).vms[0]!.devices).toEqual([{ path: PATH, device: 'gone' }])
    expect(held(gone, { devices: [other] }).vms[0]!.devices).toEqual([{ path: PATH, device: 'gone' }])
  })

  it.each([
    ['Primordial', null],
    ['cluster GPUs', 'cluster GPUs'],
  ])('from the pool %s is of the pool %s', (pool, kept) => {
    expect(held({ pool }).gpus[0]!.pool).toBe(kept)
  })
})

describe('a GPU in a resource pool', () => {
  const pools = [{ name: 'cluster GPUs', devices: pooled }]
  const host = (changes: object) => read(raw({ devices: [trace], ...changes }), read(raw()).remembered).facts
  const cluster2025 = {
    cluster: 'gpu-cluster',
    os: { caption: 'Microsoft Windows Server 2025 Datacenter', build: '26100', productType: 3 },
  }

  it.each([
    ['which the host lists as dismounted too', pooled],
    ['which the host does not list', []],
  ])('is of that pool, %s', (_, dismounted) => {
    const facts = host({ ...cluster2025, pools, dismounted })

    expect(facts.gpus[0]).toMatchObject({ pool: 'cluster GPUs', locationPath: PATH })
    expect(facts.pools).toBe('read')
  })

  it.each([
    ['a node of a cluster of 2025', cluster2025, 'unknown'],
    ['a host of 2025 in no cluster', { ...cluster2025, cluster: null }, 'read'],
    ['an older host, which can have none', { cluster: 'gpu-cluster' }, 'read'],
  ])('cannot be told by %s that tells no pools: %s', (_, changes, known) => {
    expect(host({ ...changes, dismounted: pooled }).pools).toBe(known)
  })

  it('is not remembered as such once it was taken out', () => {
    const before = read(raw({ ...cluster2025, pools })).remembered

    expect(Object.values(before)).toEqual([expect.not.objectContaining({ pool: expect.anything() })])
  })
})
