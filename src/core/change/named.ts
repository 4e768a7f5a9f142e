/** From a command that names things to the change that it means, by what was last read of the hosts. */
import type { PlanCommand } from '../command/command'
import { accepted, refusal, refused, refusedBy, type Outcome, type Refusal } from '../errors'
import { aliasOf, placeOf, wholeGpusOf, type GpuFacts, type HostView } from '../inventory/inventory'
import {
  resolveAny,
  resolveGpu,
  resolvePair,
  resolveVm,
  type FoundGpu,
  type FoundVm,
} from '../inventory/names'
import { sharedWith, sharersOf } from '../inventory/partitions'
import { consentsOf, NO_CONSENTS, type Change, type Consents } from './change'

type Move = Extract<PlanCommand, { kind: 'move' }>
type MoveOfOne = Move & { readonly gpu: string }
/** A move to any of a model has its own way: what is free decides. */
export type NamedCommand = Exclude<PlanCommand, Move> | MoveOfOne
type Named<K extends PlanCommand['kind']> = Extract<PlanCommand, { kind: K }>

/** Refused: names that mean nothing, several things, or something of another host; and flags that do not go together. */
export const changeOf = (command: NamedCommand, views: readonly HostView[]): Outcome<Change> => {
  switch (command.kind) {
    case 'assign':
      return assigned(command, views)
    case 'move':
      return moved(command, views)
    case 'release':
      return released(command, views)
    case 'partition':
      return split(command, views)
    case 'resize':
      return resized(command, views)
  }
}

/** What every change says of the GPU that it is about. */
export const targetOf = (
  { view, gpu }: Pick<FoundGpu, 'view' | 'gpu'>,
  consents: Consents,
): Pick<Change, 'host' | 'gpus' | 'consents'> => ({
  host: view.name,
  gpus: [gpu.locationPath],
  consents: consentsOf(consents),
})

const assigned = (command: Named<'assign'>, views: readonly HostView[]): Outcome<Change> => {
  const { mode, vram, mmio } = command
  const found = resolvePair(command.gpu, command.vm, views)
  const wrong = mode === 'partition' ? mmio !== undefined && ONLY_WHOLE : vram !== undefined && ONLY_PART
  if (!found.ok || wrong) return refused(...(wrong ? [wrong] : []), ...(found.ok ? [] : found.refusals))
  const giving = {
    ...targetOf(found.value, command),
    action: 'assign',
    vm: found.value.vm.id,
    restores: command.restore,
  } as const
  return accepted(
    mode === 'partition' ? { ...giving, mode, vram: vram ?? null } : { ...giving, mode: 'dda', mmio },
  )
}

const ONLY_PART = refusal(
  'syntax',
  'Only a partition has its own amount of video memory; a whole GPU has all of its own',
  'Add `--mode partition`, or leave `--vram` out.',
)
const ONLY_WHOLE = refusal(
  'syntax',
  'MMIO space is chosen for whole GPUs; for a partition the bot sets what Microsoft says',
  'Leave `--mmio` out.',
)

/** `move hv01/gpu0 from vm1 to vm2`: the GPU says it all, and the VM has to be the one that has it. */
const moved = (command: MoveOfOne, views: readonly HostView[]): Outcome<Change> => {
  const found = resolvePair(command.gpu, command.vm, views)
  const from = command.from === undefined ? null : resolveVm(command.from, views)
  if (!found.ok || from?.ok === false) return refusedBy(found, ...(from ? [from] : []))
  const { facts, gpu, vm } = found.value
  const isTheirs = from?.value.view === found.value.view && from.value.vm.assigned.includes(gpu.locationPath)
  if (from && !isTheirs) return refused(notTheirs(from.value.vm.name, aliasOf(facts, gpu)))
  return accepted({
    ...targetOf(found.value, command),
    action: 'move',
    mode: 'dda',
    vm: vm.id,
    mmio: command.mmio,
    restores: command.restore,
  })
}

const notTheirs = (vm: string, alias: string): Refusal =>
  refusal('not-possible', `${vm} does not have ${alias}`, `\`show ${alias}\` says who has it.`)

const split = (command: Named<'partition'>, views: readonly HostView[]): Outcome<Change> => {
  const found = resolveGpu(command.gpu, views)
  if (!found.ok) return found
  const target = targetOf(found.value, NO_CONSENTS)
  return accepted({ ...target, action: 'partition', mode: 'partition', count: command.count })
}

/** Its partition, or the first of the whole GPUs for which it has MMIO space. */
const resized = (command: Named<'resize'>, views: readonly HostView[]): Outcome<Change> => {
  const { vram, mmio } = command
  const size =
    mmio === undefined
      ? vram !== undefined && ({ mode: 'partition', vram } as const)
      : vram === undefined && ({ mode: 'dda', mmio } as const)
  if (!size) return refused(whichSize(command.vm))
  const found = resolveVm(command.vm, views)
  if (!found.ok) return found
  const { facts, vm } = found.value
  const [gpu] = size.mode === 'dda' ? wholeGpusOf(facts, vm) : sharedWith(facts, vm)
  if (gpu)
    return accepted({ ...targetOf({ ...found.value, gpu }, command), action: 'resize', vm: vm.id, ...size })
  const what =
    size.mode === 'dda'
      ? 'no whole GPU for which it needs MMIO space'
      : 'no partition of a GPU that could be resized'
  return refused(refusal('not-possible', `${vm.name} has ${what}`, `\`show ${vm.name}\` says what it has.`))
}

const whichSize = (vm: string): Refusal =>
  refusal(
    'syntax',
    `What of ${vm} shall be resized?`,
    'Add `--vram SIZE` for its partition of a GPU, or `--mmio SIZE` for the MMIO space of its whole GPUs.',
  )

const released = (command: Named<'release'>, views: readonly HostView[]): Outcome<Change> => {
  const { name } = command
  const found = resolveAny(name, views)
  if (!found.ok) return found
  const { value } = found
  if (value.kind === 'host')
    return refused(refusal('syntax', `${name} is a host`, `Name one GPU, such as \`release ${name}/gpu0\`.`))
  return value.kind === 'gpu' ? releasedGpu(value, command) : releasedFrom(value, command)
}

const returning = (found: FoundGpu, vm: FoundVm['vm'] | null, consents: Consents): Outcome<Change> => {
  const target = { ...targetOf(found, consents), action: 'release' } as const
  return accepted(vm === null ? { ...target, mode: 'dda' } : { ...target, mode: 'partition', vm: vm.id })
}

/** A GPU that VMs share is released by VM; where one VM has a partition, that is meant. */
const releasedGpu = (found: FoundGpu, consents: Consents): Outcome<Change> => {
  const { facts, gpu } = found
  const sharers = placeOf(facts, gpu).kind === 'assigned' ? [] : sharersOf(facts, gpu)
  const [only] = sharers
  if (sharers.length <= 1) return returning(found, only ?? null, consents)
  const choices = sharers.map((vm) => `\`release ${vm.name}\``).join(' or ')
  return refused(
    refusal('syntax', `${aliasOf(facts, gpu)} is shared by ${sharers.length} VMs`, `Say which: ${choices}.`),
  )
}

/** `release VM` means its one GPU; with several, the person must say which. */
const releasedFrom = ({ view, facts, vm }: FoundVm, consents: Consents): Outcome<Change> => {
  const whole: readonly GpuFacts[] = wholeGpusOf(facts, vm)
  const [gpu, ...others] = [...whole, ...sharedWith(facts, vm)]
  if (!gpu) return refused(refusal('not-possible', `${vm.name} has no GPU`, 'See `list --mine` or `list`.'))
  if (others.length === 0) return returning({ view, facts, gpu }, whole.length > 0 ? null : vm, consents)
  const choices = [gpu, ...others].map((each) => `\`release ${aliasOf(facts, each)}\``).join(' or ')
  return refused(refusal('syntax', `${vm.name} has ${others.length + 1} GPUs`, `Say which: ${choices}.`))
}
