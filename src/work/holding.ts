/** Who holds what by a request, on whichever chat they asked for it. */
import type { Holding } from '../core/drift/findings'
import {
  vmById,
  wholeGpusOf,
  type GpuFacts,
  type HostFacts,
  type VmFacts,
  type VmId,
} from '../core/inventory'
import { gpuOfPartition } from '../core/partitions'
import { hostPlansOf, stepsOn, type HostPlan, type Plan } from '../core/plan/plan'
import { isSamePerson, type Policy } from '../core/policy/policy'
import type { Readings } from '../core/progress'
import { holderOf, type RequestIn } from '../core/request'
import { acceptedAt } from '../store/acceptances'
import type { Db, Tx } from '../store/database'
import { requestsIn } from '../store/requests'

/** A whole GPU has one holder; of a shared one, each VM has its own part. */
const heldKey = ({ gpu, mode, from, to }: HostPlan): string =>
  mode === 'dda' ? gpu.alias : `${gpu.alias} ${(to ?? from)?.id ?? ''}`

/** What leaves everything with whom it is. */
const STAYS: readonly Plan['action'][] = ['partition', 'resize', 'extend']

interface Record {
  readonly request: RequestIn<'succeeded'>
  /** What of its plan is about this GPU. */
  readonly about: HostPlan
}

/** The newest request about each GPU, or partition of one, unless the host's word was taken over it since. */
const newestOf = async (db: Db | Tx): Promise<Record[]> => {
  const accepted = await acceptedAt(db)
  const done = (await requestsIn(db, ['succeeded'])).filter((each) => each.state === 'succeeded')
  const moved = done.filter(({ plan }) => !STAYS.includes(plan.action))
  const records = moved.flatMap((request) => hostPlansOf(request.plan).map((about) => ({ request, about })))
  const newest = new Map(records.map((record) => [heldKey(record.about), record]))
  return [...newest.values()].filter(
    ({ request, about }) => request.endedAt > (accepted.get(about.gpu.alias) ?? -1),
  )
}

/** Those that gave it to a VM, where none has taken it back since. */
export const gifts = async (db: Db | Tx): Promise<RequestIn<'succeeded'>[]> =>
  (await newestOf(db)).filter(({ about }) => about.to !== null).map(({ request }) => request)

/** Who has each whole GPU, by the records. */
export const holdings = async (db: Db | Tx): Promise<Holding[]> =>
  (await newestOf(db)).flatMap(({ request, about: { mode, host, gpu, to } }) =>
    mode === 'dda' ? { requestId: request.id, locationPath: gpu.locationPath, host, vm: to } : [],
  )

const isOf = (policy: Policy, request: RequestIn<'succeeded'>, account: string): boolean =>
  isSamePerson(policy, holderOf(request).account, account)

/** GPUs that somebody has by this person's request: whole ones, and those of which it gave a VM a partition. */
export const heldBy = async (db: Db, policy: Policy, account: string): Promise<ReadonlySet<string>> => {
  const own = (await gifts(db)).filter((request) => isOf(policy, request, account))
  return new Set(own.map(({ plan }) => plan.gpu.alias))
}

/** The VMs of one host that a plan gives to, takes from, or stops. */
interface Touched {
  readonly facts: HostFacts | null | undefined
  readonly vms: readonly VmId[]
}

/** What a plan is about, as far as it says whose that is. */
export interface Touching {
  /** The VM that loses what is taken; null: nothing is taken from a VM. */
  readonly from: VmId | null
  readonly touched: readonly Touched[]
}

export const touchingOf = (plan: Plan, readings: Readings): Touching => ({
  from: (plan.release ?? plan).from?.id ?? null,
  touched: hostPlansOf(plan).map(({ host, from, to }) => {
    const stopped = stepsOn(plan, host).flatMap((step) => (step.kind === 'stopVm' ? step.vm : []))
    return { facts: readings.get(host), vms: [from, to, ...stopped].flatMap((vm) => vm?.id ?? []) }
  }),
})

/**
 * What `own: true` of a rule means: something is taken, and whatever GPUs any VM that is touched has are there by requests
 * of this person. What somebody gave it by hand is not, nor is a VM that has none: whose it is, is not known.
 */
export const isOwn = async (
  db: Db,
  policy: Policy,
  { from, touched }: Touching,
  account: string,
): Promise<boolean> => {
  if (from === null) return false
  const given = await gifts(db)
  const isTheirs = (facts: HostFacts, vm: VmFacts): boolean => {
    const here = given.filter(({ plan }) => plan.host === facts.name && plan.to?.id === vm.id)
    const isGiven = ({ gpu, mode }: Part): boolean =>
      here.some(({ plan }) => plan.mode === mode && plan.gpu.locationPath === gpu?.locationPath)
    return (
      here.length > 0 &&
      here.every((gift) => isOf(policy, gift, account)) &&
      partsOf(facts, vm).every(isGiven)
    )
  }
  return touched.every(({ facts, vms }) =>
    vms.every((id) => {
      const vm = facts && vmById(facts, id)
      return facts && vm ? isTheirs(facts, vm) : false
    }),
  )
}

/** `gpu` is undefined where the host does not tell which one it is. */
interface Part {
  readonly gpu: GpuFacts | undefined
  readonly mode: Plan['mode']
}

const partsOf = (facts: HostFacts, vm: VmFacts): Part[] => [
  ...wholeGpusOf(facts, vm).map((gpu): Part => ({ gpu, mode: 'dda' })),
  ...vm.partitions.map((each): Part => ({ gpu: gpuOfPartition(facts, each), mode: 'partition' })),
]
