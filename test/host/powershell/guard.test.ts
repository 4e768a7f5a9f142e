/** What stands before every change on the host itself: the administrator's allow-list, the fence, the lock. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { ENGINE_ENV } from '../../../src/host/powershell/engine/process'
import type { Answer } from '../../../src/host/powershell/engine/wire'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { quoted, runScript } from './probe'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

withEngine('on the host', ({ program, stubs }) => {
  const open = () => {
    const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
    return { world: fleet.world, host: fleet.hosts.find(({ name }) => name === 'hv01')! }
  }
  const { gpus, vms } = open().world.facts('hv01')
  const gpu = gpus.find(({ slot }) => slot === 'gpu0')!
  const { id } = vms.find(({ state }) => state === 'Off')!
  let windows: Windows
  let engine: Engine

  beforeAll(async () => {
    windows = await startWindows({ ...open(), stubs, flavour: '2022' })
    const env = { ...process.env, ...windows.env }
    engine = await startEngine({ executable: program, clock: systemClock, env, noise: () => undefined })
  })
  afterEach(() => {
    const { world, host } = open()
    windows.become(world, host)
    windows.calls.length = 0
  })
  afterAll(async () => {
    await engine.stop()
    await windows.close()
  })

  const state = (file = ''): string => join(windows.dir, 'GpuChatOps', file)
  const call = (
    command: string,
    parameters: Record<string, string | number>,
    session = 'hv01',
  ): Promise<Answer> =>
    engine.call({
      session: { name: session, target: { kind: 'local', module: windows.module } },
      command,
      parameters,
      timeoutMs: 60_000,
    })
  const start = (fence = 1, session?: string) => call('Start-GpuVm', { VmId: id, Fence: fence }, session)
  const disable = () =>
    call('Disable-GpuDevice', { InstanceId: gpu.instanceId, LocationPath: gpu.locationPath, Fence: 1 })
  const codeOf = (answer: Answer): string => (answer.kind === 'error' ? answer.code : answer.kind)
  const changes = (): string[] =>
    windows.calls
      .map(({ command }) => command)
      .filter((each) => ['Start-VM', 'Disable-PnpDevice'].includes(each))

  describe('the allow-list', () => {
    const allow = (text: string | Buffer): void => writeFileSync(state('allow'), text)

    it.each([
      ['a line for the VM', `vm ${id}`],
      ['another line first', `vm 00000000-0000-0000-0000-000000000000\nvm ${id}\n`],
      ['its id in capitals', `vm ${id.toUpperCase()}`],
      ['capitals in the first word', `VM ${id}`],
      ['blanks before, between and after', `  vm \t ${id} \t `],
      ['line ends of Windows', `# Allowed\r\nvm ${id}\r\n`],
      ['a mark of UTF-8 in front, as Notepad writes it', `\ufeffvm ${id}\r\n`],
      ['UTF-16, as PowerShell 5.1 redirects it', Buffer.from(`\ufeffvm ${id}\r\n`, 'utf16le')],
      ['an asterisk', 'vm *'],
    ])('allows with %s', async (_, text) => {
      allow(text)

      expect(codeOf(await start())).toBe('ok')
    })

    it.each([
      ['nothing in it', ''],
      ['a comment alone', `# vm ${id}\n#vm *`],
      ['a comment after the id', `vm ${id} # ours`],
      ['another VM', 'vm 00000000-0000-0000-0000-000000000000'],
      ['a part of the id and an asterisk', `vm ${id.slice(0, 8)}*`],
      ['devices alone', 'device *'],
      ['the id alone', id],
      ['no blank between', `vm${id}`],
      ['two asterisks', 'vm **'],
    ])('refuses a VM with %s, and changes nothing', async (_, text) => {
      allow(text)

      expect(codeOf(await start())).toBe('NotAllowed')
      expect(changes()).toEqual([])
    })

    it('refuses everything when it is not there', async () => {
      rmSync(state('allow'))

      expect([codeOf(await start()), codeOf(await disable())]).toEqual(['NotAllowed', 'NotAllowed'])
      expect(changes()).toEqual([])
    })

    it.each([
      ['its own line', () => `device ${gpu.locationPath}`, 'ok'],
      ['a line for the device above it', () => `device ${gpu.locationPath.split('#')[0]}`, 'NotAllowed'],
      ['VMs alone', () => 'vm *', 'NotAllowed'],
    ])('judges a device with %s', async (_, text, code) => {
      allow(text())

      expect(codeOf(await disable())).toBe(code)
      expect(changes()).toEqual(code === 'ok' ? ['Disable-PnpDevice'] : [])
    })

    it('does not let a refused order raise the fence', async () => {
      allow('')

      await start(9)

      expect(existsSync(state('fence'))).toBe(false)
    })
  })

  describe('the fence', () => {
    it.each([
      ['nothing', ''],
      ['blanks', ' \r\n'],
      ['words', 'seven'],
      ['a number below zero', '-1'],
      ['more than a number', '3 4'],
      ['a number that is too long', '9'.repeat(30)],
      ['zero bytes, as after a power cut', '\u0000\u0000'],
    ])('refuses every order when it holds %s, and stays as it is', async (_, text) => {
      writeFileSync(state('fence'), text)

      expect(codeOf(await start(5))).toBe('FenceUnreadable')
      expect(changes()).toEqual([])
      expect(readFileSync(state('fence'), 'utf8')).toBe(text)
    })

    it.each([
      ['lower than the highest seen', 6, 'StaleFence', '7'],
      ['the highest seen', 7, 'ok', '7'],
      ['higher', 8, 'ok', '8'],
    ])('takes an order that is %s', async (_, fence, code, after) => {
      writeFileSync(state('fence'), '\ufeff7\r\n')

      expect(codeOf(await start(fence))).toBe(code)
      expect(readFileSync(state('fence'), 'utf8').replace('\ufeff', '').trim()).toBe(after)
    })

    it('can be as high as a fence can be', async () => {
      const highest = '9223372036854775807'
      writeFileSync(state('fence'), highest)

      expect(await start(Number.MAX_SAFE_INTEGER)).toMatchObject({ code: 'StaleFence' })
    })

    it('is written although a crash has left the half of an earlier one', async () => {
      writeFileSync(state('fence.new'), '12')

      expect(codeOf(await start(4))).toBe('ok')
      expect(readFileSync(state('fence'), 'utf8')).toBe('4')
    })
  })

  describe('the lock', () => {
    /** Another process with the lock in its hand. */
    const holder = async () => {
      const child = spawn(program, ['-NoProfile', '-NonInteractive', '-Command', '-'], {
        env: { ...process.env, ...ENGINE_ENV },
      })
      const held = once(child.stdout, 'data')
      child.stdin.write(
        `$lock = [System.IO.File]::Open(${quoted(state('lock'))}, 'OpenOrCreate', 'ReadWrite', 'None'); 'held'\n`,
      )
      await held
      return async () => {
        const closed = once(child, 'close')
        child.kill('SIGKILL')
        await closed
      }
    }

    it('is waited for, and free again when its holder was killed', async () => {
      const kill = await holder()
      const waiting = start()
      const reading = await call('Get-GpuInventory', {}, 'hv01/read')
      const before = changes()

      await kill()

      expect([codeOf(reading), before]).toEqual(['ok', []])
      expect(codeOf(await waiting)).toBe('ok')
    })

    it('is given up with Busy when it is not freed in time', async () => {
      const kill = await holder()
      const printed = await runScript(
        `Import-Module ${quoted(windows.module)}
        & (Get-Module GpuChatOps) { $script:LockPatienceSeconds = -1 }
        try { Start-GpuVm -VmId ${id} -Fence 1 } catch { "code $($_.FullyQualifiedErrorId)" }`,
        { program, dir: windows.dir, env: { ...process.env, ...windows.env } },
      )
      await kill()

      expect(printed).toContain('code Busy')
      expect(changes()).toEqual([])
    })
  })

  describe('without the directory that Register-GpuChatOps.ps1 makes', () => {
    it('every change is refused, and reading is not', async () => {
      renameSync(state(), `${state()}.away`)
      const answers = [await start(), await disable(), await call('Get-GpuInventory', {})]
      renameSync(`${state()}.away`, state())

      expect(answers.map(codeOf)).toEqual(['NotRegistered', 'NotRegistered', 'ok'])
      expect(changes()).toEqual([])
    })
  })
})
