import { ID } from '../values/arguments'
import { onOff } from '../values/flags'
import { readResolvable } from '../values/names'
import { must, spec } from '../values/spec'
import { REQUEST_ID_SAYS } from '../values/notes'

export const resolve = spec({
  name: 'resolve',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must({ ...ID, read: readResolvable })],
  flags: [onOff('--as-found', 'asFound')],
  reason: 'none',
  says: 'Say that a request that needs attention was repaired by hand; its hosts are read and must agree.',
  examples: ['resolve R-12', 'resolve R-12 --as-found', 'resolve S-3'],
  notes: [
    REQUEST_ID_SAYS,
    'Where all is as planned the request is done, and where all is as before it is undone. Otherwise you are told what differs.',
    '`--as-found` closes it whatever the hosts show, as long as a VM or the host can use the GPU.',
    '`S-3` is a record of the bot that cannot be read: what it blocks is free again then.',
  ],
})
