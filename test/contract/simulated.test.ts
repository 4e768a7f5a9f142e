import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import { fakeClock } from '../fakes/clock'
import { describeHost } from './host-contract'

describeHost('the simulated host', (name) => {
  const clock = fakeClock()
  const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  const host = fleet.hosts.find((each) => each.name === name)!
  const { world } = fleet
  return Promise.resolve({
    host,
    world,
    known: (facts) => facts,
    cutOff: () => {
      world.setReachable(name, false)
      return Promise.resolve()
    },
    rest: () => clock.sleep(10 * 60_000),
    close: () => Promise.resolve(),
  })
})
