/** Plans and leases beside one another: what a request lends, and which leases it takes away. */
import { gpuByPath, instanceId, locationPath, type HostFacts } from '../../core/inventory/inventory'
import { isOpenLease, type Lease, type NewLease } from '../../core/lease/lease'
import { endOf, type AskedEnd } from '../../core/time/until'
import { hostPlansOf, type HostPlan, type Plan } from '../../core/plan/plan'
import { partOfGpu } from '../../core/inventory/partitions'
import { personOf, teamOf, type Policy } from '../../core/policy/policy'
import { holderOf, type Request } from '../../core/request/request'
import type { Db, Tx } from '../../store/database'
import { openLeasesAt } from '../../store/leases'

type Lending = Pick<Request, 'id' | 'plan' | 'holder'> & {
  readonly asked: Pick<Request['asked'], 'by' | 'person'>
}

/** The lease that the request makes if it succeeds at this moment. */
export const leaseDraft = (
  policy: Policy,
  lending: Lending,
  { facts, at, end }: { readonly facts: HostFacts; readonly at: number; readonly end: AskedEnd | null },
): NewLease => {
  const { id, plan } = lending
  const { account: holder, person } = holderOf(lending)
  const vm = plan.to ?? plan.from
  if (!vm) throw new RangeError(`${id} is about no VM`)
  const path = locationPath.parse(plan.gpu.locationPath)
  return {
    id,
    gpu: { alias: plan.gpu.alias, instanceId: instanceId.parse(plan.gpu.instanceId), locationPath: path },
    part: plan.mode === 'dda' ? 1 : partOfGpu(gpuByPath(facts, path)),
    vm,
    holder,
    team: teamOf(policy, personOf(policy, holder) ?? person),
    at,
    endsAt: end && endOf(end, at),
  }
}

/**
 * The open leases whose GPU, or whose part of it, the plan gives to somebody else or back; that of a GPU which is given
 * back for another one first.
 */
export const takenBy = (leases: readonly Lease[], plan: Plan): Lease[] =>
  hostPlansOf(plan)
    .toReversed()
    .flatMap((each) => leases.filter((lease) => isOpenLease(lease) && isTaken(lease, each)))

const TAKES: readonly Plan['action'][] = ['assign', 'move', 'release']

const isTaken = (lease: Lease, { action, mode, host, gpu, from, to }: HostPlan): boolean =>
  TAKES.includes(action) &&
  lease.gpu.alias.startsWith(`${host}/`) &&
  lease.gpu.locationPath === gpu.locationPath &&
  (mode === 'dda' || lease.vm.id === (from ?? to)?.id)

/** The same, of all leases that there are. */
export const leasesTaken = async (db: Db | Tx, plan: Plan): Promise<Lease[]> => {
  const leases = await Promise.all(hostPlansOf(plan).map(({ host }) => openLeasesAt(db, host)))
  return takenBy(leases.flat(), plan)
}
