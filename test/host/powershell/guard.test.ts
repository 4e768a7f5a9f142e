/** What stands before every change of a host: the administrator's allow-list, the fence, the lock. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import type { Parameters } from '../../../src/host/powershell/engine/wire'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const fleetOf = () => {
  const { world, hosts } = openSimulatedFleet({
    file: fleetFile('default'),
    stateFile: null,
    clock,
    latency: 'none',
  })
  return { world, host: hosts.find(({ name }) => name === 'hv01')! }
}

withEngine('a change of a host', (found) => {
  let windows: Windows
  let engine: Engine
  let fleet: ReturnType<typeof fleetOf>
  const state = (name: string): string => join(windows.dir, 'GpuChatOps', name)

  beforeAll(async () => {
    windows = await startWindows({ ...fleetOf(), stubs: found.stubs, flavour: '2022' })
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
  beforeEach(() => {
    fleet = fleetOf()
    windows.become(fleet.world, fleet.host)
  })

  const ask = async (command: string, parameters: Parameters): Promise<string> => {
    const answer = await engine.call({
      session: { name: 'change', target: { kind: 'local', module: windows.module } },
      command,
      parameters,
      timeoutMs: 60_000,
    })
    return answer.kind === 'error' ? answer.code : answer.kind
  }
  const vm = () => fleet.world.facts('hv01').vms[0]!
  const gpu = () => fleet.world.facts('hv01').gpus[0]!
  const stopAction = (fence: number): Promise<string> =>
    ask('Set-GpuVm', { VmId: vm().id, AutomaticStopAction: 'TurnOff', Fence: fence })
  const disable = (fence: number): Promise<string> =>
    ask('Disable-GpuDevice', {
      InstanceId: gpu().instanceId,
      LocationPath: gpu().locationPath,
      Fence: fence,
    })

  describe('is refused by the allow-list', () => {
    it.each<[string, () => readonly string[]]>([
      ['that is empty', () => []],
      ['that names another VM', () => [`vm ${fleet.world.facts('hv01').vms[1]!.id}`]],
      ['that names the VM in a comment', () => [`# vm ${vm().id}`]],
      ['that names the VM as a device', () => [`device ${vm().id}`]],
      ['that has no kind before the name', () => [vm().id]],
      ['that names only part of the id', () => [`vm ${vm().id.slice(0, 8)}*`]],
    ])('%s', async (_, lines) => {
      windows.allow(lines())
      const before = fleet.world.facts('hv01')

      expect(await stopAction(1)).toBe('NotAllowed')

      expect(fleet.world.facts('hv01')).toEqual(before)
    })

    it('that is not there', async () => {
      rmSync(state('allow'))

      expect(await stopAction(1)).toBe('NotAllowed')
    })

    it('that names the VM, but not the device', async () => {
      windows.allow(['vm *'])

      expect(await disable(1)).toBe('NotAllowed')
    })
  })

  it.each<[string, () => string]>([
    ['in another case, with blanks around', () => `\t VM   ${vm().id.toUpperCase()}  `],
    ['after a byte order mark and other lines', () => `\ufeff# VMs of the lab\r\n\r\nvm ${vm().id}\r\n`],
  ])('is allowed where the VM is named %s', async (_, text) => {
    writeFileSync(state('allow'), text())

    expect(await stopAction(1)).toBe('ok')
  })

  it('goes by the path alone nowhere: an id at another path is refused', async () => {
    const other = fleet.world.facts('hv01').gpus[1]!
    windows.allow([`device ${gpu().locationPath}`])

    for (const command of ['Disable-GpuDevice', 'Enable-GpuDevice', 'Dismount-GpuDevice', 'Mount-GpuDevice'])
      expect([
        command,
        await ask(command, {
          InstanceId: other.instanceId,
          LocationPath: gpu().locationPath,
          Fence: 1,
        }),
      ]).toEqual([command, 'PreconditionChanged'])
  })

  it.each(['', ' ', 'many', '-1', '1.5', '99999999999999999999', '7 8'])(
    'is refused while the fence cannot be read: %j',
    async (text) => {
      writeFileSync(state('fence'), text)

      expect(await stopAction(9)).toBe('FenceUnreadable')
      expect(readFileSync(state('fence'), 'utf8')).toBe(text)
    },
  )

  it('remembers its fence before anything is changed, and refuses a lower one from then on', async () => {
    fleet.world.setVmState('hv01', vm().id, 'Running')
    expect(await stopAction(12)).toBe('InvalidState')

    expect(readFileSync(state('fence'), 'utf8')).toBe('12')
    expect(await stopAction(11)).toBe('StaleFence')
  })

  it('does not raise the fence for what it would not allow', async () => {
    windows.allow([])

    expect(await stopAction(12)).toBe('NotAllowed')
    windows.allow(['vm *'])
    expect(await stopAction(1)).toBe('ok')
  })
})
