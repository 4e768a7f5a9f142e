import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import { describeHost } from './host-contract'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

describeHost('the simulated host', () => {
  const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  const host = fleet.hosts.find((each) => each.name === 'hv01')!
  return Promise.resolve({ host, world: fleet.world, close: () => Promise.resolve() })
})
