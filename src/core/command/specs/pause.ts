import { SCOPE } from '../values/arguments'
import { onOff } from '../values/flags'
import { must, spec } from '../values/spec'
import { REASON_SAYS } from '../values/notes'

export const pause = spec({
  name: 'pause',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(SCOPE)],
  flags: [onOff('--now', 'now')],
  reason: 'allowed',
  says: 'Begin nothing new on a host, or anywhere, or lend a GPU to nobody, until resumed; it outlasts a restart.',
  examples: ['pause hv01', 'pause all', 'pause hv01 --now', 'pause hv01/gpu0 because its fan is broken'],
  notes: [
    'What has begun comes to its end, done or undone.',
    '`--now` stops that between its steps, too: a GPU may then lie between two owners.',
    'A GPU that is paused is in quarantine: whoever has it keeps it and may give it back, and nobody else is given it.',
    REASON_SAYS,
  ],
})
