import { NAME } from '../values/arguments'
import { must, spec } from '../values/spec'
import { VM_NAMES_SAY } from '../values/notes'

export const show = spec({
  name: 'show',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [must(NAME)],
  flags: [],
  reason: 'none',
  says: 'Everything known about a GPU, VM, host or request.',
  examples: ['show hv01/gpu0', 'show train-01', 'show hv01', 'show R-12', 'show Q-3'],
  notes: ['A name alone is enough: `hv01/gpu0`.', VM_NAMES_SAY],
})
