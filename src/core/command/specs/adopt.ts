import { HOST, BOT } from '../values/arguments'
import { must, spec } from '../values/spec'

export const adopt = spec({
  name: 'adopt',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(HOST), must(BOT, 'from')],
  flags: [],
  reason: 'none',
  says: 'Take over a host from another bot, one that is gone for good: it takes the orders of this one from now on.',
  examples: ['adopt hv01 from bot-3f9a1c0d77e2'],
  notes: [
    '`show HOST` says which bot it is. While that one still gives orders, and for ten minutes after, it is refused.',
    'The host is read then, and nobody holds a GPU of it by earlier records.',
  ],
})
