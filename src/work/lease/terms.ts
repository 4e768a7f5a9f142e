/** Until when something is lent, and whether the caps and quotas of the policy let it be: when asked, and when it begins. */
import type { PlanCommand } from '../../core/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import type { HostFacts } from '../../core/inventory'
import { refuseEnd } from '../../core/lease/caps'
import { isOpen, newLease, type Lease } from '../../core/lease/lease'
import { mayHold } from '../../core/lease/quota'
import { endOf, readUntil, type AskedEnd } from '../../core/lease/until'
import type { Plan } from '../../core/plan/plan'
import { personOf, teamOf, zoneOf, type Policy } from '../../core/policy/policy'
import type { Request } from '../../core/request'
import type { Db, Tx } from '../../store/database'
import { leasesSince } from '../../store/leases'
import { requestsIn } from '../../store/requests'
import type { Parts } from '../parts'
import { leaseDraft, takenBy } from './drafts'
import { isHolder } from './tell'

interface Wanting {
  readonly plan: Plan
  readonly facts: HostFacts
  readonly by: string
}

/** The end that was asked for, null for none. Refused: what is no time, and whatever caps and quotas have against it. */
export const termsFor = async (
  parts: Parts,
  command: PlanCommand,
  wanting: Wanting,
): Promise<Outcome<AskedEnd | null>> => {
  if (!lends(wanting.plan)) return accepted(null)
  const policy = parts.policy.inForce()
  const at = parts.clock.now()
  const asked = readEnd(policy, command, { by: wanting.by, at })
  if (!asked.ok) return asked
  const leases = await leasesSince(parts.db, at - policy.leases.quota.windowMs)
  const end = asked.value ?? inherited(policy, leases, wanting)
  const against = refuseTerms(policy, leases, { ...wanting, at, end })
  return against.length > 0 ? refused(...against) : accepted(end)
}

/** What an approved request lends, looked at once more before its first step: one sentence for each reason against it. */
export const lapsedTerms = async (
  tx: Tx,
  policy: Policy,
  { request, facts, at }: { readonly request: Request; readonly facts: HostFacts; readonly at: number },
): Promise<string[]> => {
  const { plan, asked, lease: end = null } = request
  if (!lends(plan)) return []
  if (end?.kind === 'until' && end.at <= at)
    return ['The time until which it was asked for has passed meanwhile.']
  const leases = [
    ...(await leasesSince(tx, at - policy.leases.quota.windowMs)),
    ...(await underWay(tx, policy, { facts, at, except: request.id })),
  ]
  const against = refuseTerms(policy, leases, { plan, facts, by: asked.by, at, end })
  return against.map(({ reason }) => `Not allowed any more: ${reason}.`)
}

const lends = ({ action }: Plan): boolean => action === 'assign' || action === 'move'

/** What runs on other hosts at this moment counts as held: of two that begin at once, one would slip through. */
const underWay = async (
  db: Db | Tx,
  policy: Policy,
  { facts, at, except }: { readonly facts: HostFacts; readonly at: number; readonly except: string },
): Promise<Lease[]> =>
  (await requestsIn(db, ['running']))
    .filter(({ id, plan }) => id !== except && plan.action === 'assign')
    .map((request) => newLease(leaseDraft(policy, request, { facts, at })))

/** The end that the command names, null for none. Refused: two ends, and what is no time. */
export const readEnd = (
  policy: Policy,
  command: PlanCommand,
  { by, at }: { readonly by: string; readonly at: number },
): Outcome<AskedEnd | null> => {
  const forMs = 'forMs' in command ? command.forMs : undefined
  const until = 'until' in command ? command.until : undefined
  if (forMs !== undefined && until !== undefined)
    return refused(
      refusal('syntax', 'a lease has one end, and both `for` and `until` were given', 'Leave one out.'),
    )
  if (forMs !== undefined) return accepted({ kind: 'for', ms: forMs })
  if (until === undefined) return accepted(null)
  return readUntil([{ text: until, at: 1, quoted: true }], at, zoneOf(policy, personOf(policy, by) ?? by))
}

/** Who moves a GPU between their own VMs keeps its end, unless they name another. */
const inherited = (policy: Policy, leases: readonly Lease[], { plan, by }: Wanting): AskedEnd | null => {
  if (plan.action !== 'move') return null
  const before = takenBy(leases, plan).find((lease) => isHolder(policy, lease, by))
  return before && isOpen(before) && before.endsAt !== null ? { kind: 'until', at: before.endsAt } : null
}

type Terms = Wanting & { readonly at: number; readonly end: AskedEnd | null }

/** What the plan takes away is not held any more then. Quotas are a person's, whatever accounts they use. */
const refuseTerms = (
  policy: Policy,
  all: readonly Lease[],
  { plan, facts, by, at, end }: Terms,
): Refusal[] => {
  const { caps, quota } = policy.leases
  const person = personOf(policy, by) ?? by
  const taken = takenBy(all, plan)
  const own = taken.find((lease) => isHolder(policy, lease, by))
  const others = all
    .map((lease): Lease => (taken.includes(lease) ? endedNow(lease, at) : lease))
    .map((lease) => ({ ...lease, holder: personOf(policy, lease.holder) ?? lease.holder }))
  const { part } = leaseDraft(policy, { id: '', plan, asked: { by, person } }, { facts, at })
  const endsAt = end && endOf(end, at)
  const over = refuseEnd(endsAt, own?.capsFrom ?? at, caps)
  const held = mayHold({ holder: person, team: teamOf(policy, person), part, at, endsAt }, others, quota)
  return [...(over ? [over] : []), ...(held.ok ? [] : held.refusals)]
}

const endedNow = (lease: Lease, at: number): Lease => {
  const { id, version, gpu, part, vm, holder, team, startedAt, capsFrom, setback, endsAt } = lease
  return {
    ...{ id, version, gpu, part, vm, holder, team, startedAt, capsFrom, setback, endsAt },
    ...{ state: 'ended', endedAt: at, how: { kind: 'moved', by: holder } },
  }
}
