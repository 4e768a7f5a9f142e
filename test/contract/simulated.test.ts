import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import { describeHost } from './host-contract'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

describeHost('the simulated host', (name) => {
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
    close: () => Promise.resolve(),
  })
})
