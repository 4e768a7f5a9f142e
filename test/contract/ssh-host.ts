/** A Windows host behind sshd: the restricted session that ships, in the engine for tests, over the stand-ins. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { hostName, type VmId } from '../../src/core/inventory/inventory'
import type { Host } from '../../src/core/ports/host'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import type { Target } from '../../src/host/powershell/engine/wire'
import { powerShellHost } from '../../src/host/powershell/host'
import { openDeviceMemory } from '../../src/host/powershell/memory'
import { patientClock } from '../fakes/patient-clock'
import { makeKeys, startSshd, type Sshd } from '../fakes/sshd'
import { SSH_PSSC } from '../host/powershell/configurations'
import type { Engine as Found } from '../host/powershell/pwsh'
import { serversEnded, writeServer } from '../host/powershell/session-server'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import type { StubServerOptions } from '../host/powershell/stubs/server'
import { MODULE, startWindows, type Windows } from '../host/powershell/stubs/windows'
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

/** What the block that ships is to narrow for its account; no other account has keys. */
const WIDE = [
  'AuthorizedKeysFile none',
  'PasswordAuthentication yes',
  'AllowTcpForwarding yes',
  'AllowAgentForwarding yes',
  'X11Forwarding yes',
  'PermitTunnel yes',
  'LogLevel ERROR',
  'Subsystem sftp internal-sftp',
]

/** The block that an administrator puts into sshd_config, as it ships. */
const blockFor = (
  account: string,
  { forced, keys }: { readonly forced: string; readonly keys: string },
): string =>
  readFileSync(join(MODULE, '..', 'GpuChatOps.sshd_config'), 'utf8')
    .replaceAll('COMMAND', forced)
    .replaceAll('ACCOUNT', account)
    .replaceAll('KEYS', keys)

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
  const temporary = join(windows.dir, 'temporary')
  mkdirSync(temporary)
  const user = makeKeys(join(windows.dir, 'user_key'))
  const forced = writeServer(windows.dir, 'forced', {
    program: found.program,
    pssc: SSH_PSSC,
    env: { ...windows.env, TMPDIR: temporary },
  })
  const sshd = await startSshd({
    authorizedKeys: [],
    lines: WIDE,
    block: blockFor(userInfo().username, { forced, keys: `${user.file}.pub` }),
  })
  const engine = await startEngine({
    executable: found.program,
    clock: patientClock,
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
    keyFile: user.file,
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
        memory: openDeviceMemory(join(windows.dir, 'devices.json')),
      }),
    close: async () => {
      await engine.stop()
      await sshd.stop()
      await serversEnded(windows.dir)
      await windows.close()
    },
  }
}
