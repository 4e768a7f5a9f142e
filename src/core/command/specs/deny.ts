import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REASON_SAYS, REQUEST_ID_SAYS } from '../values/notes'

export const deny = spec({
  name: 'deny',
  group: 'Decide',
  needs: 'approve',
  arguments: [must(ID)],
  flags: [],
  reason: 'allowed',
  says: 'Deny a request.',
  examples: ['deny R-12 because hv01 is patched tonight'],
  notes: [REQUEST_ID_SAYS, REASON_SAYS],
})
