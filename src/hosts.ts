/** The hosts of a server: real ones behind PowerShell where the configuration names them, else a simulated fleet. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ConfigFile } from './config/config'
import type { HostName } from './core/inventory/inventory'
import type { Clock } from './core/ports/clock'
import type { Host } from './core/ports/host'
import type { HostConfig } from './host/powershell/config'
import { openPowerShellFleet } from './host/powershell/fleet'
import type { Programs } from './host/powershell/programs'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from './host/simulated/fleet'
import type { HostChanges, Logger } from './work/context/context'

export interface Hosts {
  /** Grows by `take`. */
  readonly byName: ReadonlyMap<HostName, Host>
  /** Takes in the hosts that this file names and that were not there. */
  take(file: ConfigFile): HostChanges
  close(): Promise<void>
}

interface Around {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  readonly programs: Programs
}

export const openHosts = (file: ConfigFile, { dataDir, clock, log, programs }: Around): Hosts => {
  if (!file.hosts) {
    const fleet = openFleet({
      dataDir,
      clock,
      file: file.fleet ?? fleetFile('default'),
      latency: 'as-in-file',
    })
    return { byName: hostsByName(fleet.hosts), take: () => NONE, close: () => Promise.resolve() }
  }
  const fleet = openPowerShellFleet({
    hosts: file.hosts,
    programs,
    dir: join(dataDir, 'hosts'),
    clock,
    log,
  })
  const known = new Map(file.hosts.map((config) => [config.name, config]))
  const hosts = new Map(hostsByName(fleet.hosts))
  return {
    byName: hosts,
    take: ({ hosts: named = [] }) => {
      const changes = hostChanges(known, named)
      for (const config of named.filter(({ name }) => changes.added.includes(name))) {
        known.set(config.name, config)
        hosts.set(config.name, fleet.add(config))
      }
      return changes
    },
    close: () => fleet.close(),
  }
}

const NONE: HostChanges = { added: [], others: [] }

/**
 * What a host is reached by is set up once, so one that changed takes a restart; and so does the first one over SSH, for
 * which the PowerShell that can do that is looked for at the start.
 */
export const hostChanges = (
  known: ReadonlyMap<HostName, HostConfig>,
  named: readonly HostConfig[],
): HostChanges => {
  const hasSsh = [...known.values()].some(({ via }) => via === 'ssh')
  const isReady = ({ via }: HostConfig): boolean => via !== 'ssh' || hasSsh
  const fresh = named.filter(({ name }) => !known.has(name))
  const others = [...known].filter(
    ([name, before]) =>
      !isDeepStrictEqual(
        before,
        named.find((each) => each.name === name),
      ),
  )
  return {
    added: fresh.filter(isReady).map(({ name }) => name),
    others: [
      ...others.map(([name]) => name),
      ...fresh.filter((each) => !isReady(each)).map(({ name }) => name),
    ],
  }
}

export type Latency = 'as-in-file' | 'none'

/** Its state is kept beside the store. */
export const openFleet = ({
  dataDir,
  ...options
}: Pick<Around, 'dataDir' | 'clock'> & {
  readonly file: string
  readonly latency: Latency
}): SimulatedFleet => openSimulatedFleet({ ...options, stateFile: join(dataDir, 'simulated-fleet.json') })

export const hostsByName = (hosts: readonly Host[]): ReadonlyMap<HostName, Host> =>
  new Map(hosts.map((host) => [host.name, host]))
