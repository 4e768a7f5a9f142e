/** One engine, and one Windows of a flavour behind it that becomes host after host, for all tests of a file. */
import { afterAll, beforeAll } from '@jest/globals'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { type HostFacts, hostName } from '../../../src/core/inventory/inventory'
import type { Host } from '../../../src/core/ports/host'
import type { World } from '../../../src/host/simulated/fleet'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../../src/host/powershell/host'
import { openDeviceMemory } from '../../../src/host/powershell/memory'
import type { Engine as Found } from '../../host/powershell/pwsh'
import { GUEST_ACCOUNT } from '../../host/powershell/stubs/answers/guest'
import type { Differences } from '../../host/powershell/stubs/differences'
import { writeStubModules, type Flavour } from '../../host/powershell/stubs/modules'
import { writeOlderModule } from '../../host/powershell/protocol-1/older-module'
import { writeHostModule } from '../../host/powershell/stubs/guest-modules'
import { startWindows, type Windows } from '../../host/powershell/stubs/windows'
import { knownOver, openFleet } from '../over-powershell'

export interface Kind {
  readonly flavour: Flavour
  readonly language?: 'en' | 'zh'
}

export interface Opened {
  readonly world: World
  readonly simulated: Host
}

export interface Machine {
  /** What Windows tells of these facts. */
  readonly known: (facts: HostFacts) => HostFacts
  /**
   * The bot's host over what Windows shows of a simulated one. Sessions belong to a name, and keep the modules that they
   * were opened with: a host that lacks some (`without`) needs a name of its own (`as`).
   */
  readonly host: (
    opened: Opened,
    options?: {
      readonly as?: string
      readonly without?: readonly string[]
      /** The module of protocol 1; of a name of its own, too. */
      readonly module?: 'older'
      /** The host that was opened last stays as it is, with what modules keep there. */
      readonly stays?: boolean
    },
  ) => Host
  /** In what the host that was opened last differs. */
  readonly differ: (differences: Partial<Differences>) => void
  /** The engine ends; the next host gets a new one. */
  readonly cutOff: () => Promise<void>
  readonly revive: () => Promise<void>
  /** Ten minutes pass without an order. */
  readonly rest: () => Promise<void>
}

const ACCOUNT = { GUEST_USER: GUEST_ACCOUNT.user, GUEST_PASSWORD: GUEST_ACCOUNT.password }

export const useMachine = (found: Found, kind: Kind): Machine => {
  let windows: Windows
  let engine: Engine
  let running = true
  let lacking: readonly string[] = []
  const start = (): Promise<Engine> =>
    startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...windows.env, ...ACCOUNT },
      noise: () => undefined,
    })
  beforeAll(async () => {
    const { world, simulated } = openFleet('hv01')
    windows = await startWindows({ world, host: simulated, stubs: found.stubs, ...kind })
    engine = await start()
  })
  afterAll(async () => {
    await engine.stop()
    await windows.close()
  })

  const olderModule = (): string => {
    const home = join(windows.dir, 'older')
    return existsSync(home)
      ? join(home, 'HostUnderTest')
      : writeHostModule(home, writeOlderModule(windows.dir))
  }

  return {
    known: (facts) => ({ ...knownOver(facts, kind.flavour), forceDismount: facts.forceDismount }),
    host: (
      { world, simulated },
      { as = simulated.name, without = [], module = 'own', stays = false } = {},
    ) => {
      if (!stays) windows.become(world, simulated)
      if (without.join() !== lacking.join())
        writeStubModules(join(windows.dir, 'modules'), kind.flavour, found.stubs, without)
      lacking = without
      const { vms, forceDismount, unsupportedPartitioning } = world.facts(simulated.name)
      const devices = join(windows.dir, 'devices.json')
      rmSync(devices, { force: true })
      return powerShellHost({
        name: hostName.parse(as),
        target: { kind: 'local', module: module === 'own' ? windows.module : olderModule() },
        notes: {
          forceDismount,
          unsupportedPartitioning,
          guests: Object.fromEntries(vms.map(({ id, guest }) => [id, guest])),
        },
        guests: new Map(
          vms.map(({ id }) => [id, { kind: 'windows', credential: { credential: 'env:GUEST' } }]),
        ),
        engine: () => Promise.resolve(engine),
        memory: openDeviceMemory(devices),
      })
    },
    differ: (differences) => windows.differ(differences),
    cutOff: () => {
      running = false
      return engine.stop()
    },
    rest: () => windows.rest(),
    revive: async () => {
      if (!running) engine = await start()
      running = true
    },
  }
}
