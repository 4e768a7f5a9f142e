/** Those who hold something else in the VM that the end of a lease stops: told half an hour before, and heard once. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { othersNotice } from '../../core/cards/lease'
import { refusal } from '../../core/errors'
import type { Lease } from '../../core/lease/lease'
import type { Consents } from '../../core/plan/input'
import { personOf } from '../../core/policy/policy'
import { changeLease, findLease, openLeasesAt } from '../../store/leases'
import type { Caller, Consequence } from '../consequence'
import type { Parts } from '../parts'
import { refreshLender } from './lend'
import { noLease } from './refusals'
import { isHolder, tellHolder } from './tell'

/** Whatever the policy says of the lease's own end: nobody else's work is cut off for it. */
export const GUEST_SHUTDOWN: Consents = { shutdown: true, powerOff: false, noStart: false }

export const othersIn = async ({ db, policy }: Parts, lease: Lease): Promise<Lease[]> => {
  const [host = ''] = lease.gpu.alias.split('/')
  return (await openLeasesAt(db, host)).filter(
    (each) => each.vm.id === lease.vm.id && !isHolder(policy.inForce(), lease, each.holder),
  )
}

const peopleOf = ({ policy }: Parts, leases: readonly Lease[]): string[] => [
  ...new Set(leases.map(({ holder }) => personOf(policy.inForce(), holder) ?? holder)),
]

export const areTold = (parts: Parts, lease: Lease, others: readonly Lease[]): boolean => {
  const told = lease.state === 'grace' ? (lease.notice?.people ?? []) : []
  return peopleOf(parts, others).every((person) => told.includes(person))
}

/** The release is put off until they have had their time. */
export const giveNotice = async (parts: Parts, lease: Lease, others: readonly Lease[]): Promise<void> => {
  const at = parts.clock.now()
  await parts.db.transaction().execute(async (tx) => {
    const next = await changeLease(tx, lease, { kind: 'give-notice', at, people: peopleOf(parts, others) })
    if (!next.ok || next.value.state !== 'grace') return
    for (const each of others) await tellHolder(tx, each, othersNotice(next.value, each), at)
    await refreshLender(tx, next.value, at)
  })
  parts.wake.deliver()
}

/** `postpone`: one of them has it stopped an hour later. */
export const postpone =
  (parts: Parts, leaseId: string, caller: Caller): Consequence =>
  async (tx) => {
    const lease = await findLease(tx, leaseId)
    if (!lease) return refusalNotice([noLease(leaseId)])
    const at = parts.clock.now()
    const person = personOf(parts.policy.inForce(), caller.account) ?? caller.account
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
