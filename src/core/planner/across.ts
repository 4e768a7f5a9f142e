/**
 * VM → VM of another host. A device stays in its host, so the VM over there gets one of that host, and the first one
 * goes back to its own. The VM over there comes first: what is given back early could be gone before the rest is done.
 */
import { type Outcome, accepted, refusal, refused, refusedBy } from '../errors'
import { aliasOf } from '../inventory/inventory'
import { planAssign } from './assign'
import { seal } from '../plan/digest'
import type { PlanInput } from './checks/input'
import type { Plan } from '../plan/plan'
import { planRelease } from './release'
import { gpuHolder } from './parts/taking'

/** The plan for both hosts; or every reason against it at once, of both. `vm` is of `there`. */
export const planAcross = (there: PlanInput, here: PlanInput): Outcome<Plan> => {
  const holder = gpuHolder(here.host, here.gpu)
  if (!holder)
    return refused(
      refusal(
        'not-possible',
        `${aliasOf(here.host, here.gpu)} is assigned to no VM as a whole, so there is nothing to move`,
        `Use: assign ${aliasOf(there.host, there.gpu)} to ${there.vm?.name ?? 'VM'}`,
      ),
    )
  const [taken, given] = [planAssign(there), planRelease(here)]
  if (!taken.ok || !given.ok) return refusedBy(taken, given)
  const { digest, facts, order, ...draft } = taken.value
  const { value: release } = given
  return accepted(
    seal(
      {
        ...draft,
        action: 'move',
        costs: [...release.costs, ...draft.costs],
        warnings: [
          `Nothing of what runs in ${holder.name} comes along: ${draft.to?.name ?? ''} gets a GPU of ${there.host.name}.`,
          ...draft.warnings,
          ...release.warnings,
        ],
        release,
      },
      there.host,
    ),
  )
}
