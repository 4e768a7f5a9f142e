import { QUESTION } from '../values/arguments'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const why = spec({
  name: 'why',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [must(QUESTION)],
  flags: [],
  reason: 'none',
  says: 'Why the policy answers so: which rule, which roles, and who is waited for.',
  examples: ['why R-12', 'why "assign hv01/gpu0 to train-01"'],
  notes: [REQUEST_ID_SAYS, 'A command goes in quotes and is only judged: nothing is asked for or changed.'],
})
