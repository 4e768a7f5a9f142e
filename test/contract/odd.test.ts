/** Every odd host of the simulated fleet, read through the real PowerShell engine: both tell the same of it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { type HostFacts, hostFacts } from '../../src/core/inventory'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../src/host/powershell/host'
import { openMemory } from '../../src/host/powershell/memory'
import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import { sorted } from '../fakes/facts'
import { withEngine } from '../host/powershell/pwsh'
import { startWindows, type Windows } from '../host/powershell/stubs/windows'
import { knownOver } from './over-powershell'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const { world, hosts } = openSimulatedFleet({
  file: fleetFile('odd'),
  stateFile: null,
  clock,
  latency: 'none',
})

/**
 * Of a device that was disabled or dismounted before it was first read, Windows tells little; the numbers of the slots
 * hang on it. What is no display device (base class 3) is not shown at all.
 */
const inUse = (facts: HostFacts) => {
  const { gpus, ...host } = sorted(facts)
  const used = gpus.filter(
    ({ problemCode: code, baseClass }) => code !== null && code !== 22 && baseClass === 3,
  )
  return { ...host, gpus: used.map(({ slot, ...gpu }) => gpu) }
}

withEngine('over PowerShell', (found) => {
  let windows: Windows
  let engine: Engine
  beforeAll(async () => {
    windows = await startWindows({ world, host: hosts[0]!, stubs: found.stubs, flavour: '2025' })
    engine = await startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...windows.env },
      noise: () => undefined,
    })
  })
  afterAll(async () => {
    await engine.stop()
    await windows.close()
  })

  it.each(hosts.map(({ name }) => name))('%s tells the truth', async (name) => {
    const facts = world.facts(name)
    windows.become(
      world,
      hosts.find((host) => host.name === name)!,
    )
    const host = powerShellHost({
      name,
      target: { kind: 'local', module: windows.module },
      notes: {
        forceDismount: facts.forceDismount,
        unsupportedPartitioning: facts.unsupportedPartitioning,
        guests: Object.fromEntries(facts.vms.map(({ id, guest }) => [id, guest])),
      },
      guests: new Map(),
      engine: () => Promise.resolve(engine),
      memory: openMemory(join(windows.dir, `${name}.json`)),
    })

    const told = hostFacts.parse(await host.inventory())

    const known = { ...knownOver(facts, '2025'), forceDismount: facts.forceDismount }
    expect(inUse(told)).toEqual(inUse(known))
  })

  it('a host without the commands for assigning devices is read all the same, and says which it lacks', async () => {
    const missing = ['Get-VMHostAssignableDevice', 'Get-VMAssignableDevice']
    const bare = await startWindows({ world, host: hosts[0]!, stubs: found.stubs, flavour: '2016' })
    const manifest = join(bare.dir, 'modules', 'Hyper-V', 'Hyper-V.psd1')
    const whole = readFileSync(manifest, 'utf8')
    writeFileSync(
      manifest,
      missing.reduce((text, name) => text.replace(`'${name}', `, ''), whole),
    )
    const older = await startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...bare.env },
      noise: () => undefined,
    })
    const host = powerShellHost({
      name: hosts[0]!.name,
      target: { kind: 'local', module: bare.module },
      notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
      guests: new Map(),
      engine: () => Promise.resolve(older),
      memory: openMemory(join(bare.dir, 'devices.json')),
    })

    const told = await host.inventory()
    await older.stop()
    await bare.close()

    expect(told.missingCommands).toEqual(missing)
    expect(told.gpus.length).toBeGreaterThan(0)
    expect(told.dismounted).toEqual([])
  })
})
