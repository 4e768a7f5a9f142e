import { LEASE } from '../values/arguments'
import { CONSENT_FLAGS } from '../values/flags'
import { spec } from '../values/spec'
import { CONSENTS_SAY, LEASE_NAMED_SAYS } from '../values/notes'

export const done = spec({
  name: 'done',
  group: 'Keep',
  needs: 'anyone listed',
  arguments: LEASE,
  flags: CONSENT_FLAGS,
  reason: 'allowed',
  says: 'End your lease now and give the GPU back; that needs no approver.',
  examples: ['done', 'done hv01/gpu0 --shutdown', 'done R-12'],
  notes: [LEASE_NAMED_SAYS, ...CONSENTS_SAY.slice(0, 3)],
})
