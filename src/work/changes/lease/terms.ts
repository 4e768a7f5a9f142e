/** Until when something is lent, and whether the caps and quotas of the policy let it be: when asked, and when it begins. */
import type { Change } from '../../../core/change/change'
import type { PlanCommand } from '../../../core/command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../../core/errors'
import type { HostFacts } from '../../../core/inventory/inventory'
import { refuseEnd } from '../../../core/lease/caps'
import { commonOf, type Lease } from '../../../core/lease/lease'
import { calledByName, isLimited, mayHold, type Asked } from '../../../core/lease/quota'
import { endOf, readUntil, type AskedEnd } from '../../../core/time/until'
import type { Plan } from '../../../core/plan/plan'
import { personOf, teamOf, zoneOf, type Policy } from '../../../core/policy/policy'
import { askedFor } from '../../../core/queue/asked'
import { OPEN_STATES, type Request, type RequestState } from '../../../core/request/request'
import type { Db, Tx } from '../../../store/database'
import { hostViews } from '../../../store/fleet'
import { findLease, leasesSince } from '../../../store/leases'
import { requestsIn } from '../../../store/requests'
import type { Context } from '../../context/context'
import { leaseDraft, takenBy } from '../../snapshot/drafts'
import { endOn, heirOf, wantedEnd, type Heir } from './heir'
import { isHolder } from '../../telling/holders'

interface Wanting {
  readonly change: Change
  readonly plan: Plan
  readonly facts: HostFacts
  readonly by: string
}

export interface Terms extends Pick<Request, 'lease' | 'holder' | 'continues'> {
  /** The end that it will have, whether it was named or goes on; null for none. */
  readonly end: AskedEnd | null
}

/**
 * Until when it is lent, and to whom. Refused: what is no time, and whatever caps and quotas have against it. Asked in the
 * commit of the request too: of two that are asked at once, the second sees the first.
 */
export const termsFor = async (
  db: Db | Tx,
  context: Context,
  command: PlanCommand,
  wanting: Wanting,
): Promise<Outcome<Terms>> => {
  if (!lends(wanting.plan)) return accepted({ end: null })
  const policy = context.policy.inForce()
  const at = context.clock.now()
  const asked = readEnd(policy, command, { by: wanting.by, at })
  if (!asked.ok) return asked
  const mine = 'mine' in command ? command.mine : undefined
  const heir = await heirOf(db, policy, { ...wanting, mine })
  if (!heir.ok) return heir
  const { continues, holder } = heir.value
  const end = asked.value ?? endOn(continues)
  const held = await heldNow(db, policy, { at, states: OPEN_STATES })
  const against =
    continues && end?.kind === 'until' && end.at <= at
      ? [overAlready(continues)]
      : refuseTerms(policy, held, { ...wanting, holder, continues, at, end })
  if (against.length > 0) return refused(...against)
  return accepted({
    end,
    ...(asked.value === null ? {} : { lease: asked.value }),
    ...(holder === undefined ? {} : { holder }),
    ...(continues === null ? {} : { continues: continues.id }),
  })
}

const overAlready = ({ id, gpu }: Lease): Refusal =>
  refusal(
    'not-possible',
    `the time of lease ${id} of ${gpu.alias} is over, so it cannot go on`,
    'Say how long it shall go on: add `for 8h`.',
  )

/** What an approved request lends, looked at once more before its first step: one sentence for each reason against it. */
export const lapsedTerms = async (
  tx: Tx,
  policy: Policy,
  { request, facts, at }: { readonly request: Request; readonly facts: HostFacts; readonly at: number },
): Promise<string[]> => {
  const { plan, asked, holder } = request
  if (!lends(plan)) return []
  const end = await wantedEnd(tx, request)
  const continues = request.continues === undefined ? null : await findLease(tx, request.continues)
  if (end?.kind === 'until' && end.at <= at)
    return ['The time until which it was asked for has passed meanwhile.']
  const held = await heldNow(tx, policy, { at, states: ['running'] })
  const against = refuseTerms(policy, held, { plan, facts, by: asked.by, holder, continues, at, end })
  return against.map(({ reason }) => `Not allowed any more: ${reason}.`)
}

export const lends = ({ action }: Plan): boolean => action === 'assign' || action === 'move'

interface Held {
  readonly leases: readonly Lease[]
  readonly asked: readonly Asked[]
}

/**
 * What is lent, and what requests in these states will lend. When one is asked for, all that are open count; when it
 * begins, those alone that have begun: else two that were asked for would each keep the other from beginning.
 */
export const heldNow = async (
  db: Db | Tx,
  policy: Policy,
  { at, states }: { readonly at: number; readonly states: readonly RequestState[] },
): Promise<Held> => {
  const { quota } = policy.leases
  const leases = await leasesSince(db, at - quota.windowMs)
  if (!isLimited(quota)) return { leases, asked: [] }
  const requests = await requestsIn(db, states)
  const shared = requests.filter(({ plan }) => plan.mode === 'partition').map(({ plan }) => plan.host)
  const views = shared.length === 0 ? [] : await hostViews(db, shared)
  const factsOf = (host: string) => views.find(({ name }) => name === host)?.facts ?? null
  return { leases, asked: askedFor(policy, requests, { leases, factsOf, now: at }) }
}

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

type Lending = Omit<Wanting, 'change'> & Heir & { readonly at: number; readonly end: AskedEnd | null }

/** What the plan takes away is not held any more then. Quotas are a person's, whatever accounts they use. */
const refuseTerms = (
  policy: Policy,
  { leases: all, asked }: Held,
  { plan, facts, by, holder, continues, at, end }: Lending,
): Refusal[] => {
  const { caps, quota } = policy.leases
  const account = holder?.account ?? by
  const person = personOf(policy, account) ?? holder?.person ?? by
  const taken = takenBy(all, plan)
  const own = continues ?? taken.find((lease) => isHolder(policy, lease, account))
  const others = all
    .map((lease): Lease => (taken.includes(lease) ? endedNow(lease, at) : lease))
    .map((lease) => ({ ...lease, holder: personOf(policy, lease.holder) ?? lease.holder }))
  const { part } = leaseDraft(policy, { id: '', plan, asked: { by: account, person } }, { facts, at, end })
  const endsAt = end && endOf(end, at)
  const over = refuseEnd(endsAt, own?.capsFrom ?? at, caps)
  const wish = { holder: person, team: teamOf(policy, person), part, at, endsAt, mostMs: caps.totalMs }
  const held = mayHold(holder ? { ...wish, called: calledByName(person) } : wish, others, quota, asked)
  return [...(over ? [over] : []), ...(held.ok ? [] : held.refusals)]
}

const endedNow = (lease: Lease, at: number): Lease => ({
  ...commonOf(lease),
  endsAt: lease.endsAt,
  state: 'ended',
  endedAt: at,
  how: { kind: 'moved', by: lease.holder },
})
