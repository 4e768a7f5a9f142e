/** All PowerShell hosts of a configuration, behind one engine process for each PowerShell that serves them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VmId } from '../../core/inventory/inventory'
import type { Clock } from '../../core/ports/clock'
import type { Host } from '../../core/ports/host'
import { linuxGuest, linuxUse, type LinuxGuestOptions } from '../guest/linux'
import { withBreaker } from './breaker'
import type { GuestConfig, HostConfig } from './config'
import { startEngine } from './engine/engine'
import { superviseEngine, type SupervisedEngine } from './engine/supervised'
import type { Target } from './engine/wire'
import type { GuestAccess } from './guests'
import { examine, type Examination } from './health'
import { powerShellHost } from './host'
import { openDeviceMemory } from './memory'
import type { Programs } from './programs'

/** The module as it ships, which is the one that hosts are to have. */
export const MODULE = join(__dirname, 'module', 'GpuChatOps')

export interface PowerShellFleetOptions {
  readonly hosts: readonly HostConfig[]
  readonly programs: Programs
  /** Where facts about devices and pinned host keys are kept; made when it is absent. */
  readonly dir: string
  readonly clock: Clock
  readonly log: { warn(what: object, message: string): void }
}

export interface PowerShellFleet {
  readonly hosts: readonly Host[]
  /** One more, behind the same engines. Throws as `openPowerShellFleet` does. */
  readonly add: (host: HostConfig) => Host
  /** Looks whether the bot can work on a host. Never throws. */
  readonly examine: (host: HostConfig) => Promise<Examination>
  close(): Promise<void>
}

/** Starts nothing yet: an engine starts with its first call. Throws Fault('store') where what it remembers is not readable. */
export const openPowerShellFleet = (options: PowerShellFleetOptions): PowerShellFleet => {
  const { dir, clock } = options
  mkdirSync(dir, { recursive: true })
  const engines = openEngines(options)
  const open = (config: HostConfig): Host =>
    withBreaker(
      powerShellHost({
        name: config.name,
        target: targetOf(config, dir),
        notes: notesOf(config),
        guests: guestsOf(config, clock),
        engine: engines.of(config),
        memory: openDeviceMemory(join(dir, `${config.name}.json`)),
      }),
      clock,
    )
  return {
    hosts: options.hosts.map(open),
    add: open,
    examine: (config) =>
      examine({ name: config.name, target: targetOf(config, dir), engine: engines.of(config), clock }),
    close: engines.stop,
  }
}

interface Engines {
  readonly of: (host: HostConfig) => SupervisedEngine['get']
  readonly stop: () => Promise<void>
}

const openEngines = ({ programs, clock, log }: PowerShellFleetOptions): Engines => {
  const noise = (text: string): void => log.warn({ text }, 'PowerShell printed')
  const supervised = (executable: string): SupervisedEngine =>
    superviseEngine(() => startEngine({ executable, clock, env: process.env, noise }), {
      clock,
      ended: (why) => log.warn({ why, executable }, 'PowerShell ended'),
    })
  const ssh = supervised(programs.ssh)
  const others = programs.others === programs.ssh ? ssh : supervised(programs.others)
  return {
    of: ({ via }) => (via === 'ssh' ? ssh : others).get,
    stop: async () => {
      await Promise.all([...new Set([ssh, others])].map((engine) => engine.stop()))
    },
  }
}

const targetOf = (config: HostConfig, dir: string): Target => {
  switch (config.via) {
    case 'local':
      return { kind: 'local', module: MODULE }
    case 'winrm':
      return {
        kind: 'winrm',
        computerName: config.computer,
        configurationName: config.endpoint,
        ssl: config.ssl,
        credential: config.credential === undefined ? null : { credential: config.credential },
      }
    case 'ssh':
      return {
        kind: 'ssh',
        hostName: config.computer,
        port: config.port,
        userName: config.user,
        keyFile: config.keyFile,
        knownHosts: pinKeys(config, join(dir, `${config.name}.known_hosts`)),
        alias: config.name,
      }
  }
}

/** The keys of this host alone, under the name that the configuration gives it. */
const pinKeys = ({ name, hostKeys }: Extract<HostConfig, { via: 'ssh' }>, file: string): string => {
  writeFileSync(file, hostKeys.map((key) => `${name} ${key}\n`).join(''), { mode: 0o600 })
  return file
}

const notesOf = ({
  forceDismount,
  unsupportedPartitioning,
  physicalAddressBits,
  gpuMemory,
  highMmio,
  gpuHighMmio,
  guests,
}: HostConfig) => ({
  forceDismount,
  unsupportedPartitioning,
  physicalAddressBits,
  gpuMemory,
  highMmio,
  gpuHighMmio,
  guests: Object.fromEntries(
    Object.entries(guests).map(([id, { linux }]) => [id, linux ? ('linux' as const) : ('windows' as const)]),
  ),
})

const linuxAccess = (options: LinuxGuestOptions): GuestAccess => {
  const { useKeyFile: keyFile } = options.account
  const read = linuxGuest(options)
  return keyFile === undefined
    ? { kind: 'linux', read }
    : { kind: 'linux', read, use: linuxUse(options, keyFile) }
}

const guestsOf = (
  { guests, allowedSubnets = [] }: HostConfig,
  clock: Clock,
): ReadonlyMap<VmId, GuestAccess> => {
  const accessTo = (vm: VmId, { credential, linux }: GuestConfig): GuestAccess | null => {
    if (linux) return linuxAccess({ vm, account: linux, allowedSubnets, clock })
    return credential === undefined ? null : { kind: 'windows', credential: { credential } }
  }
  return new Map(
    Object.entries(guests).flatMap(([id, guest]) => {
      const vm = id as VmId
      const access = accessTo(vm, guest)
      return access ? [[vm, access] as const] : []
    }),
  )
}
