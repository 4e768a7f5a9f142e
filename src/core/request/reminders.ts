/** When it is told that a request still waits: first to those who can approve it, then to those whom the policy names for that. */
import type { Reminded, RequestIn } from './request'
import type { Policy } from '../policy/policy'

/** What is due at this moment; null when nothing is. After an outage only the highest level. */
export const dueReminder = (policy: Policy, request: RequestIn<'pending'>, now: number): Reminded | null => {
  const { after, escalate } = policy.reminders
  const { asked, expiresAt, reminded } = request
  if (now >= expiresAt || reminded === 'escalated') return null
  if (escalate !== undefined && now >= asked.at + escalate.after) return 'escalated'
  const first = asked.at + (after ?? (expiresAt - asked.at) / 2)
  return reminded === undefined && now >= first ? 'approvers' : null
}
