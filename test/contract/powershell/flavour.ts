/** What every PowerShell host of a flavour is tried with: the contract, every odd host of the fleet, and what hosts differ in. */
import type { Engine as Found } from '../../host/powershell/pwsh'
import { describeHost } from '../host-contract'
import { openFleet } from '../over-powershell'
import { describeDevices } from './devices'
import { describeMachines } from './machines'
import { type Kind, type Machine, useMachine } from './machine'
import { describeOdd } from './odd'

const describeContract = (machine: Machine): void =>
  describeHost('PowerShell', (name) => {
    const opened = openFleet(name)
    return Promise.resolve({
      host: machine.host(opened),
      world: opened.world,
      known: (facts) => machine.known(facts),
      cutOff: () => machine.cutOff(),
      rest: () => machine.rest(),
      close: () => machine.revive(),
    })
  })

export const describeFlavour = (found: Found, kind: Kind): void => {
  const machine = useMachine(found, kind)
  describeContract(machine)
  describeOdd(machine)
  describeMachines(machine)
  describeDevices(machine)
}
