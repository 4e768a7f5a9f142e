import { ID, DURATION } from '../values/arguments'
import { must, can, spec } from '../values/spec'
import { REASON_SAYS, REQUEST_ID_SAYS } from '../values/notes'

export const approve = spec({
  name: 'approve',
  group: 'Decide',
  needs: 'approve',
  arguments: [must(ID), can(DURATION, 'for')],
  flags: [],
  reason: 'allowed',
  says: 'Approve a request of somebody else; its plan is then carried out.',
  examples: ['approve R-12', 'approve 12 for 4h', 'approve 12 because the render farm is idle'],
  notes: [REQUEST_ID_SAYS, '`for 4h` lends it for no longer than that, whatever was asked for.', REASON_SAYS],
})
