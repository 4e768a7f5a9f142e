/** A Windows host behind sshd: the restricted session that ships, in the engine for tests, over the stand-ins. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { hostName, type VmId } from '../../src/core/inventory'
import type { Host } from '../../src/core/ports'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { ENGINE_ENV } from '../../src/host/powershell/engine/process'
import type { Target } from '../../src/host/powershell/engine/wire'
import { powerShellHost } from '../../src/host/powershell/host'
import { openMemory } from '../../src/host/powershell/memory'
import { sshConfiguration } from '../host/powershell/configurations'
import type { Engine as Found } from '../host/powershell/pwsh'
import { startSshd, type Sshd } from '../host/powershell/sshd'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import type { StubServerOptions } from '../host/powershell/stubs/server'
import { startWindows, type Windows } from '../host/powershell/stubs/windows'
import { openFleet } from './over-powershell'

export type SshTarget = Extract<Target, { kind: 'ssh' }>

export interface SshHost {
  readonly windows: Windows
  readonly sshd: Sshd
  readonly engine: Engine
  /** The folder for temporary files of the engine behind sshd. */
  readonly temporary: string
  /** How the bot reaches this host, with this host's key pinned. */
  readonly target: SshTarget
  /** A file of pinned keys under the name of this host. */
  readonly pin: (file: string, keys: readonly string[]) => string
  /** A host of the bot, with the guests of `of`; each name has sessions of its own. */
  readonly host: (target?: SshTarget, name?: string, of?: 'hv01' | 'hv02') => Host
  readonly close: () => Promise<void>
}

const ACCOUNT = { GUEST_USER: GUEST_ACCOUNT.user, GUEST_PASSWORD: GUEST_ACCOUNT.password }

interface SshHostOptions extends Pick<StubServerOptions, 'before'> {
  /** Added to the environment of the bot's engine, which is not that of the host. */
  readonly env?: NodeJS.ProcessEnv
}

export const startSshHost = async (
  found: Found,
  { env = {}, ...hooks }: SshHostOptions = {},
): Promise<SshHost> => {
  const { world, simulated } = openFleet('hv01')
  const windows = await startWindows({
    world,
    host: simulated,
    stubs: found.stubs,
    flavour: '2022',
    ...hooks,
  })
  const pssc = join(windows.dir, 'GpuChatOps.Ssh.pssc')
  writeFileSync(pssc, sshConfiguration())
  const temporary = join(windows.dir, 'temporary')
  mkdirSync(temporary)
  const sshd = await startSshd(windows.dir, {
    command: [found.program, '-sshs', '-ConfigurationFile', pssc],
    env: { ...windows.env, ...ENGINE_ENV, TMPDIR: temporary, DOTNET_ROOT: process.env['DOTNET_ROOT'] },
  })
  const engine = await startEngine({
    executable: found.program,
    clock: systemClock,
    env: { ...process.env, ...ACCOUNT, ...env },
    noise: () => undefined,
  })
  const pin = (file: string, keys: readonly string[]): string => {
    writeFileSync(join(windows.dir, file), keys.map((key) => `hv01 ${key}\n`).join(''))
    return join(windows.dir, file)
  }
  const target: SshTarget = {
    kind: 'ssh',
    hostName: '127.0.0.1',
    port: sshd.port,
    userName: sshd.user,
    keyFile: sshd.keyFile,
    knownHosts: pin('known_hosts', [sshd.hostKey]),
    alias: 'hv01',
  }
  const guestsOf = (of: 'hv01' | 'hv02') => openFleet(of).world.facts(of).vms
  const accountsIn = (of: 'hv01' | 'hv02') =>
    new Map(
      guestsOf(of).map(({ id }): [VmId, { kind: 'windows'; credential: { credential: string } }] => [
        id,
        { kind: 'windows', credential: { credential: 'env:GUEST' } },
      ]),
    )
  return {
    windows,
    sshd,
    engine,
    temporary,
    target,
    pin,
    host: (to = target, name = 'hv01', of = 'hv01') =>
      powerShellHost({
        name: hostName.parse(name.replaceAll(' ', '-')),
        target: to,
        notes: {
          forceDismount: false,
          unsupportedPartitioning: false,
          guests: Object.fromEntries(guestsOf(of).map(({ id, guest }) => [id, guest])),
        },
        guests: accountsIn(of),
        engine: () => Promise.resolve(engine),
        memory: openMemory(join(windows.dir, 'devices.json')),
      }),
    close: async () => {
      await engine.stop()
      await sshd.close()
      await windows.close()
    },
  }
}
