/** Who is told that a request still waits, and when: first those who can approve it, then those whom the policy names for that. */
import { standOf } from '../approval'
import { holderOf, type Reminded, type Request, type RequestIn } from '../request'
import type { Policy } from './policy'

/** A mention for each of more people would be noise. */
const MOST_PEOPLE = 10

/** What is due at this moment; null when nothing is. After an outage only the highest level. */
export const dueReminder = (policy: Policy, request: RequestIn<'pending'>, now: number): Reminded | null => {
  const { after, escalate } = policy.reminders
  const { asked, expiresAt, reminded } = request
  if (now >= expiresAt || reminded === 'escalated') return null
  if (escalate !== undefined && now >= asked.at + escalate.after) return 'escalated'
  const first = asked.at + (after ?? (expiresAt - asked.at) / 2)
  return reminded === undefined && now >= first ? 'approvers' : null
}

/** The people whose decision is still missing, and with `escalated` those behind them: accounts of this chat. */
export const peopleFor = (
  policy: Policy,
  request: Request,
  { level, chat }: { readonly level: Reminded; readonly chat: 'slack' | 'teams' },
): string[] => {
  const missing = standOf(request).filter(({ need, given }) => given.length < need.count)
  const roles = [
    ...(level === 'escalated' ? (policy.reminders.escalate?.to ?? []) : []),
    ...missing.flatMap(({ need }) => need.by),
  ]
  const done = [
    request.asked.person,
    holderOf(request).person,
    ...request.approvals.map(({ person }) => person),
  ]
  const people = new Set(
    roles.flatMap((role) => [...(policy.roles.get(role) ?? [])]).filter((each) => !done.includes(each)),
  )
  return [...people]
    .flatMap((person) =>
      (policy.people.get(person) ?? []).filter((account) => account.startsWith(`${chat}:`)).slice(0, 1),
    )
    .slice(0, MOST_PEOPLE)
}
