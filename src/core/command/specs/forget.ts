import { GPU } from '../values/arguments'
import { must, spec } from '../values/spec'

export const forget = spec({
  name: 'forget',
  group: 'Run the hosts',
  needs: 'administer',
  arguments: [must(GPU)],
  flags: [],
  reason: 'none',
  says: 'Say of a GPU that its host shows no more that it is gone for good; it is in no list then.',
  examples: ['forget hv01/gpu3'],
  notes: ['Should the host show it again, it is back, by the same name. No host is changed.'],
})
