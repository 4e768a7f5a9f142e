/** One host as Windows shows it: the stand-ins of a flavour, their server, and where the module keeps its state. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Host } from '../../../../src/core/ports/host'
import type { World } from '../../../../src/host/simulated/fleet'
import { makeTempDir, removeTempDir } from '../../../fakes/temp'
import { writeGuestModules, writeHostModule } from './guest-modules'
import { type Flavour, writeStubModules } from './modules'
import { startStubServer, type StubServer, type StubServerOptions } from './server'

export const MODULE = join(
  __dirname,
  '..',
  '..',
  '..',
  '..',
  'src',
  'host',
  'powershell',
  'module',
  'GpuChatOps',
)

export interface Windows extends Omit<StubServer, 'env'> {
  /** The environment of a PowerShell that runs on this host. */
  readonly env: NodeJS.ProcessEnv
  /** The module to open sessions with. */
  readonly module: string
  readonly dir: string
  /** Replaces the administrator's allow-list; null takes it away. */
  readonly allow: (lines: readonly string[]) => void
  /** Its last order was ten minutes ago. */
  readonly rest: () => Promise<void>
  /** Another host from now on, with everything allowed and no fence yet; what was opened stays open. */
  readonly become: (world: World, host: Host) => void
}

export interface WindowsOptions extends StubServerOptions {
  readonly flavour: Flavour
  /** The assembly behind the stand-ins. */
  readonly stubs: string
}

/** A host that was registered, with everything allowed. */
export const startWindows = async (options: WindowsOptions): Promise<Windows> => {
  const dir = makeTempDir()
  const older = options.flavour === '2016' || options.flavour === '2019'
  const server = await startStubServer({ older, ...options })
  const modules = join(dir, 'modules')
  const programs = join(dir, 'programs')
  writeStubModules(modules, options.flavour, options.stubs)
  writeGuestModules(modules, { programs, stubs: options.stubs })
  const state = join(dir, 'GpuChatOps')
  mkdirSync(state)
  for (const name of ['GpuChatOps.pssc', 'GpuChatOps.Ssh.pssc'])
    copyFileSync(join(MODULE, '..', name), join(state, name))
  const allow = (lines: readonly string[]): void => writeFileSync(join(state, 'allow'), lines.join('\n'))
  const fresh = (): void => {
    allow(['vm *', 'device *'])
    for (const name of ['fence', 'claim']) rmSync(join(state, name), { force: true })
  }
  fresh()
  return {
    ...server,
    env: {
      ...server.env,
      PSModulePath: [modules, join(MODULE, '..')].join(delimiter),
      XDG_DATA_HOME: dir,
      // Away from Windows this is where a session puts what it is to put under C:.
      HOME: dir,
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
      PATH: [programs, process.env['PATH']].join(delimiter),
    },
    module: writeHostModule(dir, MODULE),
    dir,
    allow,
    rest: () => {
      const then = Date.now() / 1_000 - 601
      return utimes(join(state, 'fence'), then, then)
    },
    become: (world, host) => {
      server.become(world, host)
      fresh()
    },
    close: async () => {
      await server.close()
      removeTempDir(dir)
    },
  }
}
