/** Those who hold something else in the VM that the end of a lease stops: told half an hour before, and heard once. */
import { doneNotice } from '../../../core/answers/done'
import { refusalNotice } from '../../../core/answers/refusal'
import { calledOffNotice, givenBackNotice, othersNotice } from '../../../core/cards/giving-back'
import { refusal } from '../../../core/errors'
import type { Lease } from '../../../core/lease/lease'
import { NOTICE_MS } from '../../../core/lease/transition'
import type { Consents } from '../../../core/change/change'
import { personOf, type Policy } from '../../../core/policy/policy'
import type { Db, Tx } from '../../../store/database'
import { changeLease, findLease, openLeasesAt } from '../../../store/leases'
import { heardAt } from '../../../store/arrivals'
import type { Caller, Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { refreshLender } from './lend'
import { noLease } from './refusals'
import { isHolder, tellHolder, tellWatchers } from '../../telling/holders'

/** Whatever the policy says of the lease's own end: nobody else's work is cut off for it. */
export const GUEST_SHUTDOWN: Consents = { shutdown: true, powerOff: false, noStart: false }

export const othersIn = ({ db, policy }: Context, lease: Lease): Promise<Lease[]> =>
  leasesBeside(db, policy.inForce(), lease)

const leasesBeside = async (db: Db | Tx, policy: Policy, lease: Lease): Promise<Lease[]> => {
  const [host = ''] = lease.gpu.alias.split('/')
  return (await openLeasesAt(db, host)).filter(
    (each) => each.vm.id === lease.vm.id && !isHolder(policy, lease, each.holder),
  )
}

const peopleOf = ({ policy }: Pick<Context, 'policy'>, leases: readonly Lease[]): string[] => [
  ...new Set(leases.map(({ holder }) => personOf(policy.inForce(), holder) ?? holder)),
]

const toldOf = (lease: Lease): readonly string[] =>
  lease.state === 'grace' ? (lease.notice?.people ?? []) : []

export const areTold = (context: Pick<Context, 'policy'>, lease: Lease, others: readonly Lease[]): boolean =>
  peopleOf(context, others).every((person) => toldOf(lease).includes(person))

/** Who was told late has the time all the same. */
export const haveHadTime = async ({ db, clock }: Context, { id }: Lease): Promise<boolean> => {
  const heard = await heardAt(db, id)
  return heard === null || (heard !== 'on its way' && clock.now() >= heard + NOTICE_MS)
}

/** The release is put off until they have had their time. */
export const giveNotice = async (context: Context, lease: Lease, others: readonly Lease[]): Promise<void> => {
  const at = context.clock.now()
  await context.db.transaction().execute(async (tx) => {
    const next = await changeLease(tx, lease, { kind: 'give-notice', at, people: peopleOf(context, others) })
    if (next.ok) await tellOthers(tx, next.value, others, at)
  })
  context.wake.deliver()
}

const tellOthers = async (tx: Tx, lease: Lease, others: readonly Lease[], at: number): Promise<void> => {
  if (lease.state !== 'grace') return
  for (const each of others) await tellHolder(tx, each, othersNotice(lease, each), { at, asks: lease.id })
  await refreshLender(tx, lease, at)
}

/** `done` where `others` hold something in the VM: they have the time that they have at the end of any lease. */
export const giveBackLater =
  (context: Context, lease: Lease, { others, reason }: Leaving): Effect =>
  async (tx) => {
    const at = context.clock.now()
    const people = peopleOf(context, others)
    const next = await changeLease(tx, lease, { kind: 'give-back', by: lease.holder, at, people, reason })
    if (!next.ok) return refusalNotice(next.refusals)
    if (next.value.state !== 'grace') return null
    await tellOthers(tx, next.value, others, at)
    await tellWatchers(tx, context, next.value, 'over')
    return givenBackNotice(next.value, people)
  }

interface Leaving {
  readonly others: readonly Lease[]
  readonly reason: string | undefined
}

/** The lease goes on after all, or is gone: whoever was told that its end stops their VM is told so. */
export const tellCalledOff = async (
  tx: Tx,
  context: Pick<Context, 'policy'>,
  lease: Lease,
  at: number,
): Promise<void> => {
  if (toldOf(lease).length === 0) return
  for (const each of await leasesBeside(tx, context.policy.inForce(), lease))
    if (areTold(context, lease, [each])) await tellHolder(tx, each, calledOffNotice(lease, each), { at })
}

/** `postpone`: one of them has it stopped an hour later. */
export const postpone =
  (context: Context, leaseId: string, caller: Caller): Effect =>
  async (tx) => {
    const lease = await findLease(tx, leaseId)
    if (!lease) return refusalNotice([noLease(leaseId)])
    const at = context.clock.now()
    const person = personOf(context.policy.inForce(), caller.account) ?? caller.account
    if (lease.state !== 'grace' || !lease.notice)
      return refusalNotice([
        refusal(
          'not-possible',
          `the end of lease ${lease.id} is not about to stop a VM`,
          `See \`show ${lease.gpu.alias}\`.`,
        ),
      ])
    const next = await changeLease(tx, lease, { kind: 'postpone', at, person })
    if (!next.ok) return refusalNotice(next.refusals)
    await refreshLender(tx, next.value, at)
    return doneNotice(`${lease.vm.name} is stopped for ${lease.id} an hour later.`)
  }
