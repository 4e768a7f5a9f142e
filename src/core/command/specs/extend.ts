import { LEASE, DURATION } from '../values/arguments'
import { must, reading, spec } from '../values/spec'
import { LEASE_NAMED_SAYS } from '../values/notes'

export const extend = spec({
  name: 'extend',
  group: 'Keep',
  needs: 'anyone listed',
  arguments: [...LEASE, must(reading({ ...DURATION, field: 'byMs' }), 'by')],
  flags: [],
  reason: 'none',
  says: 'Keep a GPU longer than its lease says.',
  examples: ['extend hv01/gpu0 by 4h', 'extend R-12 by 2 days', 'extend by 1h30m'],
  notes: [
    LEASE_NAMED_SAYS,
    'The policy says how far.',
    'Beyond what was approved, and while somebody waits for that GPU, an approver is asked.',
  ],
})
