/** From a change and the hosts as they are to a plan, or every reason against it. */
import { STATE_WORDS } from '../../core/request/words'
import { blockerOf, refuseBlocked } from '../../core/inventory/aside'
import { barOf, refuseBarred } from '../../core/inventory/bar'
import { givesOf, isOfShare, restoresOf, vmOf, type Change, type Given } from '../../core/change/change'
import { accepted, messageOf, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import {
  aliasOf,
  gpuByPath,
  peersOf,
  vmById,
  type GpuFacts,
  type HostFacts,
  type HostName,
  type VmFacts,
  type VmId,
} from '../../core/inventory/inventory'
import type { Interruption } from '../../core/smi/interruption'
import { isExtension } from '../../core/plan/extension'
import { hostPlansOf, type HostPlan, type Plan } from '../../core/plan/plan'
import { planOf, type PlanInput } from '../../core/planner/planner'
import { quarantineOf } from '../../core/inventory/quarantine'
import { isUnheld } from '../../core/queue/candidates'
import type { Place } from '../../core/queue/entry'
import { isOpenState, OPEN_STATES, type RequestState } from '../../core/request/request'
import { asides } from '../../store/aside'
import type { Db, Tx } from '../../store/database'
import { baselinesOf, hostViews, isPaused, marks } from '../../store/fleet'
import { requestsIn } from '../../store/requests'
import { selfOf } from '../../store/self'
import { interruptionsOf } from '../snapshot/interruptions'
import type { Context } from '../context/context'
import { keptForOthers, ownTurn } from '../snapshot/kept'

/** A plan with the reading of its host that it was made from. */
export interface Prepared {
  readonly change: Change
  readonly plan: Plan
  readonly facts: HostFacts
  /** That of the host on which something is given back for it. */
  readonly otherFacts?: HostFacts | undefined
  readonly interrupts: readonly Interruption[]
  /** The place in the queue whose turn it is for this: asking for it takes it. */
  readonly turn?: { readonly id: string; readonly gpu: Place } | undefined
}

interface Known {
  /** Who asks for it; absent where the bot does. */
  readonly by?: string
  /** The offer that is being taken: what it keeps is not kept from this. */
  readonly answers?: { readonly id: string } | undefined
}

/** The hosts read afresh, and planned. */
export const prepare = async (
  context: Context,
  change: Change,
  { by, answers }: Known = {},
): Promise<Outcome<Prepared>> => {
  const there = await readSpot(context, { host: change.host, gpu: change.gpus[0], vm: vmOf(change) })
  if (!there.ok) return there
  const gives = givesOf(change)
  const here = gives && (await readSpot(context, { ...gives, vm: null }))
  if (here?.ok === false) return here
  const wanted = wantedOf(change, there.value)
  const turn = answers || by === undefined ? undefined : await ownTurn(context, context.db, wanted, by)
  const given = here && { ...wantedOf(change, here.value), vms: [], shares: false, takes: false }
  const taken = [
    ...(await blockedAmong(context.db, [wanted, ...(given ? [given] : [])])),
    ...(await against(context, context.db, wanted, answers ?? turn)),
    ...(given ? await against(context, context.db, given, answers ?? turn) : []),
  ]
  const input = await inputOf(context, change, there.value)
  const plan = planOf(change, input, here && (await inputOf(context, change, here.value)))
  if (!plan.ok || taken.length > 0) return refused(...taken, ...(plan.ok ? [] : plan.refusals))
  const [{ facts }, otherFacts] = [there.value, here?.value.facts]
  const interrupts = await interruptionsOf(context, plan.value, [facts, ...(otherFacts ? [otherFacts] : [])])
  return accepted({ change, plan: plan.value, facts, otherFacts, interrupts, turn })
}

/** What a change is about, on its host as that was just read. */
interface Spot {
  readonly facts: HostFacts
  readonly gpu: GpuFacts
  readonly vm: VmFacts | null
}

/** Names were resolved from an earlier reading: both must be there still. */
const readSpot = async (
  context: Context,
  { host, gpu: path, vm: id }: Given & { readonly vm: VmId | null },
): Promise<Outcome<Spot>> => {
  const read = await readOpen(context, host)
  if (!read.ok) return read
  const gpu = gpuByPath(read.value, path)
  const vm = id === null ? null : vmById(read.value, id)
  return gpu && vm !== undefined ? accepted({ facts: read.value, gpu, vm }) : refused(changed(host))
}

const wantedOf = (change: Change, { facts, gpu, vm }: Spot): Wanted & Place => ({
  alias: aliasOf(facts, gpu),
  host: facts.name,
  locationPath: gpu.locationPath,
  takes: takesFree(change, gpu, facts),
  vms: vm ? [vm] : [],
  shares: isOfShare(change),
})

/** A GPU that nobody has is taken. What was changed on the host is put back to whoever held it, whoever waits. */
const takesFree = (change: Change, gpu: GpuFacts, facts: HostFacts): boolean =>
  change.action !== 'release' && change.action !== 'resize' && !isPutBack(change) && isUnheld(facts, gpu)

const isPutBack = (change: Change | undefined): boolean =>
  change !== undefined && restoresOf(change) !== undefined

/** A host that is paused takes no requests, nor one that takes no orders of this bot. */
const readOpen = async (context: Context, host: HostName): Promise<Outcome<HostFacts>> => {
  if (await isPaused(context.db, host))
    return refused(
      refusal(
        'paused',
        `${host} is paused: no new requests are taken`,
        `An administrator ends it with \`resume ${host}\`.`,
      ),
    )
  const facts = await readFacts(context, host)
  const bar = facts.ok ? barOf(facts.value.module, await selfOf(context.db)) : null
  return bar ? refused(refuseBarred(host, bar)) : facts
}

const readFacts = async (context: Context, host: HostName): Promise<Outcome<HostFacts>> => {
  try {
    const facts = await context.hosts.get(host)?.inventory()
    if (facts) return accepted(facts)
  } catch (error) {
    context.log.warn({ host, error: messageOf(error) }, 'host could not be read')
  }
  return refused(
    refusal(
      'unreachable',
      `${host} does not answer, so nothing can be planned on it`,
      `Try again when \`show ${host}\` says that it is back.`,
    ),
  )
}

const inputOf = async (context: Context, change: Change, { facts, gpu, vm }: Spot): Promise<PlanInput> => ({
  host: facts,
  gpu,
  vm,
  consents: change.consents,
  baselines: await baselinesOf(context.db, facts.name),
  quarantine: quarantineOf(facts, gpu, await marks(context.db)),
  peers: peersOf(facts, await hostViews(context.db, [...context.hosts.keys()])),
  mmio: 'mmio' in change ? change.mmio : undefined,
})

const changed = (host: string): Refusal =>
  refusal('stale', `${host} has changed since it was last read`, 'Look at `list` and ask again.')

interface Wanted {
  readonly alias: string
  readonly host: string
  readonly locationPath: string
  readonly vms: readonly { readonly id: string }[]
  /** It is about a partition, not about the whole GPU or how it is split. */
  readonly shares: boolean
  /** Nobody has it, and this would take it. */
  readonly takes: boolean
}

/** What speaks for this GPU or VM already: open requests, and an offer to somebody else. */
const against = async (
  context: Context,
  db: Db | Tx,
  subject: Wanted,
  answers: Known['answers'],
): Promise<Refusal[]> => [
  ...(await openOn(db, subject)),
  ...(await keptForOthers(context, db, subject, answers)),
]

/** What cannot be read may say who has it. */
const blockedAmong = async (db: Db | Tx, gpus: readonly Wanted[]): Promise<Refusal[]> => {
  const all = await asides(db)
  return gpus.flatMap(({ alias, host, locationPath }) => {
    const aside = blockerOf(all, { host, gpu: { locationPath } })
    return aside ? [refuseBlocked(alias, aside)] : []
  })
}

/** Open requests that already speak for it. */
const openOn = async (db: Db | Tx, subject: Wanted): Promise<Refusal[]> => {
  const open = await requestsIn(db, OPEN_STATES)
  return open.flatMap(({ id, state, plan }) => {
    const about = hostPlansOf(plan).find((each) => isOpenState(state) && speaksFor(each, subject))
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
    ((plan.gpu.locationPath === subject.locationPath && !(subject.shares && isOfShare(plan))) ||
      subject.vms.some((vm) => vms.some((id) => id === vm.id)))
  )
}

/** The same for a plan. */
export const openAgainst = async (
  context: Context,
  tx: Tx,
  { plan, change, answers }: Pick<Known, 'answers'> & { plan: Plan; change?: Change | undefined },
): Promise<Refusal[]> => {
  if (isExtension(plan)) return []
  const wanted = hostPlansOf(plan).map((each): Wanted => ({
    alias: each.gpu.alias,
    host: each.host,
    locationPath: each.gpu.locationPath,
    takes: each.from === null && each.action !== 'release' && !isPutBack(change),
    vms: [each.from, each.to].flatMap((vm) => vm ?? []),
    shares: isOfShare(each),
  }))
  const all = await blockedAmong(tx, wanted)
  for (const each of wanted) all.push(...(await against(context, tx, each, answers)))
  return all
}

const HOW_IT_ENDS: { readonly [S in RequestState]?: (id: string) => string } = {
  pending: (id) => `An approver decides it, or its requester says \`cancel ${id}\`.`,
  approved: (id) => `It is about to run; its requester can still say \`cancel ${id}\`.`,
  running: () => 'It ends by itself; ask again then.',
  'needs-attention': () => 'An administrator settles it, by the buttons on its card.',
}
