/** In whose VM a plan intervenes: it stops it, or changes the partition that they have in it. */
import type { Lease } from '../../core/lease/lease'
import { hostPlansOf, stepsOn, type Plan } from '../../core/plan/plan'
import type { Step, StepOf } from '../../core/plan/step'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import type { Db, Tx } from '../../store/database'
import { openLeasesAt } from '../../store/leases'

interface Touched {
  readonly lease: Lease
  readonly vm: string
}

/** Open leases of others in the VMs that the plan stops, and of partitions that it changes. */
export const leasesTouched = async (
  db: Db | Tx,
  policy: Policy,
  { plan, by: asker }: { readonly plan: Plan; readonly by: string },
): Promise<Touched[]> => {
  const found: Touched[] = []
  for (const { host } of hostPlansOf(plan)) {
    const touching = stepsOn(plan, host).filter(isTouching)
    for (const lease of touching.length === 0 ? [] : await openLeasesAt(db, host)) {
      const by = touching.find((step) => isTouched(lease, step))
      if (by && !isSamePerson(policy, lease.holder, asker)) found.push({ lease, vm: by.vm.name })
    }
  }
  return found
}

type Touching = StepOf<'stopVm' | 'setPartition'>

const isTouching = (step: Step): step is Touching => step.kind === 'stopVm' || step.kind === 'setPartition'

const isTouched = ({ vm, gpu }: Lease, step: Touching): boolean =>
  step.vm.id === vm.id && (step.kind === 'stopVm' || step.gpu.locationPath === gpu.locationPath)
