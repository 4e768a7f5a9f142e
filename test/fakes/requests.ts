/** A request in every state it can have, and the event that each kind of change is. */
import { type Request, type RequestEvent, type RequestState } from '../../src/core/request/request'
import { nextRequest } from '../../src/core/request/transition'
import { aRequest } from '../store/rows'

export const APPROVER = 'slack:T1/U2'
export const pending = aRequest('R-1')

export const EVENTS: { readonly [K in RequestEvent['kind']]: Extract<RequestEvent, { kind: K }> } = {
  approve: { kind: 'approve', by: APPROVER, person: APPROVER, roles: ['approve'], at: 5 },
  answer: { kind: 'answer', by: APPROVER, person: APPROVER, at: 5, answer: 'yes' },
  automatic: { kind: 'automatic', at: 5, rules: ['own'] },
  'break-glass': { kind: 'break-glass', by: pending.asked.by, at: 5, reason: 'the cluster is down' },
  'lease-end': { kind: 'lease-end', at: 5, lease: 'R-0' },
  deny: { kind: 'deny', by: APPROVER, at: 5, reason: 'not now' },
  cancel: { kind: 'cancel', by: pending.asked.by, at: 5 },
  remind: { kind: 'remind', at: 5, level: 'approvers' },
  hurry: { kind: 'hurry', at: 5, expiresAt: 6, waiter: 'Q-1' },
  expire: { kind: 'expire', at: pending.expiresAt },
  claim: { kind: 'claim', at: 6, fence: 7 },
  void: { kind: 'void', at: 6, changes: ['the VM runs now'] },
  rejudge: { kind: 'rejudge', at: 6, changes: ['The rule that decides was a and is now b.'] },
  lapse: { kind: 'lapse', at: 6, why: 'a day is over' },
  succeed: { kind: 'succeed', at: 9, verification: { kind: 'due' } },
  'roll-back': { kind: 'roll-back', at: 9, why: 'a step failed' },
  'need-attention': {
    kind: 'need-attention',
    at: 9,
    why: 'the undo failed',
    now: ['off'],
    repair: ['Start'],
  },
  'read-again': { kind: 'read-again', at: 11, by: 'slack:T1/U3', now: ['on'], repair: [] },
  retry: { kind: 'retry', at: 12, by: pending.asked.by },
  resolve: { kind: 'resolve', at: 12, by: 'slack:T1/U3', as: 'found', found: 'as before' },
  verify: { kind: 'verify', at: 12, verification: { kind: 'verified' } },
}

export const after = (from: Request, ...kinds: readonly RequestEvent['kind'][]): Request =>
  kinds.reduce((each, kind) => {
    const next = nextRequest(each, EVENTS[kind])
    if (!next.ok) throw new Error(`${each.state} cannot ${kind}`)
    return next.value
  }, from)

export const STATES: { readonly [S in RequestState]: Request } = {
  pending,
  approved: after(pending, 'approve'),
  running: after(pending, 'approve', 'claim'),
  succeeded: after(pending, 'approve', 'claim', 'succeed'),
  'rolled-back': after(pending, 'approve', 'claim', 'roll-back'),
  'needs-attention': after(pending, 'approve', 'claim', 'need-attention'),
  resolved: after(pending, 'approve', 'claim', 'need-attention', 'resolve'),
  denied: after(pending, 'deny'),
  cancelled: after(pending, 'cancel'),
  expired: after(pending, 'expire'),
  void: after(pending, 'approve', 'void'),
}
