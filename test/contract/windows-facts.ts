/** What the contract over Windows hosts starts from: the default fleet, and what of it Windows can tell. */
import type { HostFacts } from '../../src/core/inventory'
import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

/** Windows tells neither the width of addresses nor how much memory a GPU has, and of a device that a VM had already little else. */
export const known = (facts: HostFacts): HostFacts => ({
  ...facts,
  physicalAddressBits: null,
  gpus: facts.gpus.map((gpu) =>
    gpu.problemCode === null
      ? {
          ...gpu,
          memoryBytes: null,
          bars: [],
          acs: null,
          reservedMemory: null,
          deviceType: null,
          baseClass: null,
          interrupts: 'none' as const,
        }
      : { ...gpu, memoryBytes: null },
  ),
})

export const openFleet = () => {
  const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  return { world: fleet.world, simulated: fleet.hosts.find(({ name }) => name === 'hv01')! }
}
