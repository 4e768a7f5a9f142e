import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REASON_SAYS, REQUEST_ID_SAYS } from '../values/notes'

export const object = spec({
  name: 'object',
  group: 'Ask',
  needs: 'anyone listed',
  decides: true,
  arguments: [must(ID)],
  flags: [],
  reason: 'allowed',
  says: 'Object to that; whoever decides sees it, and may still agree in your place.',
  examples: ['object R-12 because my training runs until six'],
  notes: [REQUEST_ID_SAYS, REASON_SAYS],
})
