/**
 * Whose the lease is that a request makes. Whoever asks to have a GPU holds it then; but whoever puts back what others
 * changed on a host, or moves as an administrator what somebody else holds, takes it from nobody.
 */
import { restoresOf, type Change } from '../../../core/change/change'
import { accepted, refusal, refused, type Outcome } from '../../../core/errors'
import { locationPath } from '../../../core/inventory/inventory'
import type { Lease } from '../../../core/lease/lease'
import type { AskedEnd } from '../../../core/time/until'
import type { Plan } from '../../../core/plan/plan'
import { capabilitiesOf } from '../../../core/request/permission'
import { isSamePerson, personOf, type Policy } from '../../../core/policy/policy'
import { holderOf, type Request } from '../../../core/request/request'
import type { Db, Tx } from '../../../store/database'
import { findLease } from '../../../store/leases'
import { findRequest } from '../../../store/requests'
import { holdingOf } from '../../snapshot/holding'
import { leasesTaken } from '../../snapshot/drafts'
import { isHolder } from '../../telling/holders'

export interface Heir extends Pick<Request, 'holder'> {
  /** Its end and its caps go on. */
  readonly continues: Lease | null
}

interface Wanting {
  readonly plan: Plan
  readonly by: string
}

const NOBODY_ELSE: Heir = { continues: null }

export const heirOf = async (
  db: Db | Tx,
  policy: Policy,
  {
    change,
    mine = false,
    ...wanting
  }: Wanting & {
    readonly change: Change
    /** Whoever asks for it shall hold it, whose it was before. */
    readonly mine?: boolean | undefined
  },
): Promise<Outcome<Heir>> => {
  const restores = restoresOf(change)
  if (restores !== undefined) return restored(db, policy, restores, wanting)
  if (change.action !== 'move') return accepted(NOBODY_ELSE)
  const [before] = await leasesTaken(db, wanting.plan)
  return accepted(before ? await moved(db, policy, before, { ...wanting, mine }) : NOBODY_ELSE)
}

/** What others move for themselves begins anew with them; an administrator says `--mine` for that. */
const moved = async (
  db: Db | Tx,
  policy: Policy,
  before: Lease,
  { by, mine }: Wanting & { readonly mine: boolean },
): Promise<Heir> => {
  if (isHolder(policy, before, by)) return { continues: before }
  if (mine || !capabilitiesOf(policy, personOf(policy, by)).includes('administer')) return NOBODY_ELSE
  const lender = await findRequest(db, before.id)
  const known = lender ? holderOf(lender) : { person: before.holder }
  return { continues: before, holder: { ...known, account: before.holder } }
}

/** Refused: what is not the newest that is recorded of this GPU and this VM. */
const restored = async (
  db: Db | Tx,
  policy: Policy,
  id: string,
  { plan, by }: Wanting,
): Promise<Outcome<Heir>> => {
  const { host, gpu, to } = plan
  const path = locationPath.parse(gpu.locationPath)
  const record = await holdingOf(db, { host, alias: gpu.alias, locationPath: path })
  const lender = record?.leaseId === id ? await findRequest(db, id) : null
  if (!lender || plan.mode !== 'dda' || !record?.vm || record.vm.id !== to?.id)
    return refused(
      refusal(
        'not-possible',
        `${id} is not the newest request by which ${to?.name ?? 'its VM'} got ${gpu.alias}`,
        `\`reconcile ${host}\` shows what can be put back; without \`--restore\` it is lent to you.`,
      ),
    )
  const known = holderOf(lender)
  const continues = await findLease(db, id)
  const holder = { ...known, account: continues?.holder ?? known.account }
  return accepted({ continues, ...(isSamePerson(policy, holder.account, by) ? {} : { holder }) })
}

/** Until when it is to be lent: as was asked for or approved, else as the lease that goes on in it. */
export const wantedEnd = async (
  db: Db | Tx,
  { lease, continues }: Pick<Request, 'lease' | 'continues'>,
): Promise<AskedEnd | null> => {
  if (lease !== undefined) return lease
  return continues === undefined ? null : endOn(await findLease(db, continues))
}

/** The end of a lease, as one that is asked for. */
export const endOn = (lease: Lease | null): AskedEnd | null =>
  lease === null || lease.endsAt === null ? null : { kind: 'until', at: lease.endsAt }
