import { GPU, VM } from '../values/arguments'
import { MODE } from '../values/flags'
import { must, can, spec } from '../values/spec'
import { VM_NAMES_SAY } from '../values/notes'

export const check = spec({
  name: 'check',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [must(GPU), can(VM, 'for')],
  flags: [MODE],
  reason: 'none',
  says: 'Whether a GPU can be assigned: each check, passed or failed, with its cure.',
  examples: ['check hv01/gpu0', 'check hv01/gpu0 for train-01', 'check hv02/gpu0 --mode partition'],
  notes: ['Without `--mode` a GPU that offers partitions is judged both ways.', VM_NAMES_SAY],
})
