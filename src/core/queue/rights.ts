/** What the policy of this moment says to somebody who waits. */
import { gpuByPath, type HostFacts, type HostView, type VmFacts } from '../inventory/inventory'
import type { Refusal } from '../errors'
import { forcesDismount } from '../planner/checks/host-checks'
import { judge } from '../policy/judge'
import { personOf, rolesOf, type Policy } from '../policy/policy'
import type { Candidate } from './order'
import type { Wanting } from './waiter'

/** Why the person may not ask for this GPU; nothing when they may, for the VM that they named or for any of its host. */
export const againstPerson = (
  policy: Policy,
  { by, vm, forMs }: Wanting,
  gpu: Candidate,
  views: readonly HostView[],
): readonly Refusal[] => {
  const facts = views.find(({ name }) => name === gpu.host)?.facts
  const roles = rolesOf(policy, personOf(policy, by))
  const judged = (vms: readonly Pick<VmFacts, 'id' | 'name'>[]) =>
    judge(policy, roles, {
      command: 'assign',
      mode: 'dda',
      host: gpu.host,
      gpu: gpu.alias,
      model: gpu.model,
      vms,
      own: false,
      lentMs: forMs,
      force: isForced(facts, gpu),
      powerOff: false,
      unsupportedPartitioning: false,
    })
  const first = judged(vm === null ? [] : [vm])
  if (first.ok) return []
  return vm === null && facts?.vms.some((each) => judged([each]).ok) ? [] : first.refusals
}

const isForced = (facts: HostFacts | null | undefined, { locationPath }: Candidate): boolean => {
  const gpu = facts ? gpuByPath(facts, locationPath) : undefined
  return facts && gpu ? forcesDismount(facts, gpu) : false
}

/** Of no GPU that would do. Null while the policy lets them have one, and where not all groups are known. */
export const losesAll = (
  policy: Policy,
  wanting: Wanting,
  suitable: readonly Candidate[],
  views: readonly HostView[],
): Refusal | null => {
  if (suitable.length === 0 || policy.unread.length > 0) return null
  const against = suitable.map((gpu) => againstPerson(policy, wanting, gpu, views))
  return against.every((each) => each.length > 0) ? (against[0]?.[0] ?? null) : null
}
