import { SCOPE } from '../values/arguments'
import { must, spec } from '../values/spec'

export const resume = spec({
  name: 'resume',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(SCOPE)],
  flags: [],
  reason: 'none',
  says: 'End a pause, or the quarantine of a GPU.',
  examples: ['resume hv01', 'resume all', 'resume hv01/gpu0'],
  notes: [
    '`resume all` lifts the pauses of all hosts, and of no GPU: say that of each.',
    'What a host reports of a GPU itself ends once the host reports it in order.',
  ],
})
