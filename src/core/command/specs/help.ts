import { TOPIC } from '../values/arguments'
import { can, spec } from '../values/spec'

export const help = spec({
  name: 'help',
  group: 'This bot',
  needs: 'anyone listed',
  synonyms: ['?', 'help!', 'help?'],
  arguments: [can(TOPIC)],
  flags: [],
  reason: 'none',
  says: 'The commands you may use, or one of them with examples.',
  examples: ['help', 'help assign'],
})
