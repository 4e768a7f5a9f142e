/** `move any MODEL from VM to VM`: which GPU is given back, and which one is taken for it, by what was last read. */
import type { PlanCommand } from '../../core/command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import { aliasOf, gpuByPath, type GpuFacts, type HostView } from '../../core/inventory/inventory'
import { resolvePair, resolveVm, type FoundVm } from '../../core/inventory/names'
import type { Policy } from '../../core/policy/policy'
import { candidateOf, freeAmong } from '../../core/queue/candidates'
import { fleetOf } from '../../core/queue/changes'
import { turnFor } from '../../core/queue/next'
import type { Ground } from '../../core/queue/ground'
import { isOffered, type Want } from '../../core/queue/entry'
import { kindOf } from '../../core/queue/kind'
import { fits, isSame, type Candidate } from '../../core/queue/order'
import type { Parts } from '../context/parts'
import { groundOf } from '../snapshot/ground'
import { subjectsOf, type MoveOfOne, type NamedCommand, type Subjects } from '../snapshot/subjects'

type Move = Extract<PlanCommand, { kind: 'move' }>

/** Of any command that changes a host. */
export const subjectsFor = async (
  parts: Parts,
  command: PlanCommand,
  views: readonly HostView[],
): Promise<Outcome<Subjects>> => {
  if (isNamed(command)) return subjectsOf(command, views)
  if (command.gpu === undefined && command.model !== undefined && command.from !== undefined) {
    const { model, from, vm } = command
    return acrossOf(await groundOf(parts.db, parts), { model, from, vm, now: parts.clock.now() })
  }
  if (command.gpu !== undefined && command.model === undefined && command.from !== undefined)
    return ofBoth({ gpu: command.gpu, from: command.from, vm: command.vm }, views)
  return refused(
    refusal(
      'syntax',
      'a move names one GPU, or any of a model and the VM that has one',
      'Use: `move GPU to VM`, or `move any MODEL from VM to VM`.',
    ),
  )
}

const isNamed = (command: PlanCommand): command is NamedCommand => command.kind !== 'move' || isOfOne(command)

const isOfOne = (command: Move): command is MoveOfOne =>
  command.gpu !== undefined && command.model === undefined && command.from === undefined

/** `move hv01/gpu0 from vm1 to vm2`: the GPU says it all, and the VM has to be the one that has it. */
const ofBoth = (
  names: { readonly gpu: string; readonly from: string; readonly vm: string },
  views: readonly HostView[],
): Outcome<Subjects> => {
  const found = resolvePair(names.gpu, names.vm, views)
  const from = resolveVm(names.from, views)
  if (!found.ok || !from.ok)
    return refused(...(found.ok ? [] : found.refusals), ...(from.ok ? [] : from.refusals))
  const { view, facts, gpu } = found.value
  if (from.value.view.name === view.name && from.value.vm.assigned.includes(gpu.locationPath)) return found
  const alias = aliasOf(facts, gpu)
  return refused(
    refusal(
      'not-possible',
      `${from.value.vm.name} does not have ${alias}`,
      `\`show ${alias}\` says who has it.`,
    ),
  )
}

const acrossOf = (
  ground: Ground,
  {
    model,
    now,
    ...names
  }: { readonly model: string; readonly from: string; readonly vm: string; readonly now: number },
): Outcome<Subjects> => {
  const { policy, views } = ground
  const [from, to] = [resolveVm(names.from, views), resolveVm(names.vm, views)]
  if (!from.ok || !to.ok) return refused(...(from.ok ? [] : from.refusals), ...(to.ok ? [] : to.refusals))
  const given = givenBy(policy, from.value, model)
  if (!given.ok) return given
  const { view: here } = from.value
  const { view: there, vm } = to.value
  if (here.name === there.name) return accepted({ view: here, gpu: given.value, vm })
  const taken = freeOne(ground, to.value, { model, now })
  return taken.ok
    ? accepted({ view: there, gpu: taken.value, vm, release: { view: here, gpu: given.value } })
    : taken
}

const wantOf = (policy: Policy, model: string): Want => ({
  kind: 'class',
  freeBytes: null,
  ...kindOf(policy, model),
})
const wordOf = (model: string): string => (model === 'any' ? 'GPU' : model)

const givenBy = (policy: Policy, { facts, vm }: FoundVm, model: string): Outcome<GpuFacts> => {
  const want = wantOf(policy, model)
  const own = vm.assigned
    .flatMap((path) => gpuByPath(facts, path) ?? [])
    .filter((gpu) => fits(want, candidateOf(policy, facts, gpu)))
  const [gpu, ...others] = own
  if (gpu && others.length === 0) return accepted(gpu)
  return refused(
    gpu
      ? refusal(
          'syntax',
          `${vm.name} has ${own.length} of these: ${own.map((each) => aliasOf(facts, each)).join(', ')}`,
          'Say which model it is, or use `assign` and `release`.',
        )
      : refusal(
          'not-possible',
          `${vm.name} has no ${wordOf(model)} as a whole`,
          `\`show ${vm.name}\` says what it has.`,
        ),
  )
}

/** The first that nobody has, or is offered; of these one for which nobody waits, if there is one. */
const freeOne = (
  ground: Ground,
  { facts, vm }: FoundVm,
  { model, now }: { readonly model: string; readonly now: number },
): Outcome<GpuFacts> => {
  const fleet = fleetOf(ground)
  const want = wantOf(ground.policy, model)
  const gpus = fleet.gpus.filter((gpu) => gpu.host === facts.name && fits(want, gpu))
  const offered = fleet.entries.filter(isOffered)
  const free = freeAmong(gpus, fleet).filter((gpu) => !offered.some((offer) => isSame(offer.gpu, gpu)))
  const unwaited = free.filter((gpu) => turnFor(ground, gpu, now) === null)
  const found = [...unwaited, ...free].flatMap(({ locationPath }) => gpuByPath(facts, locationPath) ?? [])[0]
  if (found) return accepted(found)
  const why = (gpu: Candidate): string =>
    `${gpu.alias}: ${fleet.taken.find((each) => isSame(each, gpu))?.why ?? 'lent or on offer'}`
  return refused(noneFree(facts.name, { model, vm: vm.name, why: gpus.map(why) }))
}

const noneFree = (
  host: string,
  { model, vm, why }: { readonly model: string; readonly vm: string; readonly why: readonly string[] },
): Refusal =>
  why.length === 0
    ? refusal(
        'not-possible',
        `${host} has no ${wordOf(model)} that can be given to a VM as a whole`,
        `\`show ${host}\` says what it has.`,
      )
    : refusal(
        'busy',
        `no ${wordOf(model)} of ${host} is free: ${why.join('; ')}`,
        `\`queue any ${model} to ${vm}\` waits for one; release the other once you have it.`,
      )
