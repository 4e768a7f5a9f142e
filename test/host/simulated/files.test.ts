import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostFacts, placeOf } from '../../../src/core/inventory/inventory'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { assignment, run } from '../../contract/host-contract'
import { clock } from './opened'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (file = fleetFile('default')) =>
  openSimulatedFleet({ file, stateFile: join(folder, 'state.json'), clock, latency: 'none' })

describe('the state of a fleet', () => {
  test('is the same in the next process: devices, settings, fence, faults and reachability', async () => {
    const first = open()
    const steps = assignment(first.world.facts('hv01'), 'gpu0', 'train-01')
    for (const step of steps) await run(first.hosts[0]!, step, 9)
    first.world.setReachable('hv03', true)
    first.world.setGuestSmi('hv01', 'train-01', 'code43')
    first.world.inject({ host: 'hv02', step: 'any', times: 2, kind: 'lost-after' })

    const next = open()

    expect(next.world.facts('hv01')).toEqual(first.world.facts('hv01'))
    expect(next.world.isReachable('hv03')).toBe(true)
    expect(next.world.faults()).toEqual(first.world.faults())
    expect(await run(next.hosts[0]!, steps[0]!, 8)).toMatchObject({ code: 'StaleFence' })
    expect(readdirSync(folder)).toEqual(['state.json'])
  })

  test('of another fleet is not taken', () => {
    open().world.setVmState('hv01', 'train-01', 'Running')

    const odd = open(fleetFile('odd'))

    expect(odd.world.hostNames()).toContain('machines')
  })

  test.each(['{"format":1,', '{"format":1,"fleet":"default"}'])(
    'that is corrupt (%s) says what to do',
    (text) => {
      const path = join(folder, 'state.json')
      writeFileSync(path, text)

      expect(() => open()).toThrow(expect.objectContaining({ code: 'config' }))
      expect(() => open()).toThrow(`delete ${path}`)
    },
  )

  test('that cannot be written leaves the outcome unknown and the host as it was', async () => {
    const { hosts, world } = open()
    const before = world.facts('hv01')
    const [step] = assignment(before, 'gpu0', 'train-01')
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file where the folder was')

    const result = await run(hosts[0]!, step!)

    expect(result.kind).toBe('unknown')
    expect(world.facts('hv01')).toEqual(before)
  })
})

describe('a fleet file', () => {
  const written = (edit: (text: string) => string) => {
    const path = join(folder, 'fleet.yaml')
    writeFileSync(path, edit(readFileSync(fleetFile('default'), 'utf8')))
    return path
  }

  test('with mistakes is refused with every mistake and where it is', () => {
    const path = written((text) => text.replace('memory: 80GiB', 'memory: 80GB').replace('acs: 0', 'acs: 7'))

    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'config' }))
    expect(() => open(path)).toThrow(/hosts\[0\]\.gpus\[0\]\.memory/)
    expect(() => open(path)).toThrow(/hosts\[1\]\.gpus\[1\]\.acs/)
  })

  test('with a misspelt field is refused by the name of the field', () => {
    expect(() => open(written((text) => text.replace('reachable:', 'reachabel:')))).toThrow(/reachabel/)
  })

  test('with the same GPU twice is refused', () => {
    const path = written((text) => text.replace('slot: gpu1', 'slot: gpu0'))

    expect(() => open(path)).toThrow(/hosts\[0\]\.gpus: slot gpu0 appears twice/)
  })

  test('that is not YAML or not there is refused by its path', () => {
    expect(() => open(written(() => 'fleet: [')).hosts).toThrow(join(folder, 'fleet.yaml'))
    expect(() => open(join(folder, 'none.yaml'))).toThrow(join(folder, 'none.yaml'))
  })

  test.each(['default', 'odd'] as const)('%s gives facts that are valid on every host', (name) => {
    const { world } = open(fleetFile(name))

    for (const host of world.hostNames()) expect(() => hostFacts.parse(world.facts(host))).not.toThrow()
  })
})

test('the default fleet is the one of the playground', () => {
  const { world } = open()

  const [hv01, hv02, hv03] = world.hostNames().map((name) => world.facts(name))

  expect(hv01!.gpus.map((gpu) => gpu.model)).toEqual([
    'NVIDIA A100 80GB PCIe',
    'NVIDIA A100 80GB PCIe',
    'NVIDIA A40',
  ])
  expect(hv01!.vms.map(({ name, guest, state, generation }) => [name, guest, state, generation])).toEqual([
    ['train-01', 'linux', 'Off', 2],
    ['train-02', 'windows', 'Running', 2],
    ['render-01', 'windows', 'Running', 2],
    ['legacy-01', 'windows', 'Off', 1],
  ])
  expect(placeOf(hv01!, hv01!.gpus[2]!)).toEqual({ kind: 'assigned', vm: hv01!.vms[2]!.id })
  expect(
    hv02!.gpus.map(({ partition, acs, driverVersion }) => [partition !== null, acs, driverVersion]),
  ).toEqual([
    [true, 3, '32.0.15.7322'],
    [false, 0, '32.0.15.7322'],
    [false, 3, null],
  ])
  expect(hv02!.vms.filter((vm) => vm.checkpoints > 0 && vm.memory.dynamic)).toHaveLength(1)
  expect([hv03!.name, world.isReachable('hv03')]).toEqual(['hv03', false])
})
