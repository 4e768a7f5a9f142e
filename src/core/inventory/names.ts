/**
 * Names to things, over what was last read of each host. The exact spelling wins over one that differs in case only.
 * Old facts still count: whether they are too old is for the caller to say.
 */
import { accepted, refusal, refused, refusedBy, type Outcome, type Refusal } from '../errors'
import { isHidden, shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { quoteWord } from '../text/words'
import { aliasOf, isReplica, type GpuFacts, type HostFacts, type HostView, type VmFacts } from './inventory'

export interface FoundGpu {
  readonly view: HostView
  readonly facts: HostFacts
  readonly gpu: GpuFacts
}
export interface FoundVm {
  readonly view: HostView
  readonly facts: HostFacts
  readonly vm: VmFacts
}
export type Found =
  | ({ readonly kind: 'gpu' } & FoundGpu)
  | ({ readonly kind: 'vm' } & FoundVm)
  | { readonly kind: 'host'; readonly view: HostView }

const fold = (text: string): string => text.normalize('NFC').toLowerCase()

/** Those that have the name as it is spelled; if none has, those that differ in case only. */
const called = <T>(name: string, all: readonly T[], namesOf: (one: T) => readonly string[]): T[] => {
  const exact = all.filter((one) => namesOf(one).includes(name))
  if (exact.length > 0) return exact
  const folded = fold(name)
  return all.filter((one) => namesOf(one).some((each) => fold(each) === folded))
}

const gpusOf = (views: readonly HostView[]): FoundGpu[] =>
  views.flatMap((view) => {
    const { facts } = view
    return facts === null ? [] : facts.gpus.map((gpu) => ({ view, facts, gpu }))
  })
const vmsOf = (views: readonly HostView[]): FoundVm[] =>
  views.flatMap((view) => {
    const { facts } = view
    return facts === null ? [] : facts.vms.map((vm) => ({ view, facts, vm }))
  })

const aliasIn = ({ facts, gpu }: FoundGpu): string => aliasOf(facts, gpu)
const qualified = ({ view, vm }: FoundVm): string => `${view.name}/${vm.name}`

/** A suggestion must be typable as it is shown; a name that is too long or has hidden characters is not. */
const isTypable = (name: string): boolean => shown(name) === name && !Array.from(name).some(isHidden)
const suggestion = (typed: string, names: readonly string[]): string | null =>
  didYouMean(nearest(typed, names.filter(isTypable)).map(quoteWord))

const unread = (views: readonly HostView[]): string[] =>
  views.filter(({ facts }) => facts === null).map(({ name }) => name)

const unknown = (what: string, hint: string | null, look: string, views: readonly HostView[]): Refusal => {
  const dark = unread(views)
  const unseen =
    dark.length === 0
      ? ''
      : `; ${dark.slice(0, 3).map(shown).join(', ')}${dark.length > 3 ? ` and ${dark.length - 3} more hosts` : ''} could not be read yet and may have it`
  return refusal('unknown-name', `${what}${unseen}`, hint === null ? look : `${hint} ${look}`)
}

/** The host before the slash of `hv03/gpu0`, if it is one that was never read. */
const unreadHostOf = (name: string, views: readonly HostView[]): HostView | undefined => {
  const slash = name.indexOf('/')
  if (slash === -1) return undefined
  const [view] = called(name.slice(0, slash), views, (each) => [each.name])
  return view?.facts === null ? view : undefined
}

/** A name with a host in front is of that host. */
const whereItMayBe = (name: string, views: readonly HostView[]): readonly HostView[] =>
  name.includes('/') && called(name.split('/')[0] ?? '', views, (each) => [each.name]).length > 0 ? [] : views

const neverRead = (name: string, { name: host, error }: HostView): Refusal =>
  refusal(
    'unreachable',
    `\`${shown(name)}\` is on ${shown(host)}, which ${error === null ? 'is being read for the first time' : `was never read (${shown(error)})`}, so what it has is not known`,
    `Try again once it answers; \`show ${quoteWord(host)}\` says how it is.`,
  )

/** Refused: `unknown-name` with suggestions; `unreachable` where its host was never read. */
export const resolveGpu = (name: string, views: readonly HostView[]): Outcome<FoundGpu> => {
  const gpus = gpusOf(views)
  const [found] = called(name, gpus, (each) => [aliasIn(each)])
  if (found) return accepted(found)
  const dark = unreadHostOf(name, views)
  if (dark) return refused(neverRead(name, dark))
  const hint = suggestion(name, gpus.map(aliasIn))
  const what = `there is no GPU \`${shown(name)}\``
  return refused(unknown(what, hint, '`list` shows all GPUs.', whereItMayBe(name, views)))
}

/** With the host in front if that is how the name was typed. */
const vmNamesLike = (name: string, views: readonly HostView[]): string[] =>
  vmsOf(views).map((each) => (name.includes('/') ? qualified(each) : each.vm.name))

/** A replica has the id and the name of its primary, which is the one that is meant; `host/name` names the replica. */
const vmsCalled = (name: string, vms: readonly FoundVm[]): FoundVm[] => {
  const byId = vms.filter(({ view, vm }) => [vm.id, fold(`${view.name}/${vm.id}`)].includes(fold(name)))
  const found = byId.length > 0 ? byId : called(name, vms, (each) => [each.vm.name, qualified(each)])
  const own = found.filter(({ vm }) => !isReplica(vm))
  return own.length > 0 ? own : found
}

/**
 * By id, by `host/name`, or by name; a replica gives way to the VM that it is of. Refused: `unknown-name` with suggestions, or with the candidates where several
 * VMs have the name; `unreachable` where its host was never read.
 */
export const resolveVm = (name: string, views: readonly HostView[]): Outcome<FoundVm> => {
  const vms = vmsOf(views)
  const matches = vmsCalled(name, vms)
  const [found, ...others] = matches
  if (found && others.length > 0) return refused(ambiguous(name, matches))
  if (found) return accepted(found)
  const dark = unreadHostOf(name, views)
  if (dark) return refused(neverRead(name, dark))
  const hint = suggestion(name, vmNamesLike(name, views))
  const what = `there is no VM \`${shown(name)}\``
  return refused(unknown(what, hint, '`show HOST` lists the VMs of a host.', whereItMayBe(name, views)))
}

/** `host/name` tells most apart; the id tells those apart that share a host and a name. */
const ambiguous = (name: string, matches: readonly FoundVm[]): Refusal => {
  const listed = matches.slice(0, 5).map((each) => {
    const own = qualified(each)
    const clear =
      isTypable(own) && matches.filter((other) => fold(qualified(other)) === fold(own)).length === 1
    return `\`${clear && fold(own) !== fold(name) ? quoteWord(own) : each.vm.id}\` on ${each.view.name}`
  })
  const more = matches.length > 5 ? `, and ${matches.length - 5} more` : ''
  return refusal(
    'unknown-name',
    `${matches.length} VMs are called \`${shown(name)}\``,
    `Say which one: ${listed.join(', ')}${more}.`,
  )
}

/** A GPU and a VM of one host. Refused: as of the two, and `not-possible` where the VM is on another host. */
export const resolvePair = (
  gpuName: string,
  vmName: string,
  views: readonly HostView[],
): Outcome<FoundGpu & { readonly vm: VmFacts }> => {
  const gpu = resolveGpu(gpuName, views)
  if (!gpu.ok) {
    const vm = resolveVm(vmName, views)
    return refusedBy(gpu, vm)
  }
  const { view } = gpu.value
  const here = resolveVm(vmName, [view])
  if (here.ok) return accepted({ ...gpu.value, vm: here.value.vm })
  const elsewhere = resolveVm(vmName, views)
  return refused(...(elsewhere.ok ? [farAway(elsewhere.value, gpu.value)] : elsewhere.refusals))
}

const farAway = ({ vm, view }: FoundVm, gpu: FoundGpu): Refusal =>
  refusal(
    'not-possible',
    `${vm.name} is on ${view.name}, but ${aliasIn(gpu)} is in ${gpu.view.name}`,
    `A GPU stays in its host: choose a VM of ${gpu.view.name}, or a GPU of ${view.name} (\`list --free\`).`,
  )

/**
 * A host that was never read resolves too, so that it can be shown and paused: look at `facts`.
 * Refused: `unknown-name` with suggestions.
 */
export const resolveHost = (name: string, views: readonly HostView[]): Outcome<HostView> => {
  const [found] = called(name, views, (each) => [each.name])
  if (found) return accepted(found)
  const hint = suggestion(
    name,
    views.map((each) => each.name),
  )
  return refused(
    refusal(
      'unknown-name',
      `there is no host \`${shown(name)}\``,
      hint === null ? '`list` shows the hosts.' : `${hint} \`list\` shows the hosts.`,
    ),
  )
}

/**
 * A GPU, a host or a VM, looked for in this order: a VM that is named like one of the others is reached by
 * `host/name` or its id. Refusals as of the three, with suggestions from all names.
 */
export const resolveAny = (name: string, views: readonly HostView[]): Outcome<Found> => {
  const gpu = resolveGpu(name, views)
  if (gpu.ok) return accepted({ kind: 'gpu', ...gpu.value })
  const host = resolveHost(name, views)
  if (host.ok) return accepted({ kind: 'host', view: host.value })
  const vm = resolveVm(name, views)
  if (vm.ok) return accepted({ kind: 'vm', ...vm.value })
  if (unreadHostOf(name, views) || vmsCalled(name, vmsOf(views)).length > 0) return vm
  const what = `there is no GPU, VM or host \`${shown(name)}\``
  return refused(
    unknown(
      what,
      suggestion(name, allNames(name, views)),
      '`list` shows all GPUs and hosts.',
      whereItMayBe(name, views),
    ),
  )
}

const allNames = (name: string, views: readonly HostView[]): string[] => [
  ...gpusOf(views).map(aliasIn),
  ...vmNamesLike(name, views),
  ...views.map((each) => each.name),
]

/** Whether a VM has this name or id, be it one of several. */
export const hasVm = (name: string, views: readonly HostView[]): boolean =>
  vmsCalled(name, vmsOf(views)).length > 0

/** The nearest name of a GPU, a VM or a host, as it is typed; null where none is near. */
export const nameLike = (name: string, views: readonly HostView[]): string | null => {
  const [like] = nearest(name, allNames(name, views).filter(isTypable), 1)
  return like === undefined ? null : quoteWord(like)
}
