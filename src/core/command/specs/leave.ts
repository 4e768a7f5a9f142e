import { ENTRY } from '../values/arguments'
import { must, spec } from '../values/spec'
import { ENTRY_ID_SAYS } from '../values/notes'

export const leave = spec({
  name: 'leave',
  group: 'Wait',
  needs: 'anyone listed',
  arguments: [must(ENTRY)],
  flags: [],
  reason: 'none',
  says: 'Leave the queue; what is offered to you goes to the next one.',
  examples: ['leave Q-3'],
  notes: [ENTRY_ID_SAYS, 'Administrators may take others out of it.'],
})
