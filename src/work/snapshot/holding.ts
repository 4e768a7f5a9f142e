/** Who holds what: the open lease of a GPU, or of a part of one, says whose it is. */
import type { Holding } from '../../core/drift/findings'
import {
  aliasOf,
  vmById,
  wholeGpusOf,
  type GpuFacts,
  type HostFacts,
  type LocationPath,
  type VmFacts,
  type VmId,
} from '../../core/inventory/inventory'
import { isOpenLease, type Lease } from '../../core/lease/lease'
import { gpuOfPartition } from '../../core/inventory/partitions'
import { hostPlansOf, stepsOn, type Plan } from '../../core/plan/plan'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import type { Readings } from '../../core/operation/progress'
import { acceptedAt } from '../../store/acceptances'
import type { Db, Tx } from '../../store/database'
import { newestLease, openLeases } from '../../store/leases'

/** GPUs, by alias, of which this person holds all or a part. */
export const heldBy = async (db: Db, policy: Policy, account: string): Promise<ReadonlySet<string>> =>
  new Set(
    (await openLeases(db))
      .filter(({ holder }) => isSamePerson(policy, holder, account))
      .map(({ gpu }) => gpu.alias),
  )

interface Spot {
  readonly host: string
  readonly alias: string
  readonly locationPath: LocationPath
}

/**
 * Who has this whole GPU by its newest lease: nobody where that has ended, but for one that ended because the host showed
 * it no more. Null where it was never lent, or the host's word was taken over it since.
 */
export const holdingOf = async (
  db: Db | Tx,
  { host, alias, locationPath }: Spot,
  accepted?: ReadonlyMap<string, number>,
): Promise<Holding | null> => {
  const lease = await newestLease(db, { host, locationPath })
  const since = (accepted ?? (await acceptedAt(db))).get(alias) ?? -1
  return lease === null || movedAt(lease) <= since
    ? null
    : { leaseId: lease.id, host, locationPath, vm: isLent(lease) ? lease.vm : null }
}

const movedAt = (lease: Lease): number => (lease.state === 'ended' ? lease.endedAt : lease.startedAt)
const isLent = (lease: Lease): boolean =>
  isOpenLease(lease) || (lease.state === 'ended' && lease.how.kind === 'lost')

export const holdingsOn = async (db: Db | Tx, facts: HostFacts): Promise<Holding[]> => {
  const accepted = await acceptedAt(db)
  const found: Holding[] = []
  for (const gpu of facts.gpus) {
    const spot = { host: facts.name, alias: aliasOf(facts, gpu), locationPath: gpu.locationPath }
    const holding = await holdingOf(db, spot, accepted)
    if (holding) found.push(holding)
  }
  return found
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
 * What `own: true` of a rule means: something is taken, and whatever GPUs any VM that is touched has are lent to this
 * person. What somebody gave it by hand is not, nor is a VM that has none: whose it is, is not known.
 */
export const isOwn = async (
  db: Db,
  policy: Policy,
  { from, touched }: Touching,
  account: string,
): Promise<boolean> => {
  if (from === null) return false
  const leases = await openLeases(db)
  const isTheirs = (facts: HostFacts, vm: VmFacts): boolean => {
    const here = leases.filter((each) => each.vm.id === vm.id && each.gpu.alias.startsWith(`${facts.name}/`))
    return (
      here.length > 0 &&
      here.every(({ holder }) => isSamePerson(policy, holder, account)) &&
      gpusIn(facts, vm).every((gpu) => here.some((each) => each.gpu.locationPath === gpu?.locationPath))
    )
  }
  return touched.every(({ facts, vms }) =>
    vms.every((id) => {
      const vm = facts && vmById(facts, id)
      return facts && vm ? isTheirs(facts, vm) : false
    }),
  )
}

/** Those that it has whole or a part of; undefined where the host does not tell which one it is. */
const gpusIn = (facts: HostFacts, vm: VmFacts): (GpuFacts | undefined)[] => [
  ...wholeGpusOf(facts, vm),
  ...vm.partitions.map((each) => gpuOfPartition(facts, each)),
]
