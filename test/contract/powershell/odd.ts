/** Every odd host of the simulated fleet, read through PowerShell: both tell the same of it. */
import { describe, expect, it } from '@jest/globals'
import { type HostFacts, hostFacts } from '../../../src/core/inventory/inventory'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { anOs, ofHyperV, sorted } from '../../fakes/facts'
import type { Machine, Opened } from './machine'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

export const openOdd = (name: string): Opened => {
  const { hosts, world } = openSimulatedFleet({
    file: fleetFile('odd'),
    stateFile: null,
    clock,
    latency: 'none',
  })
  return { world, simulated: hosts.find((host) => host.name === name)! }
}

/**
 * Of a device that was disabled or dismounted before it was first read, Windows tells little; the numbers of the slots
 * hang on it. What is no display device (base class 3) is not shown at all.
 */
const inUse = (facts: HostFacts) => {
  const { gpus, ...host } = sorted(ofHyperV(facts))
  const used = gpus.filter(
    ({ problemCode: code, baseClass }) => code !== null && code !== 22 && baseClass === 3,
  )
  return { ...host, gpus: used.map(({ slot, ...gpu }) => gpu) }
}

/** nvidia-smi of the simulated host is not run while that cannot be reached; what stands in for Windows answers all the same. */
const shown = (facts: HostFacts, isReachable: boolean): HostFacts =>
  isReachable ? facts : { ...facts, gpus: facts.gpus.map((gpu) => ({ ...gpu, memoryBytes: null })) }

const NAMES = ['devices', 'machines', 'client', 'chinese', 'policies', 'narrow', 'older', 'away']

export const describeOdd = (machine: Machine): void =>
  describe('the odd hosts', () => {
    it.each(NAMES)('%s tells the truth', async (name) => {
      const opened = openOdd(name)
      const facts = opened.world.facts(name)

      const told = hostFacts.parse(await machine.host(opened).inventory())

      expect(inUse(told)).toEqual(inUse(shown(machine.known(facts), opened.world.isReachable(name))))
    })

    it.each(['23H2', 'azure-local', 'unknown'] as const)('is told to be of release %s', async (release) => {
      const { world, simulated } = openOdd('machines')
      const os = anOs(release)
      const changed = { ...world, facts: (name: string) => ({ ...world.facts(name), os }) }

      const told = await machine.host({ world: changed, simulated }).inventory()

      expect(told.os).toEqual(os)
    })

    it('are all tried', () => {
      expect(openOdd('devices').world.hostNames()).toEqual(NAMES)
    })
  })
