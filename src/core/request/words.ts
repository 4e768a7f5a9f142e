/** States and events as people say them: the same words on cards, in lists and in history. */
import type { RequestChange, RequestState } from './request'

export const STATE_WORDS: { readonly [S in RequestState]: string } = {
  pending: 'waiting for an approver',
  approved: 'approved',
  running: 'running',
  succeeded: 'done',
  'rolled-back': 'failed and undone',
  'needs-attention': 'needs attention',
  resolved: 'resolved by an administrator',
  denied: 'denied',
  cancelled: 'cancelled',
  expired: 'expired without a decision',
  void: 'void',
}

/** What was done to a request, before what it asks for: `approved assign hv01/gpu0 to train-01`. */
export const EVENT_WORDS: { readonly [K in RequestChange]: string } = {
  asked: 'asked to',
  approve: 'approved to',
  answer: 'answered whether to',
  automatic: 'approved by a rule to',
  'break-glass': 'broke the glass to',
  'lease-end': 'at the end of a lease: to',
  deny: 'denied to',
  cancel: 'withdrawn: to',
  remind: 'nobody had decided yet: to',
  hurry: 'somebody waits for it, so it expires sooner: to',
  expire: 'expired: to',
  claim: 'began to',
  'read-again': 'read the hosts again:',
  retry: 'tried again:',
  void: 'void: to',
  lapse: 'its approval had lapsed: to',
  rejudge: 'the policy had changed: to',
  succeed: 'done:',
  'roll-back': 'failed and was undone:',
  'need-attention': 'needs attention:',
  resolve: 'resolved:',
  verify: 'nvidia-smi read after:',
}
