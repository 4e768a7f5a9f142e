import { WATCHED, HERE } from '../values/arguments'
import { must, can, spec } from '../values/spec'

export const unwatch = spec({
  name: 'unwatch',
  group: 'Be told',
  needs: 'anyone listed',
  arguments: [must(WATCHED), can(HERE)],
  flags: [],
  reason: 'none',
  says: 'Be told of it here no more; `all` ends all that is watched here, but the digest.',
  examples: ['unwatch hv01', 'unwatch all', 'unwatch digest'],
})
