/** `move any MODEL from VM to VM`: which GPU is given back, and which one is taken for it, by what was last read. */
import type { Change } from '../../core/change/change'
import { changeOf, targetOf, type NamedCommand } from '../../core/change/named'
import type { PlanCommand } from '../../core/command/command'
import { accepted, refusal, refused, refusedBy, type Outcome, type Refusal } from '../../core/errors'
import { aliasOf, gpuByPath, type GpuFacts } from '../../core/inventory/inventory'
import { resolveVm, type FoundVm } from '../../core/inventory/names'
import type { Policy } from '../../core/policy/policy'
import { candidateOf, freeAmong } from '../../core/queue/candidates'
import { fleetOf } from '../../core/queue/changes'
import { turnFor } from '../../core/queue/next'
import type { Snapshot } from '../../core/queue/snapshot'
import { isOffered, type Want } from '../../core/queue/entry'
import { kindOf } from '../../core/queue/kind'
import { fits, isSameGpu, type Candidate } from '../../core/queue/order'
import { hostViews } from '../../store/fleet'
import type { Context } from '../context/context'
import { snapshotOf } from '../snapshot/snapshot'

type Move = Extract<PlanCommand, { kind: 'move' }>
/** Which one it is that moves is for the bot to find. */
type MoveOfAny = Move & { readonly model: string; readonly from: string }

/** Of any command that changes a host. */
export const changeFor = async (context: Context, command: PlanCommand): Promise<Outcome<Change>> => {
  if (isOfAny(command)) return acrossOf(await snapshotOf(context.db, context), command, context.clock.now())
  return isNamed(command)
    ? changeOf(command, await hostViews(context.db, [...context.hosts.keys()]))
    : refused(
        refusal(
          'syntax',
          'a move names one GPU, or any of a model and the VM that has one',
          'Use: `move GPU to VM`, or `move any MODEL from VM to VM`.',
        ),
      )
}

const isOfAny = (command: PlanCommand): command is MoveOfAny =>
  command.kind === 'move' &&
  command.gpu === undefined &&
  command.model !== undefined &&
  command.from !== undefined

const isNamed = (command: PlanCommand): command is NamedCommand =>
  command.kind !== 'move' || (command.gpu !== undefined && command.model === undefined)

const acrossOf = (snapshot: Snapshot, command: MoveOfAny, now: number): Outcome<Change> => {
  const { policy, views } = snapshot
  const { model, mmio, restore } = command
  const [from, to] = [resolveVm(command.from, views), resolveVm(command.vm, views)]
  if (!from.ok || !to.ok) return refusedBy(from, to)
  const given = givenBy(policy, from.value, model)
  if (!given.ok) return given
  const moved = { action: 'move', mode: 'dda', vm: to.value.vm.id, mmio, restores: restore } as const
  const gives = { host: from.value.view.name, gpu: given.value.locationPath }
  if (gives.host === to.value.view.name)
    return accepted({ ...targetOf({ ...from.value, gpu: given.value }, command), ...moved })
  const taken = freeOne(snapshot, to.value, { model, now })
  return taken.ok
    ? accepted({ ...targetOf({ ...to.value, gpu: taken.value }, command), ...moved, gives })
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
  snapshot: Snapshot,
  { facts, vm }: FoundVm,
  { model, now }: { readonly model: string; readonly now: number },
): Outcome<GpuFacts> => {
  const fleet = fleetOf(snapshot)
  const want = wantOf(snapshot.policy, model)
  const gpus = fleet.gpus.filter((gpu) => gpu.host === facts.name && fits(want, gpu))
  const offered = fleet.entries.filter(isOffered)
  const free = freeAmong(gpus, fleet).filter((gpu) => !offered.some((offer) => isSameGpu(offer.gpu, gpu)))
  const unwaited = free.filter((gpu) => turnFor(snapshot, gpu, now) === null)
  const found = [...unwaited, ...free].flatMap(({ locationPath }) => gpuByPath(facts, locationPath) ?? [])[0]
  if (found) return accepted(found)
  const why = (gpu: Candidate): string =>
    `${gpu.alias}: ${fleet.taken.find((each) => isSameGpu(each, gpu))?.why ?? 'lent or on offer'}`
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
