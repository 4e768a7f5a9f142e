/** What the playground shows of the simulated fleet, and the misfortunes it can bring about there. */
import { z } from 'zod'
import { Fault, messageOf } from '../core/errors'
import { isReplica, placeOf, type GpuFacts, type HostFacts } from '../core/inventory/inventory'
import { sharedWith, sharersOf } from '../core/inventory/partitions'
import type { Step, StepKind } from '../core/plan/step'
import type { SimulatedFleet } from '../host/simulated/fleet'

/** The simulated fleet, as far as the playground needs it. */
export type PlaygroundWorld = Pick<
  SimulatedFleet['world'],
  | 'hostNames'
  | 'facts'
  | 'isReachable'
  | 'setReachable'
  | 'reboot'
  | 'setVmState'
  | 'act'
  | 'rebuild'
  | 'inject'
  | 'faults'
  | 'clearFaults'
  | 'setGuestSmi'
  | 'onChange'
>

const STEPS = [
  'any',
  'stopVm',
  'setVm',
  'disableDevice',
  'dismountDevice',
  'attachDevice',
  'startVm',
  'detachDevice',
  'mountDevice',
  'enableDevice',
] as const satisfies readonly (StepKind | 'any')[]

const host = z.string().max(63)
const vm = z.string().min(1).max(200)

/** One thing that befalls the fleet. */
export const befall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fail-step'),
    host,
    step: z.enum(STEPS),
    how: z.enum(['refuse', 'lost-before', 'lost-after']),
  }),
  z.object({ kind: z.literal('forget-failures') }),
  z.object({ kind: z.literal('cut-off'), host }),
  z.object({ kind: z.literal('reconnect'), host }),
  z.object({ kind: z.literal('reboot'), host }),
  z.object({ kind: z.literal('set-vm'), host, vm, state: z.enum(['Running', 'Off']) }),
  z.object({
    kind: z.literal('by-hand'),
    host,
    slot: z.string().max(20),
    does: z.enum(['enable', 'disable', 'mount', 'dismount', 'detach', 'pull', 'put']),
  }),
  z.object({
    kind: z.literal('guest-smi'),
    host,
    vm,
    answers: z.enum(['ok', 'no-driver', 'mismatch', 'code12', 'code43', 'gpu-lost', 'no-answer']),
  }),
])
export type Befall = z.infer<typeof befall>

export type Consequence =
  { readonly kind: 'happened' } | { readonly kind: 'impossible'; readonly why: string }

/** What Hyper-V would refuse an administrator too is impossible; nothing happens then. */
export const bringAbout = (world: PlaygroundWorld, what: Befall): Consequence => {
  try {
    perform(world, what)
    return { kind: 'happened' }
  } catch (error) {
    if (error instanceof Fault) return { kind: 'impossible', why: messageOf(error) }
    throw error
  }
}

const perform = (world: PlaygroundWorld, what: Befall): void => {
  switch (what.kind) {
    case 'forget-failures': {
      world.clearFaults()
      return
    }
    case 'fail-step': {
      const refusal = what.how === 'refuse' && what.step === 'startVm' ? NO_MEMORY : {}
      world.inject({ host: what.host, step: what.step, times: 1, kind: what.how, ...refusal })
      return
    }
    case 'cut-off': {
      world.setReachable(what.host, false)
      return
    }
    case 'reconnect': {
      world.setReachable(what.host, true)
      return
    }
    case 'reboot': {
      world.reboot(what.host)
      return
    }
    case 'set-vm': {
      world.setVmState(what.host, what.vm, what.state)
      return
    }
    case 'by-hand': {
      byHand(world, what)
      return
    }
    case 'guest-smi': {
      world.setGuestSmi(what.host, what.vm, what.answers)
      return
    }
  }
}

/** Why VMs do not start most often; see core/operation/hints.ts. */
const NO_MEMORY = {
  code: 'OutOfMemory',
  message: 'SIMULATED: not enough memory to start the virtual machine.',
}

type ByHand = Extract<Befall, { kind: 'by-hand' }>

const byHand = (world: PlaygroundWorld, { does, ...what }: ByHand): void => {
  const facts = world.facts(what.host)
  if (does === 'pull' || does === 'put')
    world.rebuild(what.host, {
      kind: does === 'pull' ? 'pull card' : 'put card',
      slot: deviceOf(facts, what.slot).slot,
    })
  else world.act(what.host, stepByHand(facts, what.slot, does))
}

const deviceOf = (facts: HostFacts, slot: string): GpuFacts => {
  const found = facts.gpus.find((gpu) => gpu.slot === slot)
  if (!found) throw new Fault('internal', `${facts.name} has no ${slot}`)
  return found
}

/** What an administrator does to a device in a console of the host. Throws Fault when there is nothing to do it to. */
const stepByHand = (facts: HostFacts, slot: string, does: Exclude<ByHand['does'], 'pull' | 'put'>): Step => {
  const { instanceId, locationPath } = deviceOf(facts, slot)
  const gpu = { alias: `${facts.name}/${slot}`, instanceId, locationPath }
  switch (does) {
    case 'enable':
      return { kind: 'enableDevice', gpu }
    case 'disable':
      return { kind: 'disableDevice', gpu }
    case 'mount':
      return { kind: 'mountDevice', gpu, force: false }
    case 'dismount':
      return { kind: 'dismountDevice', gpu, force: facts.forceDismount }
    case 'detach': {
      const holder = facts.vms.find((each) => each.assigned.includes(locationPath))
      if (!holder) throw new Fault('internal', `no VM has ${gpu.alias}`)
      return { kind: 'detachDevice', gpu, vm: { id: holder.id, name: holder.name } }
    }
  }
}

const hostView = (world: PlaygroundWorld, name: string) => {
  const facts = world.facts(name)
  const nameOf = (id: string): string => facts.vms.find((each) => each.id === id)?.name ?? id
  return {
    name,
    os: facts.os.caption,
    reachable: world.isReachable(name),
    gpus: facts.gpus.map((gpu) => {
      const place = placeOf(facts, gpu)
      return {
        slot: gpu.slot,
        model: gpu.model,
        memoryBytes: gpu.memoryBytes,
        place: place.kind,
        /** VMs that have it, or a partition of it. */
        holders: place.kind === 'assigned' ? [nameOf(place.vm)] : sharersOf(facts, gpu).map((vm) => vm.name),
        problemCode: gpu.problemCode,
        noAcs: gpu.acs === 0,
        partitions: gpu.partition?.count ?? null,
      }
    }),
    vms: facts.vms.map((each) => ({
      name: each.name,
      state: each.state,
      guest: each.guest,
      generation: each.generation,
      checkpoints: each.checkpoints,
      isReplica: isReplica(each),
      gpus: [
        ...each.assigned.map((path) => facts.gpus.find((gpu) => gpu.locationPath === path)?.slot ?? path),
        ...sharedWith(facts, each).map((gpu) => gpu.slot),
      ],
    })),
  }
}

/** The fleet as the page draws it: the truth of the simulated hosts, not what the bot believes. */
export const fleetView = (world: PlaygroundWorld) => ({
  hosts: world.hostNames().map((name) => hostView(world, name)),
  faults: world.faults().map(({ host: where, step, times, kind }) => ({ host: where, step, times, kind })),
})
