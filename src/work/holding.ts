/** Who holds what by a request, on whichever chat they asked for it. */
import type { Holding } from '../core/drift/findings'
import { hostPlansOf, type HostPlan, type Plan } from '../core/plan/plan'
import { isSamePerson, type Policy } from '../core/policy/policy'
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
export const holdings = async (db: Db): Promise<Holding[]> =>
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

/** What of a plan says whose GPU it takes. */
type Taking = Pick<Plan, 'mode'> & {
  readonly host: string
  readonly gpu: { readonly locationPath: string }
  readonly from: { readonly id: string } | null
}

/** Is what the plan takes from a VM, on whichever host, there by a request of this person? What somebody changed by hand since is not. */
export const isHeldBy = async (
  db: Db,
  policy: Policy,
  { release, ...itself }: Taking & { readonly release?: Taking | undefined },
  account: string,
): Promise<boolean> => {
  const plan = release ?? itself
  const holder = plan.from
  if (holder === null) return false
  const gift = (await gifts(db)).find(
    ({ plan: given }) =>
      given.gpu.locationPath === plan.gpu.locationPath &&
      given.mode === plan.mode &&
      given.to?.id === holder.id &&
      given.host === plan.host,
  )
  return gift !== undefined && isOf(policy, gift, account)
}
