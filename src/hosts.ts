/** The hosts of a server: real ones behind PowerShell where the configuration names them, else a simulated fleet. */
import { join } from 'node:path'
import type { ConfigFile } from './config'
import type { HostName } from './core/inventory'
import type { Clock, Host } from './core/ports'
import { openPowerShellFleet } from './host/powershell/fleet'
import type { Programs } from './host/powershell/programs'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from './host/simulated/fleet'
import type { Log } from './work/parts'

export interface Hosts {
  readonly byName: ReadonlyMap<HostName, Host>
  close(): Promise<void>
}

interface Around {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
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
    return { byName: byName(fleet.hosts), close: () => Promise.resolve() }
  }
  const fleet = openPowerShellFleet({
    hosts: file.hosts,
    programs,
    dir: join(dataDir, 'hosts'),
    clock,
    log,
  })
  return { byName: byName(fleet.hosts), close: () => fleet.close() }
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

export const byName = (hosts: readonly Host[]): ReadonlyMap<HostName, Host> =>
  new Map(hosts.map((host) => [host.name, host]))
