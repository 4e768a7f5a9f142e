import { GPU_OR_VM } from '../values/arguments'
import { PLAN_FLAGS } from '../values/flags'
import { must, spec } from '../values/spec'
import { CONSENTS_SAY, BREAK_GLASS_SAYS, REASON_SAYS, VM_NAMES_SAY } from '../values/notes'

export const release = spec({
  name: 'release',
  group: 'Ask',
  needs: 'ask',
  arguments: [must(GPU_OR_VM)],
  flags: PLAN_FLAGS,
  reason: 'allowed',
  says: "Give a GPU, or the GPU or partition of a VM, back to its host and restore the VM's settings.",
  examples: ['release hv01/gpu0', 'release train-01 --shutdown because done'],
  notes: [
    'What you hold yourself needs no approver, but for `--power-off`.',
    ...[...CONSENTS_SAY, BREAK_GLASS_SAYS, REASON_SAYS, VM_NAMES_SAY],
  ],
})
