import { WATCHED, CLOCK, ZONE, HERE } from '../values/arguments'
import { can, spec } from '../values/spec'

export const watch = spec({
  name: 'watch',
  group: 'Be told',
  needs: 'anyone listed',
  arguments: [can(WATCHED), can(CLOCK, 'at'), can(ZONE, 'in'), can(HERE)],
  flags: [],
  reason: 'none',
  says: 'Be told here what changes: in a channel everybody there, in a chat with me you alone. Without a name: what is watched here.',
  examples: [
    'watch',
    'watch hv01',
    'watch hv01/gpu0 here',
    'watch all',
    'watch digest at 09:00 in Europe/Berlin',
  ],
  notes: [
    'Told are requests and what becomes of them, assignments that changed, hosts that do not answer, and GPUs that fail.',
    '`watch digest` shows the fleet of the last 24 hours now; with `at` it comes every day at that time.',
    'A channel can be subscribed by those whom the policy lets.',
  ],
})
