/** What an account behind `Match User` is let in for, and what the bot does when ssh fails it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { systemClock } from '../../../src/clock'
import type { Parameters } from '../../../src/host/powershell/engine/wire'
import { examine } from '../../../src/host/powershell/health'
import { expectationOf, type Step } from '../../../src/core/plan/step'
import type { Host } from '../../../src/core/ports/host'
import { startSshHost, type SshHost, type SshTarget } from '../../contract/ssh-host'
import { openFleet } from '../../contract/over-powershell'
import { filesUnder, leaksOf } from '../../fakes/leaks'
import { makeKeys, withSshd } from '../../fakes/sshd'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { withEngine } from './pwsh'
import { GUEST_ACCOUNT } from './stubs/answers/guest'
import { StubFailure } from './stubs/refusal'
import { aFence } from '../../fakes/fence'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const run = (program: string, args: readonly string[], input = ''): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(program, [...args], (_, out, err) => resolve({ code: child.exitCode, out, err }))
    child.stdin?.end(input)
  })

/**
 * Ssh for the engine, by way of a script that notes which process it is. Where there is a pipe `untold`, the end of an ssh
 * that was killed is not told before its last words come through that pipe.
 */
const writeSsh = (
  dir: string,
  { pids, untold }: { readonly pids: string; readonly untold: string },
): void => {
  mkdirSync(dir)
  writeFileSync(
    join(dir, 'ssh'),
    `#!/bin/sh
PATH=$(echo "$PATH" | cut -d: -f2-)
exec 3<&0 </dev/null
ssh "$@" <&3 3<&- &
exec 3<&-
echo $! >> ${pids}
wait $!
code=$?
[ $code -gt 128 ] && [ -p ${untold} ] && cat ${untold} >&2
exit $code
`,
    { mode: 0o755 },
  )
}

withEngine('over SSH', (found) =>
  withSshd('sshd', () => {
    const dir = makeTempDir()
    const pids = join(dir, 'pids')
    const untold = join(dir, 'untold')
    const lastSsh = () => Number(readFileSync(pids, 'utf8').trim().split('\n').at(-1))
    let over: SshHost
    /** Called when the host is about to start a VM. */
    let starting: () => Promise<void> = () => Promise.resolve()

    beforeAll(async () => {
      writeSsh(join(dir, 'bin'), { pids, untold })
      over = await startSshHost(found, {
        env: { PATH: [join(dir, 'bin'), process.env['PATH']].join(delimiter) },
        before: async ({ command }) => {
          if (command === 'Start-VM') await starting()
        },
      })
    })
    afterAll(async () => {
      await over.close()
      removeTempDir(dir)
    })

    /** The next start of a VM stays where it is until it is released, and then fails; those after it do not. */
    const holdNextStart = () => {
      let release = (): void => undefined
      const released = new Promise<void>((resolve) => (release = resolve))
      const reached = new Promise<void>((resolve) => {
        starting = async () => {
          starting = () => Promise.resolve()
          resolve()
          await released
          throw new StubFailure('OperationFailed', 'nobody waits for this any more')
        }
      })
      return { reached, release }
    }

    const options = () => {
      const { keyFile, knownHosts } = over.target
      const pinned = [
        'HostKeyAlias=hv01',
        `UserKnownHostsFile=${knownHosts}`,
        'BatchMode=yes',
        'IdentityAgent=none',
      ]
      return ['-F', 'none', '-i', keyFile, ...pinned.flatMap((each) => ['-o', each])]
    }
    const login = () => `${over.sshd.user}@127.0.0.1`
    const ssh = (args: readonly string[], input = ''): Promise<Ended> =>
      run('ssh', [...options(), '-p', String(over.sshd.port), ...args], input)

    describe('the account', () => {
      it.each([
        ['a command', () => ssh([login(), 'echo', 'it-is', '$((1+1))'])],
        ['a shell', () => ssh(['-T', login()], 'echo it-is $((1+1))\n')],
      ])('has no %s: the restricted session runs in its place', async (_, attempt) => {
        expect((await attempt()).out).not.toContain('it-is 2')
      })

      it('has no sftp: nothing answers to its first packet', async () => {
        const { out } = await ssh(
          ['-s', login(), 'sftp'],
          '\u0000\u0000\u0000\u0005\u0001\u0000\u0000\u0000\u0003',
        )

        expect(out.startsWith('\u0000\u0000\u0000')).toBe(false)
      })

      it.each([
        ['another subsystem', () => ['-s', login(), 'netconf'], /subsystem request failed/],
        ['a terminal', () => ['-tt', login()], /PTY allocation request failed/],
        [
          'a way to other ports',
          () => ['-W', `127.0.0.1:${over.sshd.port}`, login()],
          /administratively prohibited/,
        ],
        [
          'a port of its own',
          () => ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9', login()],
          /remote port forwarding failed/,
        ],
      ])('is refused %s', async (_, args, why) => {
        const { code, err } = await ssh(args())

        expect(code).toBe(255)
        expect(err).toMatch(why)
      })

      it('is as narrow as sshd itself reads its configuration, and no other account is', async () => {
        const read = async (user: string) =>
          (
            await run('/usr/sbin/sshd', [
              '-T',
              '-f',
              over.sshd.config,
              '-C',
              `user=${user},host=x,addr=127.0.0.1`,
            ])
          ).out.split('\n')
        const [narrow, other] = [await read(over.sshd.user), await read('somebody-else')]

        expect(narrow).toEqual(
          expect.arrayContaining([
            'allowagentforwarding no',
            'allowstreamlocalforwarding no',
            'allowtcpforwarding no',
            'authenticationmethods publickey',
            'passwordauthentication no',
            'permittty no',
            'permittunnel no',
            'permituserrc no',
            'x11forwarding no',
          ]),
        )
        expect(narrow.filter((line) => line.startsWith('acceptenv'))).toEqual([])
        expect(narrow.some((line) => /^forcecommand .*forced$/.test(line))).toBe(true)
        expect(other).toEqual(expect.arrayContaining(['forcecommand none', 'authorizedkeysfile none']))
      })
    })

    const START: Step = {
      kind: 'startVm',
      vm: {
        ...openFleet('hv01')
          .world.facts('hv01')
          .vms.find(({ state }) => state === 'Off')!,
      },
    }
    const start = (host: Host) => host.run({ step: START, expects: expectationOf(START), fence: aFence(1) })

    describe('a host that is not what it was, or does not know the bot', () => {
      const changed: [string, () => Partial<SshTarget>, RegExp][] = [
        [
          'another host key',
          () => ({ knownHosts: over.pin('other', [makeKeys(join(dir, 'other_host')).publicKey]) }),
          /Host key for hv01 has changed.*verification failed/,
        ],
        [
          'no host key that is pinned',
          () => ({ knownHosts: over.pin('none', []) }),
          /No .* host key is known for hv01/,
        ],
        [
          'another user key',
          () => ({ keyFile: makeKeys(join(dir, 'other_user')).file }),
          /Permission denied \(publickey\)/,
        ],
        ['no user key', () => ({ keyFile: join(dir, 'nowhere') }), /nowhere/],
        ['nobody at its port', () => ({ port: 1 }), /Connection refused/],
      ]
      it.each(changed)('with %s is unreachable, and says why', async (name, change, why) => {
        const host = over.host({ ...over.target, ...change() }, name)

        const before = over.windows.calls.length
        const result = await start(host)

        expect(result).toEqual({ kind: 'unknown', why: expect.stringMatching(why) })
        await expect(host.inventory()).rejects.toMatchObject({
          code: 'host-unreachable',
          message: expect.stringMatching(why),
        })
        expect(over.windows.calls.length).toBe(before)
      })
    })

    it('a host of Windows Server 2016 is not read, since its Hyper-V module does not load there, and says the way out', async () => {
      const { world, simulated } = openFleet('hv01')
      const { os, ...facts } = world.facts('hv01')
      const old = { ...facts, os: { ...os, release: '2016' as const } }
      over.windows.become({ ...world, facts: () => old }, simulated)

      const host = over.host(over.target, 'old')
      const session = { name: 'old', target: over.target, engine: () => Promise.resolve(over.engine) }

      await expect(host.inventory()).rejects.toMatchObject({
        code: 'host-unreachable',
        message: expect.stringMatching(/^old: OldWindows: .*14393.*PowerShell 7.*Reach the host by winrm/),
      })
      expect(await examine({ ...session, clock: systemClock })).toMatchObject({ code: 'OldWindows' })
      over.windows.become(world, simulated)
      expect(await host.inventory()).toMatchObject({ name: 'old' })
    })

    it('pinned keys may lie in a folder with a blank in its name', async () => {
      const host = over.host(
        { ...over.target, knownHosts: over.pin('pinned keys', [over.sshd.hostKey]) },
        'blank',
      )

      expect(await host.inventory()).toMatchObject({ name: 'blank' })
    })

    it('a session is transcribed on the host, without the password of a guest', async () => {
      const { vms } = openFleet('hv01').world.facts('hv01')
      const { id } = vms.find(({ state }) => state === 'Running')!
      await over.host(over.target, 'transcribed').smi({ kind: 'guest', vm: id })
      const transcripts = filesUnder(join(over.windows.dir, 'C:', 'ProgramData', 'GpuChatOps', 'Transcripts'))

      expect([...transcripts.values()].join('')).toContain('Get-GuestSmi')
      expect(leaksOf(GUEST_ACCOUNT.password, transcripts)).toEqual([])
    })

    it('the engine behind it has nothing in the folder for temporary files that a kill could leave there', async () => {
      await over.host(over.target, 'tidy').inventory()

      expect(readdirSync(over.temporary)).toEqual([])
    })

    describe('a session whose ssh is killed', () => {
      const call = (name: string, command: string, parameters: Parameters = {}) =>
        over.engine.call({ session: { name, target: over.target }, command, parameters, timeoutMs: 60_000 })
      // Each opening starts a PowerShell on either side: one for each hook and test, for the sake of a busy machine.
      beforeAll(async () => {
        await call('stays', 'Get-HostSmi')
      })
      beforeEach(async () => {
        await call('breaks/change', 'Get-HostSmi')
      })

      it('loses its call, and the next one has a session again', async () => {
        const { reached, release } = holdNextStart()
        const host = over.host(over.target, 'breaks')
        const under = start(host)
        await reached
        process.kill(lastSsh(), 'SIGKILL')

        expect((await under).kind).toBe('unknown')
        release()
        expect(await start(host)).toEqual({ kind: 'done' })
      })

      it('costs its own call alone while ssh has not told of it, and no other session', async () => {
        execFileSync('mkfifo', [untold])
        process.kill(lastSsh(), 'SIGKILL')
        expect((await call('breaks/change', 'Start-GpuVm', { VmId: START.vm.id })).kind).toBe('lost')
        writeFileSync(untold, 'Connection closed by remote host\n')
        rmSync(untold)

        expect((await call('breaks/change', 'Get-HostSmi')).kind).toBe('ok')
        expect((await call('stays', 'Get-HostSmi')).kind).toBe('ok')
      })
    })
  }),
)
