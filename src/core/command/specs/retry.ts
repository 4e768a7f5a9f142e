import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const retry = spec({
  name: 'retry',
  group: 'Ask',
  needs: 'anyone listed',
  decides: true,
  arguments: [must(ID)],
  flags: [],
  reason: 'none',
  says: 'Try again what a request that needs attention could not do: its undo, or the last start of a VM.',
  examples: ['retry R-12'],
  notes: [
    REQUEST_ID_SAYS,
    'The start is for whoever asked, and for administrators; the undo is for administrators.',
    'Before an undo every host is read, and must be as the request has left it.',
  ],
})
