/** A fleet of simulated Hyper-V hosts: the embedded default, and the one that tests stand on. */
import { join } from 'node:path'
import type { Clock } from '../../core/ports/clock'
import type { Host } from '../../core/ports/host'
import { simulatedHost } from './host'
import { openFleetMemory } from './memory'
import { type FleetFile, readFleetFile } from './schema'
import { type StepEvent, type World, openWorld } from './world'

export type { StepEvent, World } from './world'

export interface SimulatedFleet {
  readonly hosts: readonly Host[]
  /** What an administrator or misfortune does beside the bot; used by tests and the playground. */
  readonly world: World
}

/** The fleet files that come with the product: `default`, and `odd` with every device and host that makes trouble. */
export const fleetFile = (name: 'default' | 'odd'): string => join(__dirname, 'fleets', `${name}.yaml`)

interface FleetOptions {
  /** Path of the fleet file (YAML), or what was read from it. */
  readonly file: string | FleetFile
  /** Where the state is kept from one process to the next (JSON); null keeps nothing. */
  readonly stateFile: string | null
  readonly clock: Clock
  readonly latency: 'as-in-file' | 'none'
}

/** Opens a fleet. Throws Fault('config') when the fleet file is invalid or the state file corrupt. */
export const openSimulatedFleet = ({ file, stateFile, clock, latency }: FleetOptions): SimulatedFleet => {
  const fleet = typeof file === 'string' ? readFleetFile(file) : file
  const memory = openFleetMemory(fleet, stateFile)
  const steps = new Set<(event: StepEvent) => void>()
  const tell = (event: StepEvent): void => {
    for (const listener of steps) listener(event)
  }
  return {
    hosts: fleet.hosts.map((host) => simulatedHost({ file: host, memory, clock, latency, tell })),
    world: openWorld(fleet, memory, { steps }),
  }
}
