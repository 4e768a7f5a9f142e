import { VM_OR_HOST } from '../values/arguments'
import { must, spec } from '../values/spec'
import { VM_NAMES_SAY } from '../values/notes'

export const smi = spec({
  name: 'smi',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [must(VM_OR_HOST)],
  flags: [],
  reason: 'none',
  says: 'What nvidia-smi says inside a VM, or on a host.',
  examples: ['smi train-01', 'smi hv02'],
  notes: [VM_NAMES_SAY],
})
