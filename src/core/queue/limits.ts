/** Quotas of those who wait, with all that is lent, asked for and on offer at this moment. */
import type { Refusal } from '../errors'
import { lengthWithin } from '../lease/caps'
import { isLimited, mayHold, type Asked, type PersonWords } from '../lease/quota'
import { personOf, teamOf, type Policy } from '../policy/policy'
import { askedFor } from './asked'
import { isOffered, type Entry } from './entry'
import type { Snapshot } from './snapshot'

/** What is against another GPU for this person. `entries`: as they are by now, with what was offered in the same turn. */
export type QueueLimits = (entry: Entry, entries: readonly Entry[]) => readonly Refusal[]

/** `called`: how the person is called in what is against it; absent: it is they who are told. */
export const queueLimits = (snapshot: Snapshot, now: number, called?: PersonWords): QueueLimits => {
  const { policy, views } = snapshot
  const { quota } = policy.leases
  if (!isLimited(quota)) return () => []
  const factsOf = (host: string) => views.find(({ name }) => name === host)?.facts ?? null
  const asked = askedFor(policy, snapshot.requests, { leases: snapshot.leases, factsOf, now })
  const leases = snapshot.leases.map((lease) => ({
    ...lease,
    holder: personOf(policy, lease.holder) ?? lease.holder,
  }))
  return (entry, entries) => {
    const { id, ms, ...who } = wantedBy(policy, entry)
    const wish = { ...who, at: now, endsAt: ms === null ? null : now + ms, ...(called ? { called } : {}) }
    const offers = entries.filter((each) => isOffered(each) && each.id !== id)
    const held = mayHold(wish, leases, quota, [...asked, ...offers.map((each) => wantedBy(policy, each))])
    return held.ok ? [] : held.refusals
  }
}

/** As it would be lent to them. */
const wantedBy = (policy: Policy, { id, by, forMs }: Entry): Asked => {
  const holder = personOf(policy, by) ?? by
  return { id, holder, team: teamOf(policy, holder), part: 1, ms: lengthWithin(forMs, policy.leases.caps) }
}
