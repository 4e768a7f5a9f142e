import { spec } from '../values/spec'

export const reload = spec({
  name: 'reload',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [],
  flags: [],
  reason: 'none',
  says: 'Read the policy again from its file; a wrong file changes nothing and is refused with every error.',
  examples: ['reload'],
  notes: [
    'A new policy voids what was approved under the old one and has not begun.',
    'Hosts that were added to the file are taken in; they, and hosts that did not answer, are read at once.',
  ],
})
