/** Which GPU and which VM a command is about, by what was last read of the hosts. */
import type { PlanCommand } from '../../core/command/command'
import { accepted, refusal, refused, type Outcome } from '../../core/errors'
import {
  aliasOf,
  placeOf,
  wholeGpusOf,
  type GpuFacts,
  type HostView,
  type VmFacts,
} from '../../core/inventory/inventory'
import {
  resolveAny,
  resolveGpu,
  resolvePair,
  resolveVm,
  type FoundGpu,
  type FoundVm,
} from '../../core/inventory/names'
import { sharedWith, sharersOf } from '../../core/inventory/partitions'

export interface Subjects {
  readonly view: HostView
  readonly gpu: GpuFacts
  /** The VM that is to have it; for a release and a resize the VM that has a partition of it. */
  readonly vm: VmFacts | null
  /** What is given back on another host for it. */
  readonly release?: { readonly view: HostView; readonly gpu: GpuFacts } | undefined
}

/** A move to any of a model has its own way to them: across.ts. */
export type NamedCommand = Exclude<PlanCommand, { kind: 'move' }> | MoveOfOne
export type MoveOfOne = Extract<PlanCommand, { kind: 'move' }> & { readonly gpu: string }

export const subjectsOf = (command: NamedCommand, views: readonly HostView[]): Outcome<Subjects> => {
  switch (command.kind) {
    case 'assign':
    case 'move':
      return resolvePair(command.gpu, command.vm, views)
    case 'release':
      return released(command.name, views)
    case 'partition':
      return split(command.gpu, views)
    case 'resize':
      return resized(command, views)
  }
}

const split = (name: string, views: readonly HostView[]): Outcome<Subjects> => {
  const found = resolveGpu(name, views)
  return found.ok ? accepted({ view: found.value.view, gpu: found.value.gpu, vm: null }) : found
}

/** Its partition, or the first of the whole GPUs for which it has MMIO space. */
const resized = (
  { vm: name, vram, mmio }: Extract<PlanCommand, { kind: 'resize' }>,
  views: readonly HostView[],
): Outcome<Subjects> => {
  if ((vram === undefined) === (mmio === undefined))
    return refused(
      refusal(
        'syntax',
        `What of ${name} shall be resized?`,
        'Add `--vram SIZE` for its partition of a GPU, or `--mmio SIZE` for the MMIO space of its whole GPUs.',
      ),
    )
  const found = resolveVm(name, views)
  if (!found.ok) return found
  const { view, vm, facts } = found.value
  const [gpu] = mmio === undefined ? sharedWith(facts, vm) : wholeGpusOf(facts, vm)
  if (gpu) return accepted({ view, gpu, vm })
  const what =
    mmio === undefined
      ? 'no partition of a GPU that could be resized'
      : 'no whole GPU for which it needs MMIO space'
  return refused(refusal('not-possible', `${vm.name} has ${what}`, `\`show ${vm.name}\` says what it has.`))
}

const released = (name: string, views: readonly HostView[]): Outcome<Subjects> => {
  const found = resolveAny(name, views)
  if (!found.ok) return found
  const { value } = found
  if (value.kind === 'host')
    return refused(refusal('syntax', `${name} is a host`, `Name one GPU, such as \`release ${name}/gpu0\`.`))
  return value.kind === 'gpu' ? releasedGpu(value) : releasedFrom(value)
}

/** A GPU that VMs share is released by VM; where one VM has a partition, that is meant. */
const releasedGpu = ({ view, facts, gpu }: FoundGpu): Outcome<Subjects> => {
  const sharers = placeOf(facts, gpu).kind === 'assigned' ? [] : sharersOf(facts, gpu)
  const [only] = sharers
  if (sharers.length <= 1) return accepted({ view, gpu, vm: only ?? null })
  const choices = sharers.map((vm) => `\`release ${vm.name}\``).join(' or ')
  return refused(
    refusal('syntax', `${aliasOf(facts, gpu)} is shared by ${sharers.length} VMs`, `Say which: ${choices}.`),
  )
}

/** `release VM` means its one GPU; with several, the person must say which. */
const releasedFrom = ({ view, facts, vm }: FoundVm): Outcome<Subjects> => {
  const whole = wholeGpusOf(facts, vm)
  const shared = sharedWith(facts, vm)
  const [only, ...others] = [
    ...whole.map((gpu) => ({ gpu, vm: null })),
    ...shared.map((gpu) => ({ gpu, vm })),
  ]
  if (!only) return refused(refusal('not-possible', `${vm.name} has no GPU`, 'See `list --mine` or `list`.'))
  if (others.length === 0) return accepted({ view, ...only })
  const choices = [only, ...others].map(({ gpu }) => `\`release ${aliasOf(facts, gpu)}\``).join(' or ')
  return refused(refusal('syntax', `${vm.name} has ${others.length + 1} GPUs`, `Say which: ${choices}.`))
}
