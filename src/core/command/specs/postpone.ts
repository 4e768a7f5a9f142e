import { ID } from '../values/arguments'
import { must, spec } from '../values/spec'

export const postpone = spec({
  name: 'postpone',
  group: 'Ask',
  needs: 'anyone listed',
  arguments: [must(ID)],
  flags: [],
  reason: 'none',
  says: "Have a VM in which you hold something stopped an hour later for the end of another one's lease.",
  examples: ['postpone R-12'],
  notes: ['The id is that of the lease that has ended. It can be put off once.'],
})
