/** The contract over the real PowerShell engine, with stand-ins for Hyper-V's commands in each flavour of its module. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { hostName } from '../../src/core/inventory'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../src/host/powershell/host'
import { openMemory } from '../../src/host/powershell/memory'
import { withEngine, type Engine as Found } from '../host/powershell/pwsh'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import { FLAVOURS, type Flavour } from '../host/powershell/stubs/modules'
import { startWindows, type Windows } from '../host/powershell/stubs/windows'
import { describeHost, type HostUnderTest } from './host-contract'
import { known, openFleet } from './windows-facts'

const ACCOUNT = { GUEST_USER: GUEST_ACCOUNT.user, GUEST_PASSWORD: GUEST_ACCOUNT.password }

const describePowerShell = (
  name: string,
  found: Found,
  kind: { flavour: Flavour; language: 'en' | 'zh' },
): void => {
  let windows: Windows
  let engine: Engine
  const start = (): Promise<Engine> =>
    startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...windows.env, ...ACCOUNT },
      noise: () => undefined,
    })

  const open = (): Promise<HostUnderTest> => {
    const { world, simulated } = openFleet()
    windows.become(world, simulated)
    const { vms } = world.facts('hv01')
    const devices = join(windows.dir, 'devices.json')
    rmSync(devices, { force: true })
    let reached = true
    const host = powerShellHost({
      name: hostName.parse('hv01'),
      target: { kind: 'local', module: windows.module },
      notes: { forceDismount: false, guests: Object.fromEntries(vms.map(({ id, guest }) => [id, guest])) },
      guests: new Map(
        vms.map(({ id }) => [id, { kind: 'windows', credential: { credential: 'env:GUEST' } }]),
      ),
      engine: () => Promise.resolve(engine),
      memory: openMemory(devices),
    })
    return Promise.resolve({
      host,
      world,
      known,
      cutOff: () => {
        reached = false
        return engine.stop()
      },
      close: async () => {
        if (!reached) engine = await start()
      },
    })
  }
  describeHost(name, open, {
    before: async () => {
      const { world, simulated } = openFleet()
      windows = await startWindows({ world, host: simulated, stubs: found.stubs, ...kind })
      engine = await start()
    },
    after: async () => {
      await engine.stop()
      await windows.close()
    },
  })
}

withEngine('the contract over PowerShell', (found) => {
  for (const flavour of FLAVOURS)
    describePowerShell(`PowerShell with the module of Windows Server ${flavour}`, found, {
      flavour,
      language: 'en',
    })
  describePowerShell('PowerShell on a host that is not English', found, { flavour: '2022', language: 'zh' })
})
