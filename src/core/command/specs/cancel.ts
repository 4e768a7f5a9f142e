import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REASON_SAYS, REQUEST_ID_SAYS } from '../values/notes'

export const cancel = spec({
  name: 'cancel',
  group: 'Ask',
  needs: 'anyone listed',
  arguments: [must(ID)],
  flags: [],
  reason: 'allowed',
  says: 'Withdraw a request that has not begun to run.',
  examples: ['cancel R-12', 'cancel R-12 because not needed any more'],
  notes: [REQUEST_ID_SAYS, 'Only the person who asked, or an administrator, may cancel it.', REASON_SAYS],
})
