/** What every host must do, tried without a change: by reading, and by orders about things that no host has. */
import type { Fence } from '../core/fence'
import {
  hostFacts,
  instanceId,
  locationPath,
  placeOf,
  vmId,
  type HostFacts,
} from '../core/inventory/inventory'
import { counted } from '../core/text/figures'
import { expectationOf, type Step } from '../core/plan/step'
import type { Host, StepResult } from '../core/ports/host'
import { hostWords } from '../core/text/printable'

export interface HostUnderTest {
  readonly host: Host
  /** As the host told them a moment ago. */
  readonly facts: HostFacts
  /** The claim that the host has seen last, and 1 at least: no order goes beyond what it knows already. */
  readonly fence: Fence
}

export interface ReadingCase {
  readonly name: string
  /** What was seen. Throws where the host does not do what it must, and what the host itself throws. */
  readonly run: (tried: HostUnderTest) => Promise<string> | string
}

const NOBODY = vmId.parse('00000000-0000-0000-0000-000000000000')
/** FFFF stands for no vendor on a PCI bus. */
const NOWHERE = {
  alias: 'nowhere',
  instanceId: instanceId.parse('PCI\\VEN_FFFF&DEV_FFFF\\0'),
  locationPath: locationPath.parse('PCIROOT(FFFF)#PCI(1F07)'),
}

const must = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise)
}
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const askedInVain = async ({ host, fence }: HostUnderTest, step: Step): Promise<string> => {
  const result = await host.run({ step, expects: expectationOf(step), fence })
  must(result.kind === 'refused', `the order was not refused: ${resultWords(result)}`)
  return `the answer was ${resultWords(result)}`
}

/** With the host's own words. */
export const resultWords = (result: StepResult): string => {
  if (result.kind === 'done') return 'it was done'
  return result.kind === 'refused'
    ? `${result.code}: ${hostWords(result.message)}`
    : `what became of it is not known (${hostWords(result.why)})`
}

const placesIn = (facts: HostFacts) =>
  facts.gpus.map((gpu) => ({ gpu: gpu.instanceId, at: gpu.locationPath, ...placeOf(facts, gpu) }))
const namesIn = (facts: HostFacts) => ({
  gpus: facts.gpus.map(({ slot, instanceId: id, locationPath: path }) => ({ slot, id, path })),
  vms: facts.vms.map(({ id }) => id),
})

const noneTwice = (names: readonly string[], what: string): void => {
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  must(twice.length === 0, `${what} appears twice: ${twice.join(', ')}`)
}

export const READING_CASES: readonly ReadingCase[] = [
  {
    name: 'the inventory has the form that the bot knows',
    run: ({ facts }) => {
      hostFacts.parse(facts)
      const { gpus, vms } = facts
      return `${counted(gpus.length, 'GPU')}, ${counted(vms.length, 'VM')}`
    },
  },
  {
    name: 'a second inventory names the same GPUs and VMs',
    run: async ({ host, facts }) => {
      must(
        same(namesIn(await host.inventory()), namesIn(facts)),
        'it names others: did somebody change the host?',
      )
      return 'the same'
    },
  },
  {
    name: 'each GPU has a location path and an instance id of its own, and at most one holder',
    run: ({ facts }) => {
      noneTwice(
        facts.gpus.map((gpu) => gpu.locationPath),
        'a location path',
      )
      noneTwice(
        facts.gpus.map((gpu) => gpu.instanceId),
        'an instance id',
      )
      noneTwice(
        facts.vms.flatMap((vm) => vm.assigned),
        'an assigned device',
      )
      return (
        placesIn(facts)
          .map(({ kind }) => kind)
          .join(', ') || 'no GPUs'
      )
    },
  },
  {
    name: 'an order about a VM that does not exist is refused',
    run: (tried) => askedInVain(tried, { kind: 'startVm', vm: { id: NOBODY, name: 'nobody' } }),
  },
  {
    name: 'an order about a device that does not exist is refused, and no GPU moves',
    run: async (tried) => {
      const seen = await askedInVain(tried, { kind: 'disableDevice', gpu: NOWHERE })
      must(same(placesIn(await tried.host.inventory()), placesIn(tried.facts)), 'a GPU moved')
      return seen
    },
  },
  {
    name: 'nvidia-smi on the host answers, or says why it does not',
    run: async ({ host }) => {
      const answer = await host.smi({ kind: 'host' })
      if (answer.kind === 'ran') return `it ended with ${answer.exitCode}`
      must(answer.why !== '', 'it does not say why')
      return hostWords(answer.why)
    },
  },
  {
    name: 'nvidia-smi is not run in a VM that is off',
    run: async ({ host, facts }) => {
      const vm = facts.vms.find(({ state }) => state === 'Off')
      if (!vm) return 'no VM is off, so this was not tried'
      const answer = await host.smi({ kind: 'guest', vm: vm.id })
      if (answer.kind === 'ran') throw new Error(`it ran in ${vm.name}, which is off`)
      return hostWords(answer.why)
    },
  },
]
