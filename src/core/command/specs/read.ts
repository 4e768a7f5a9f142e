import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const read = spec({
  name: 'read',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(ID)],
  flags: [],
  reason: 'none',
  says: 'Read the hosts of a request that needs attention again; its card says what is where now.',
  examples: ['read R-12'],
  notes: [REQUEST_ID_SAYS, 'No host is changed.'],
})
