/** A card that its host knows by another id: in another slot, or after a change of firmware settings. */
import { describe, expect, it } from '@jest/globals'
import { instanceId } from '../../../src/core/inventory/inventory'
import { forgetting } from '../../../src/host/powershell/memory'
import type { RawInventory } from '../../../src/host/powershell/raw'
import { device, INSTANCE, PATH, raw, read, trace, vm } from './a-raw-host'

const ELSEWHERE = 'PCIROOT(16)#PCI(0300)#PCI(0000)'
const THIRD = 'PCIROOT(16)#PCI(0400)#PCI(0000)'
const at = (end: string): string => INSTANCE.replace(/\\[^\\]*$/, `\\${end}`)
const A40 = 'PCI\\VEN_10DE&DEV_2235&SUBSYS_145A10DE&REV_A1\\4&1&0&0018'
const moved = device({ instanceId: at('4&2A1B3C4D&0&0018'), locations: [ELSEWHERE] })
const twin = device({ instanceId: at('4&3A1B3C4D&0&0020'), locations: [THIRD] })

const told = (inventory: RawInventory, before: RawInventory) => {
  const { remembered } = read(before)
  return read(inventory, remembered).facts.gpus.map(({ slot, locationPath, problemCode }) => [
    slot,
    locationPath,
    problemCode,
  ])
}

describe('a card of a kind of which the host lacks one and shows one that is new', () => {
  it('is the same card, with the name that it had', () => {
    expect(told(raw({ devices: [moved] }), raw())).toEqual([['gpu0', ELSEWHERE, 0]])
  })

  it('is so beside the trace that its old slot left behind', () => {
    expect(told(raw({ devices: [trace, moved] }), raw())).toEqual([['gpu0', ELSEWHERE, 0]])
  })

  it('is so beside cards of another kind that came and went', () => {
    const other = device({ instanceId: A40, name: 'NVIDIA A40', locations: [THIRD] })

    expect(told(raw({ devices: [moved, other] }), raw())).toEqual([
      ['gpu0', ELSEWHERE, 0],
      ['gpu1', THIRD, 0],
    ])
  })

  it('keeps what is known of the card, and not what is of the slot', () => {
    const { remembered } = read(raw())
    const known = {
      ...remembered,
      [INSTANCE]: { ...remembered[INSTANCE]!, memoryBytes: 80 * 2 ** 30, acs: 3 as const },
    }

    const found = read(raw({ devices: [{ ...moved, acs: null }] }), known)

    expect(found.facts.gpus[0]).toMatchObject({ memoryBytes: 80 * 2 ** 30, acs: null })
    expect(Object.keys(found.remembered)).toEqual([moved.instanceId])
  })

  it('goes back to its slot by the same name', () => {
    const there = read(raw({ devices: [moved] }), read(raw()).remembered)

    expect(read(raw(), there.remembered).facts.gpus.map(({ slot }) => slot)).toEqual(['gpu0'])
  })
})

describe('a card that is new', () => {
  it.each<[string, RawInventory, RawInventory]>([
    [
      'two of its kind are gone',
      raw({ devices: [moved] }),
      raw({ devices: [device(), { ...twin, locations: [THIRD] }] }),
    ],
    ['two of its kind are new', raw({ devices: [moved, twin] }), raw()],
    [
      'the host has another revision',
      raw({
        devices: [{ ...moved, instanceId: moved.instanceId.replace('REV_A1', 'REV_A2') }],
      }),
      raw(),
    ],
    [
      'a VM lists the old one',
      raw({
        devices: [moved],
        vms: [{ ...vm, assigned: [{ instanceId: '', locationPath: PATH }] }],
      }),
      raw(),
    ],
    [
      'the old one is dismounted',
      raw({
        devices: [moved],
        dismounted: [{ instanceId: INSTANCE.replace('PCI\\', 'PCIP\\'), locationPath: PATH }],
      }),
      raw(),
    ],
    [
      'a pool keeps the old one',
      raw({
        devices: [moved],
        pools: [{ name: 'GpuChatOps', devices: [{ instanceId: INSTANCE, locationPath: PATH }] }],
      }),
      raw(),
    ],
    ['the old one is still there', raw({ devices: [device(), moved] }), raw()],
  ])('has a name of its own where %s', (_what, now, before) => {
    const names = told(now, before)
    const old = new Set(told(before, before).map(([slot]) => slot))

    expect(names.filter(([, path]) => path === ELSEWHERE).map(([slot]) => old.has(slot ?? ''))).toEqual([
      false,
    ])
    expect(names.map(([slot]) => slot)).toEqual(expect.arrayContaining([...old]))
  })
})

describe('a GPU that was forgotten', () => {
  const id = instanceId.parse(INSTANCE)
  const forgotten = () => forgetting(read(raw({ devices: [] }), read(raw()).remembered).remembered, id)

  it.each<[string, object[]]>([
    ['its host shows it nowhere', []],
    ['its host has a trace of it', [trace]],
  ])('is not told where %s', (_what, devices) => {
    const first = read(raw({ devices }), forgotten())

    expect(first.facts.gpus).toEqual([])
    expect(read(raw({ devices }), first.remembered).facts.gpus).toEqual([])
  })

  it('is back by its name once its host shows it, and missing once it is gone again', () => {
    const back = read(raw(), forgotten())
    expect(back.facts.gpus.map(({ slot }) => slot)).toEqual(['gpu0'])

    const gone = read(raw({ devices: [] }), back.remembered)
    expect(gone.facts.gpus.map(({ slot, problemCode }) => [slot, problemCode])).toEqual([['gpu0', null]])
  })

  it('is told where a VM lists it', () => {
    const vms = [{ ...vm, assigned: [{ instanceId: INSTANCE, locationPath: PATH }] }]

    expect(read(raw({ devices: [], vms }), forgotten()).facts.gpus.map(({ slot }) => slot)).toEqual(['gpu0'])
  })

  it('leaves its name to no other card, be it of the same kind', () => {
    expect(read(raw({ devices: [moved] }), forgotten()).facts.gpus.map(({ slot }) => slot)).toEqual(['gpu1'])
  })

  it('is nothing where nobody knew of it', () => {
    expect(forgetting({}, id)).toEqual({})
  })
})
