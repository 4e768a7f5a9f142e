/** A fleet without latency or memory, and the one host that a test is about. */
import type { Step } from '../../../src/core/plan/step'
import type { StepResult } from '../../../src/core/ports/host'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { gpuRef, vmRef } from '../../contract/host-contract'
import { aFence } from '../../fakes/fence'

export const clock = { now: () => 0, sleep: () => Promise.resolve() }

export const opened = (file: 'default' | 'odd', name: string) => {
  const { hosts, world } = openSimulatedFleet({
    file: fleetFile(file),
    stateFile: null,
    clock,
    latency: 'none',
  })
  const host = hosts.find((each) => each.name === name)!
  return {
    host,
    world,
    gpu: (slot: string) => gpuRef(world.facts(name), slot),
    vm: (vmName: string) => vmRef(world.facts(name), vmName),
    /** Only Hyper-V's own rules judge: the order expects nothing. */
    attempt: (step: Step): Promise<StepResult> => host.run({ step, expects: {}, fence: aFence(1) }),
  }
}
