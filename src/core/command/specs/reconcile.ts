import { HOST } from '../values/arguments'
import { can, spec } from '../values/spec'

export const reconcile = spec({
  name: 'reconcile',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [can(HOST)],
  flags: [],
  reason: 'none',
  says: 'Where hosts and the records of the bot disagree, and GPUs that nobody can use, with what can be done.',
  examples: ['reconcile', 'reconcile hv01'],
  notes: ['Nothing is done by itself: each way out is a request that needs approval, or an administrator.'],
})
