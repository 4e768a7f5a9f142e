import { spec } from '../values/spec'

export const whoami = spec({
  name: 'whoami',
  group: 'This bot',
  needs: 'anyone listed',
  arguments: [],
  flags: [],
  reason: 'none',
  says: 'Who you are to this bot, and what you may do.',
  examples: ['whoami'],
})
