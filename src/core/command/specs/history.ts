import { NAME } from '../values/arguments'
import { PAGE } from '../values/flags'
import { can, spec } from '../values/spec'
import { VM_NAMES_SAY } from '../values/notes'

export const history = spec({
  name: 'history',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [can(NAME)],
  flags: [PAGE],
  reason: 'none',
  says: 'What was done, when and by whom; for one GPU, VM, host or request if you name it.',
  examples: ['history', 'history hv01/gpu0', 'history train-01 --page 2'],
  notes: [VM_NAMES_SAY],
})
