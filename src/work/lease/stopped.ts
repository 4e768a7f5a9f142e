/** Whose VM a plan stops. */
import type { Lease } from '../../core/lease/lease'
import { hostPlansOf, stepsOn, type Plan } from '../../core/plan/plan'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import type { Db, Tx } from '../../store/database'
import { openLeasesAt } from '../../store/leases'

interface InStoppedVm {
  readonly lease: Lease
  readonly vm: string
}

/** Open leases of others in the VMs that the plan stops. */
export const leasesStopped = async (
  db: Db | Tx,
  policy: Policy,
  { plan, by }: { readonly plan: Plan; readonly by: string },
): Promise<InStoppedVm[]> => {
  const found: InStoppedVm[] = []
  for (const { host } of hostPlansOf(plan)) {
    const stopped = stepsOn(plan, host).flatMap((step) => (step.kind === 'stopVm' ? step.vm : []))
    for (const lease of stopped.length === 0 ? [] : await openLeasesAt(db, host)) {
      const vm = stopped.find(({ id }) => id === lease.vm.id)
      if (vm && !isSamePerson(policy, lease.holder, by)) found.push({ lease, vm: vm.name })
    }
  }
  return found
}
