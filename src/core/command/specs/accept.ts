import { GPU } from '../values/arguments'
import { must, spec } from '../values/spec'

export const accept = spec({
  name: 'accept',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(GPU)],
  flags: [],
  reason: 'none',
  says: 'Let the records follow the host: what a request gave before does not count any more.',
  examples: ['accept hv01/gpu0'],
  notes: ['`reconcile` shows where they disagree. No host is changed.'],
})
