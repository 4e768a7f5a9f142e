import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const comment = spec({
  name: 'comment',
  group: 'Ask',
  needs: 'anyone listed',
  arguments: [must(ID)],
  flags: [],
  reason: 'prose',
  says: 'Say something about a request; it is shown on its card.',
  examples: ['comment R-12 the other job ends at noon'],
  notes: [REQUEST_ID_SAYS, 'The card shows the last three. Nobody decides by a comment.'],
})
