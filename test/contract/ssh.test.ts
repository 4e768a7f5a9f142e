/** The contract over SSH remoting, through an account that is held to a restricted session. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { hostName } from '../../src/core/inventory'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../src/host/powershell/host'
import { openMemory } from '../../src/host/powershell/memory'
import { makeKeys, withSshd, type Keys, type Sshd } from '../fakes/sshd'
import { withEngine } from '../host/powershell/pwsh'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import { restrictedConfiguration, startWindows, type Windows } from '../host/powershell/stubs/windows'
import { describeHost, type HostUnderTest } from './host-contract'
import { knownOver, openFleet } from './over-powershell'

/** What the account is held to. A subsystem has to be known to be asked for; what runs is the forced command. */
const RESTRICTIONS = [
  'Subsystem sftp internal-sftp',
  'Subsystem powershell /bin/false',
  'PermitTTY no',
  'DisableForwarding yes',
  'PermitTunnel no',
  'PermitUserRC no',
  'PasswordAuthentication no',
]
const ACCOUNT = { GUEST_USER: GUEST_ACCOUNT.user, GUEST_PASSWORD: GUEST_ACCOUNT.password }
const ALIAS = 'gpu-host'

withEngine('the contract over SSH', (found) => {
  withSshd('with a forced command', (startSshd) => {
    let windows: Windows
    let keys: Keys
    let sshd: Sshd
    let engine: Engine

    const start = (): Promise<Engine> =>
      startEngine({
        executable: found.program,
        clock: systemClock,
        env: { ...process.env, ...ACCOUNT },
        noise: () => undefined,
      })
    const pinned = (name: string, key: string): string => {
      const path = join(windows.dir, name)
      writeFileSync(path, `${ALIAS} ${key}\n`)
      return path
    }
    /** The engine in the environment of the host; nobody who connects can set it. */
    const remoteEngine = (): string => {
      const path = join(windows.dir, 'restricted.sh')
      const names = ['GPU_STUB_PORT', 'GPU_STUB_TOKEN', 'PSModulePath', 'XDG_DATA_HOME', 'PATH']
      const exports = names.map((name) => `export ${name}='${windows.env[name] ?? ''}'`)
      const dotnet = process.env['DOTNET_ROOT'] ? [`export DOTNET_ROOT='${process.env['DOTNET_ROOT']}'`] : []
      const run = `exec '${found.program}' -nologo -noprofile -sshs -configurationfile '${restrictedConfiguration(windows.dir)}'`
      writeFileSync(path, ['#!/bin/sh', ...exports, ...dotnet, run, ''].join('\n'))
      chmodSync(path, 0o755)
      return path
    }
    const targetWith = (more: { keyFile?: string; knownHosts?: string } = {}) => ({
      kind: 'ssh' as const,
      hostName: '127.0.0.1',
      port: sshd.port,
      userName: sshd.user,
      keyFile: keys.file,
      knownHosts: pinned('known_hosts', sshd.hostKey),
      alias: ALIAS,
      ...more,
    })
    const hostOver = (name: string, guests: HostUnderTest['world'], target = targetWith()) => {
      const { vms } = guests.facts(name)
      return powerShellHost({
        name: hostName.parse(name),
        target,
        notes: {
          forceDismount: false,
          unsupportedPartitioning: false,
          guests: Object.fromEntries(vms.map(({ id, guest }) => [id, guest])),
        },
        guests: new Map(
          vms.map(({ id }) => [id, { kind: 'windows', credential: { credential: 'env:GUEST' } }]),
        ),
        engine: () => Promise.resolve(engine),
        memory: openMemory(join(windows.dir, 'devices.json')),
      })
    }

    beforeAll(async () => {
      const { world, simulated } = openFleet('hv01')
      windows = await startWindows({ world, host: simulated, stubs: found.stubs, flavour: '2022' })
      keys = makeKeys(join(windows.dir, 'user_key'))
      sshd = await startSshd({
        authorizedKeys: [keys.publicKey],
        lines: RESTRICTIONS,
        command: remoteEngine(),
      })
      engine = await start()
    })
    afterAll(async () => {
      await engine.stop()
      await sshd.stop()
      await windows.close()
    })

    describeHost('PowerShell over SSH', (name) => {
      const { world, simulated } = openFleet(name)
      windows.become(world, simulated)
      rmSync(join(windows.dir, 'devices.json'), { force: true })
      let reached = true
      return Promise.resolve({
        host: hostOver(name, world),
        world,
        known: (facts) => knownOver(facts, '2022'),
        cutOff: () => {
          reached = false
          return engine.stop()
        },
        close: async () => {
          if (!reached) engine = await start()
        },
      })
    })

    describe('whoever has the key', () => {
      const ssh = (args: readonly string[], input = ''): Promise<string> =>
        new Promise((resolve) => {
          const { port, user } = sshd
          const options = [
            ...[
              '-F',
              'none',
              '-o',
              'BatchMode=yes',
              '-o',
              `UserKnownHostsFile=${pinned('known', sshd.hostKey)}`,
            ],
            ...['-o', `HostKeyAlias=${ALIAS}`, '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
            ...['-i', keys.file, '-p', String(port), '-l', user],
          ]
          const child = execFile('ssh', [...options, ...args], { timeout: 20_000 }, (_, stdout, stderr) =>
            resolve(`${stdout}${stderr}`),
          )
          child.stdin?.end(input)
        })

      it.each<[string, readonly string[], string]>([
        ['shell', ['127.0.0.1'], 'id\n'],
        ['command', ['127.0.0.1', 'id'], ''],
        ['terminal', ['-tt', '127.0.0.1', 'id'], ''],
        ['file transfer', ['-s', '127.0.0.1', 'sftp'], ''],
        ['other subsystem', ['-s', '127.0.0.1', 'netconf'], ''],
      ])('gets no %s', async (_, args, input) => {
        expect(await ssh(args, input)).not.toMatch(/uid=\d+/)
      })

      it('forwards no port', async () => {
        expect(await ssh(['-W', `127.0.0.1:${sshd.port}`, '127.0.0.1'], 'x\n')).not.toContain('SSH-2.0')
      })
    })

    describe('a host', () => {
      const inventoryWith = (more: { keyFile?: string; knownHosts?: string }, name: 'hv01' | 'hv02') =>
        hostOver(name, openFleet(name).world, targetWith(more))

      it.each([
        [
          'whose key is another one',
          () => ({ knownHosts: pinned('other', makeKeys(join(windows.dir, 'other_host')).publicKey) }),
        ],
        ['whose key is not pinned', () => ({ knownHosts: pinned('none', '') })],
        [
          'that does not know the key of the bot',
          () => ({ keyFile: makeKeys(join(windows.dir, 'other_user')).file }),
        ],
      ])('%s is not reached, and nothing runs on it', async (_, more) => {
        const fresh = await start()
        const before = engine
        engine = fresh
        const calls = windows.calls.length
        try {
          await expect(inventoryWith(more(), 'hv01').inventory()).rejects.toMatchObject({
            code: 'host-unreachable',
          })
          expect(windows.calls.length).toBe(calls)
        } finally {
          engine = before
          await fresh.stop()
        }
      })
    })
  })
})
