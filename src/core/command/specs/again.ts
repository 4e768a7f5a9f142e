import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const again = spec({
  name: 'again',
  group: 'Ask',
  needs: 'ask',
  arguments: [must(ID)],
  flags: [],
  reason: 'none',
  says: 'Ask anew for what a request asked that came to nothing: void, expired, denied, cancelled or undone.',
  examples: ['again R-12'],
  notes: [
    REQUEST_ID_SAYS,
    'It is planned afresh and is yours, whoever asked first. Broken glass is not broken again.',
  ],
})
