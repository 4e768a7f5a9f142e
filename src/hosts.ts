/** The hosts of a server: real ones behind PowerShell where the configuration names them, else a simulated fleet. */
import { join } from 'node:path'
import { systemClock } from './clock'
import type { ConfigFile } from './config'
import type { HostName } from './core/inventory'
import type { Host } from './core/ports'
import { openPowerShellFleet } from './host/powershell/fleet'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from './host/simulated/fleet'
import type { Log } from './work/parts'

export interface Hosts {
  readonly byName: ReadonlyMap<HostName, Host>
  close(): Promise<void>
}

export const openHosts = (file: ConfigFile, dataDir: string, log: Log): Hosts => {
  if (!file.hosts) {
    const fleet = openFleet({ dataDir, file: file.fleet ?? fleetFile('default'), latency: 'as-in-file' })
    return { byName: byName(fleet.hosts), close: () => Promise.resolve() }
  }
  const fleet = openPowerShellFleet({
    hosts: file.hosts,
    executable: file.powershell ?? null,
    dir: join(dataDir, 'hosts'),
    clock: systemClock,
    log,
  })
  return { byName: byName(fleet.hosts), close: () => fleet.close() }
}

export type Latency = 'as-in-file' | 'none'

/** Its state is kept beside the store. */
export const openFleet = (options: { dataDir: string; file: string; latency: Latency }): SimulatedFleet =>
  openSimulatedFleet({
    file: options.file,
    stateFile: join(options.dataDir, 'simulated-fleet.json'),
    clock: systemClock,
    latency: options.latency,
  })

export const byName = (hosts: readonly Host[]): ReadonlyMap<HostName, Host> =>
  new Map(hosts.map((host) => [host.name, host]))
