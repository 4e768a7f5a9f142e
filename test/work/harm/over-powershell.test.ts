/** The same where the host of the VM is reached by the module under PowerShell, judged by the commands that reach Hyper-V. */
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import type { HostName } from '../../../src/core/inventory/inventory'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import type { World } from '../../../src/host/simulated/fleet'
import { powerShellHost } from '../../../src/host/powershell/host'
import { openDeviceMemory } from '../../../src/host/powershell/memory'
import { patientClock } from '../../fakes/patient-clock'
import { withEngine } from '../../host/powershell/pwsh'
import { StubFailure } from '../../host/powershell/stubs/refusal'
import { MUTATING, type StubCall } from '../../host/powershell/stubs/server'
import { startWindows, type Windows } from '../../host/powershell/stubs/windows'
import { fleetOf } from '../operations/bot'
import { judge } from './oracle'
import { AGREED, TWO_OTHERS, UNANSWERED } from './plans'
import type { Order } from './scene'
import { orderTo } from './simulated'

const fleetVms = (world: World) => world.hostNames().flatMap((host) => world.facts(host).vms)

withEngine('over PowerShell', ({ program, stubs }) => {
  let windows: Windows
  let engine: Engine
  let before: (call: StubCall) => void = () => undefined

  beforeAll(async () => {
    const { world, hosts } = fleetOf(patientClock)
    windows = await startWindows({
      ...{ world, host: hosts[0]!, stubs, flavour: '2025' },
      before: (call) => before(call),
    })
    engine = await startEngine({
      executable: program,
      clock: patientClock,
      env: { ...process.env, ...windows.env },
      noise: () => undefined,
    })
    // Its session opens with the first call, which no plan shall have to wait for.
    await hostOver(hosts[0]!.name, windows.dir).inventory()
  })
  const hostOver = (name: HostName, dir: string) =>
    powerShellHost({
      name,
      target: { kind: 'local', module: windows.module },
      notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
      guests: new Map(),
      engine: () => Promise.resolve(engine),
      memory: openDeviceMemory(join(dir, 'devices.json')),
    })
  afterAll(async () => {
    await engine.stop()
    await windows.close()
  })

  judge(
    ' over PowerShell',
    () => ({
      hosts: (fleet, { dir, host: name }) => {
        before = () => undefined
        const simulated = fleet.hosts.find((each) => each.name === name)!
        windows.become(fleet.world, simulated)
        const over = hostOver(simulated.name, dir)
        return fleet.hosts.map((each) => (each === simulated ? over : each))
      },
      watch: ({ world }, listener) => {
        // The other hosts of a plan are simulated.
        world.onStep((event) => {
          if (event.when === 'before') listener(orderTo(world, event))
        })
        before = ({ command, bound }) => {
          if (!MUTATING.test(command)) return
          const meant = JSON.stringify(bound)
          const vm = fleetVms(world).find(({ id }) => meant.includes(id))
          const stops: Order['stops'] =
            command === 'Stop-VM' && vm
              ? { vm: vm.name, how: 'TurnOff' in bound ? 'turn-off' : 'shutdown' }
              : null
          listener({
            stops,
            refuse: () => {
              throw new StubFailure('InjectedByTest', 'SIMULATED: the operation failed.')
            },
          })
        }
      },
    }),
    {
      // What people say never reaches a host: where all agree is enough to see what does.
      takes: ({ of, way, others, arrangement }) =>
        (arrangement.usual === true || arrangement.name === TWO_OTHERS) &&
        way === (of === 'end' || others === 0 ? UNANSWERED : AGREED),
      refuses: ({ arrangement, others }) => arrangement.usual === true && others === 1,
      shares: 3,
      least: 50,
    },
  )
})
