import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REASON_SAYS, REQUEST_ID_SAYS } from '../values/notes'

export const agree = spec({
  name: 'agree',
  group: 'Ask',
  needs: 'anyone listed',
  decides: true,
  arguments: [must(ID)],
  flags: [],
  reason: 'allowed',
  says: 'Agree that a request stops a VM in which you hold something.',
  examples: ['agree R-12'],
  notes: [
    REQUEST_ID_SAYS,
    'Approvers of what somebody else holds there may agree in their place.',
    REASON_SAYS,
  ],
})
