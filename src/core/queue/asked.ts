/** What open requests will lend: it counts beside what is lent, or one person could ask for all that a quota keeps from them. */
import { gpuByPath, locationPath, type HostFacts } from '../inventory/inventory'
import type { Lease } from '../lease/lease'
import type { Asked } from '../lease/quota'
import { lentMsOf } from '../time/until'
import { partOfGpu } from '../inventory/partitions'
import type { Plan } from '../plan/plan'
import { personOf, teamOf, type Policy } from '../policy/policy'
import { holderOf, type Request } from '../request/request'

interface Facts {
  /** Among them those that a request goes on with. */
  readonly leases: readonly Lease[]
  readonly factsOf: (host: string) => HostFacts | null
  readonly now: number
}

/** Of open requests, in their order. A move that goes on with a lease makes nothing more of it. */
export const askedFor = (policy: Policy, requests: readonly Request[], facts: Facts): Asked[] =>
  requests.filter(lendsMore).map((request) => askedBy(policy, request, facts))

const lendsMore = ({ plan: { action }, continues }: Pick<Request, 'plan' | 'continues'>): boolean =>
  action === 'assign' || (action === 'move' && continues === undefined)

/** A whole GPU that somebody asked for, for themselves. What is put back is no wish of theirs. */
export const isWish = (request: Pick<Request, 'plan' | 'continues' | 'holder'>): boolean =>
  lendsMore(request) &&
  request.plan.mode === 'dda' &&
  request.continues === undefined &&
  request.holder === undefined

const askedBy = (policy: Policy, request: Request, { leases, factsOf, now }: Facts): Asked => {
  const { account, person } = holderOf(request)
  const holder = personOf(policy, account) ?? person
  const goesOn = leases.find(({ id }) => id === request.continues)?.endsAt ?? null
  return {
    id: request.id,
    holder,
    team: teamOf(policy, holder),
    part: partOf(request.plan, factsOf),
    ms: lentMsOf(request.lease ?? null, now) ?? (goesOn === null ? null : goesOn - now),
  }
}

const partOf = ({ mode, host, gpu }: Plan, factsOf: Facts['factsOf']): number => {
  const facts = mode === 'dda' ? null : factsOf(host)
  return facts ? partOfGpu(gpuByPath(facts, locationPath.parse(gpu.locationPath))) : 1
}
