/** From a command and the hosts as they are to a plan, or every reason against it. */
import { STATE_WORDS } from '../../core/request/words'
import { blockerOf, refuseBlocked } from '../../core/inventory/aside'
import { barOf, refuseBarred } from '../../core/inventory/bar'
import type { Command, PlanCommand } from '../../core/command/command'
import { accepted, messageOf, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import {
  aliasOf,
  gpuByPath,
  peersOf,
  type GpuFacts,
  type HostFacts,
  type HostView,
  type VmFacts,
} from '../../core/inventory/inventory'
import type { Interruption } from '../../core/smi/interruption'
import { isExtension } from '../../core/plan/extension'
import { hostPlansOf, type HostPlan, type Plan } from '../../core/plan/plan'
import { planAcross, planOf, type PlanInput } from '../../core/planner/planner'
import { quarantineOf } from '../../core/inventory/quarantine'
import { isUnheld } from '../../core/queue/candidates'
import type { Place } from '../../core/queue/entry'
import { isOpen, OPEN_STATES, type RequestState } from '../../core/request/request'
import { asides } from '../../store/aside'
import type { Db, Tx } from '../../store/database'
import { baselinesOf, hostViews, isPaused, marks } from '../../store/fleet'
import { requestsIn } from '../../store/requests'
import { selfOf } from '../../store/self'
import { interruptionsOf } from '../snapshot/interruptions'
import type { Parts } from '../context/parts'
import { keptForOthers, ownTurn } from '../snapshot/kept'
import { subjectsFor } from './across'
import type { Subjects } from '../snapshot/subjects'

/** A plan with the reading of its host that it was made from. */
export interface Prepared {
  readonly plan: Plan
  readonly facts: HostFacts
  /** That of the host on which something is given back for it. */
  readonly otherFacts?: HostFacts | undefined
  readonly interrupts: readonly Interruption[]
  /** The place in the queue whose turn it is for this: asking for it takes it. */
  readonly turn?: { readonly id: string; readonly gpu: Place } | undefined
}

interface Known {
  /** Which GPU and VM it is about. */
  readonly named?: Subjects
  /** Who asks for it; absent where the bot does. */
  readonly by?: string
  /** The offer that is being taken: what it keeps is not kept from this. */
  readonly answers?: { readonly id: string } | undefined
}

/** Names resolved, the host read afresh, and planned. */
export const prepare = async (
  parts: Parts,
  command: PlanCommand,
  { named, by, answers }: Known = {},
): Promise<Outcome<Prepared>> => {
  const views = await hostViews(parts.db, [...parts.hosts.keys()])
  const names = named === undefined ? await subjectsFor(parts, command, views) : accepted(named)
  if (!names.ok) return names
  const { view, release } = names.value
  const facts = await readOpen(parts, view)
  if (!facts.ok) return facts
  const other = release && (await readOpen(parts, release.view))
  if (other?.ok === false) return other
  const otherFacts = other?.value
  const takes = takesFree(command, names.value.gpu, facts.value)
  const spot = { ...placed(facts.value, names.value.gpu), takes }
  const turn = answers || by === undefined ? undefined : await ownTurn(parts, parts.db, spot, by)
  const plan = await planFor(parts, command, {
    names: names.value,
    facts: facts.value,
    otherFacts,
    views,
    takes,
    answers: answers ?? turn,
  })
  if (!plan.ok) return plan
  const readings = [facts.value, ...(otherFacts ? [otherFacts] : [])]
  const interrupts = await interruptionsOf(parts, plan.value, readings)
  return accepted({ plan: plan.value, facts: facts.value, otherFacts, interrupts, turn })
}

const placed = (facts: HostFacts, gpu: GpuFacts): Place => ({
  alias: aliasOf(facts, gpu),
  host: facts.name,
  locationPath: gpu.locationPath,
})

/** A GPU that nobody has is taken. What was changed on the host is put back to whoever held it, whoever waits. */
const takesFree = (command: PlanCommand, gpu: GpuFacts, facts: HostFacts): boolean =>
  command.kind !== 'release' && command.kind !== 'resize' && !restores(command) && isUnheld(facts, gpu)

const restores = (command: Command | undefined): boolean =>
  command !== undefined && 'restore' in command && command.restore !== undefined

/** A host that is paused takes no requests, nor one that takes no orders of this bot. */
const readOpen = async (parts: Parts, view: HostView): Promise<Outcome<HostFacts>> => {
  if (await isPaused(parts.db, view.name))
    return refused(
      refusal(
        'paused',
        `${view.name} is paused: no new requests are taken`,
        `An administrator ends it with \`resume ${view.name}\`.`,
      ),
    )
  const facts = await readFacts(parts, view)
  const bar = facts.ok ? barOf(facts.value.module, await selfOf(parts.db)) : null
  return bar ? refused(refuseBarred(view.name, bar)) : facts
}

const readFacts = async (parts: Parts, view: HostView): Promise<Outcome<HostFacts>> => {
  try {
    const facts = await parts.hosts.get(view.name)?.inventory()
    if (facts) return accepted(facts)
  } catch (error) {
    parts.log.warn({ host: view.name, error: messageOf(error) }, 'host could not be read')
  }
  return refused(
    refusal(
      'unreachable',
      `${view.name} does not answer, so nothing can be planned on it`,
      `Try again when \`show ${view.name}\` says that it is back.`,
    ),
  )
}

/** Plans on fresh facts; a name that was resolved from the last reading must still mean the same device. */
const planFor = async (
  parts: Parts,
  command: PlanCommand,
  found: Pick<Known, 'answers'> &
    Pick<Prepared, 'facts' | 'otherFacts'> & { names: Subjects; views: readonly HostView[]; takes: boolean },
): Promise<Outcome<Plan>> => {
  const { names, facts, otherFacts, views, takes, answers } = found
  const gpu = gpuByPath(facts, names.gpu.locationPath)
  const vm = names.vm && (facts.vms.find((each) => each.id === names.vm?.id) ?? null)
  if (!gpu || (names.vm && !vm)) return refused(changed(facts.name))
  const wanted = {
    alias: aliasOf(facts, gpu),
    host: facts.name,
    gpu,
    takes,
    vms: vm ? [vm] : [],
    shares: isShare(command, vm),
  }
  const also = names.release && {
    alias: aliasOf(otherFacts ?? facts, names.release.gpu),
    host: names.release.view.name,
    gpu: names.release.gpu,
    vms: [],
    shares: false,
    takes: false,
  }
  const taken = [
    ...(await blockedAmong(parts.db, [wanted, ...(also ? [also] : [])])),
    ...(await against(parts, parts.db, wanted, answers)),
    ...(also ? await against(parts, parts.db, also, answers) : []),
  ]
  const input = await inputOf(parts, command, { facts, gpu, vm, views })
  const given = names.release && otherFacts && gpuByPath(otherFacts, names.release.gpu.locationPath)
  if (names.release && !given) return refused(changed(names.release.view.name))
  const plan = given
    ? planAcross(input, await inputOf(parts, command, { facts: otherFacts, gpu: given, vm: null, views }))
    : planOf(command, input)
  if (taken.length === 0) return plan
  return refused(...taken, ...(plan.ok ? [] : plan.refusals))
}

const inputOf = async (
  parts: Parts,
  command: PlanCommand,
  about: { facts: HostFacts; gpu: GpuFacts; vm: VmFacts | null; views: readonly HostView[] },
): Promise<PlanInput> => ({
  host: about.facts,
  gpu: about.gpu,
  vm: about.vm,
  consents: command.kind === 'partition' ? { shutdown: false, powerOff: false, noStart: false } : command,
  baselines: await baselinesOf(parts.db, about.facts.name),
  quarantine: quarantineOf(about.facts, about.gpu, await marks(parts.db)),
  peers: peersOf(about.facts, about.views),
  mmio: 'mmio' in command ? command.mmio : undefined,
})

const changed = (host: string): Refusal =>
  refusal('stale', `${host} has changed since it was last read`, 'Look at `list` and ask again.')

/** Several requests may wait for shares of one GPU; whoever finds none left is told so. */
const isShare = (command: PlanCommand, vm: VmFacts | null): boolean =>
  (command.kind === 'resize' && command.mmio === undefined) ||
  (command.kind === 'assign' && command.mode === 'partition') ||
  (command.kind === 'release' && vm !== null)

interface Wanted {
  readonly alias: string
  readonly host: string
  readonly gpu: { readonly locationPath: string }
  readonly vms: readonly { readonly id: string }[]
  /** It is about a partition, not about the whole GPU or how it is split. */
  readonly shares: boolean
  /** Nobody has it, and this would take it. */
  readonly takes: boolean
}

/** What speaks for this GPU or VM already: open requests, and an offer to somebody else. */
const against = async (
  parts: Parts,
  db: Db | Tx,
  subject: Wanted,
  answers: Known['answers'],
): Promise<Refusal[]> => [
  ...(await openOn(db, subject)),
  ...(await keptForOthers(parts, db, spotOf(subject), answers)),
]

const spotOf = ({ alias, host, gpu: { locationPath }, takes }: Wanted) => ({
  alias,
  host,
  locationPath,
  takes,
})

/** What cannot be read may say who has it. */
const blockedAmong = async (
  db: Db | Tx,
  gpus: readonly Pick<Wanted, 'alias' | 'host' | 'gpu'>[],
): Promise<Refusal[]> => {
  const all = await asides(db)
  return gpus.flatMap(({ alias, host, gpu }) => {
    const aside = blockerOf(all, { host, gpu })
    return aside ? [refuseBlocked(alias, aside)] : []
  })
}

/** Open requests that already speak for it. */
const openOn = async (db: Db | Tx, subject: Wanted): Promise<Refusal[]> => {
  const open = await requestsIn(db, OPEN_STATES)
  return open.flatMap(({ id, state, plan }) => {
    const about = hostPlansOf(plan).find((each) => isOpen(state) && speaksFor(each, subject))
    return about
      ? refusal(
          'busy',
          `${about.gpu.alias}${about.to ? ` and ${about.to.name}` : ''}: request ${id} comes first (${STATE_WORDS[state]})`,
          `${HOW_IT_ENDS[state]?.(id) ?? ''} See \`show ${id}\`.`.trim(),
        )
      : []
  })
}

const speaksFor = (plan: HostPlan, subject: Wanted): boolean => {
  if (isExtension(plan)) return false
  const vms = [plan.from?.id, plan.to?.id]
  return (
    plan.host === subject.host &&
    ((plan.gpu.locationPath === subject.gpu.locationPath && !(subject.shares && sharesIn(plan))) ||
      subject.vms.some((vm) => vms.some((id) => id === vm.id)))
  )
}

const sharesIn = ({ mode, action }: HostPlan): boolean => mode === 'partition' && action !== 'partition'

/** The same for a plan. */
export const openAgainst = async (
  parts: Parts,
  tx: Tx,
  { plan, command, answers }: Pick<Known, 'answers'> & { plan: Plan; command?: Command | undefined },
): Promise<Refusal[]> => {
  if (isExtension(plan)) return []
  const all = await blockedAmong(
    tx,
    hostPlansOf(plan).map(({ host, gpu }) => ({ alias: gpu.alias, host, gpu })),
  )
  for (const each of hostPlansOf(plan)) {
    const vms = [each.from, each.to].flatMap((vm) => vm ?? [])
    const takes = each.from === null && each.action !== 'release' && !restores(command)
    const { alias } = each.gpu
    const wanted = { alias, host: each.host, gpu: each.gpu, vms, shares: sharesIn(each), takes }
    all.push(...(await against(parts, tx, wanted, answers)))
  }
  return all
}

const HOW_IT_ENDS: { readonly [S in RequestState]?: (id: string) => string } = {
  pending: (id) => `An approver decides it, or its requester says \`cancel ${id}\`.`,
  approved: (id) => `It is about to run; its requester can still say \`cancel ${id}\`.`,
  running: () => 'It ends by itself; ask again then.',
  'needs-attention': () => 'An administrator settles it, by the buttons on its card.',
}
