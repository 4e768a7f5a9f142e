import { VM, ENTRY, DURATION } from '../values/arguments'
import { CONSENT_FLAGS } from '../values/flags'
import { must, can, spec } from '../values/spec'
import { ENTRY_ID_SAYS } from '../values/notes'

export const take = spec({
  name: 'take',
  group: 'Wait',
  needs: 'ask',
  arguments: [must(ENTRY), can(VM, 'to'), can(DURATION, 'for')],
  flags: CONSENT_FLAGS,
  reason: 'allowed',
  says: 'Ask for the GPU that is offered to you.',
  examples: ['take Q-3', 'take Q-3 to train-01 --shutdown', 'take Q-3 for 2h'],
  notes: [
    'The VM, the time, the flags and the reason are those given to `queue`, unless they are given here.',
    'Without a time it is lent for as long as was said in the queue, and never for longer than the policy lets a lease last.',
    ENTRY_ID_SAYS,
  ],
})
