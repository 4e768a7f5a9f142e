/**
 * How long an approval is good. What waited for days (a freeze, a pause, a host that was away) does not begin by itself
 * when the way is free at last: whoever agreed to it has long stopped thinking of it.
 */
import { span } from '../time/span'
import type { Request } from './request'
import type { Policy } from '../policy/policy'

/**
 * Epoch milliseconds; null where nothing is approved and waits, and for what the end of a lease began by itself: that
 * stays due, and nobody could ask for it again.
 */
export const goodUntil = (policy: Policy, request: Request): number | null =>
  request.state !== 'approved' || request.ends?.why === 'expired'
    ? null
    : request.authority.at + policy.approvalLasts

/** Why it does not begin any more at this moment; null while its approval is good. */
export const lapseOf = (request: Request, policy: Policy, now: number): string | null => {
  const until = goodUntil(policy, request)
  return until === null || now < until
    ? null
    : `Its approval was good for ${span(policy.approvalLasts)}, and it could not begin in that time.`
}
