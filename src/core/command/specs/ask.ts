import { GPU } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REASON_SAYS } from '../values/notes'

export const ask = spec({
  name: 'ask',
  group: 'Keep',
  needs: 'anyone listed',
  arguments: [must(GPU)],
  flags: [],
  reason: 'allowed',
  says: 'Ask whoever holds a GPU to give it up; they are told privately, and need not answer.',
  examples: ['ask hv01/gpu0 because the demo is at noon'],
  notes: [REASON_SAYS, 'To take it, with an approver, use `move` or `release`.'],
})
