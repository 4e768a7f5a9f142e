import { GPU, VM, HOLDER, MODEL, LENT } from '../values/arguments'
import { only, PLAN_FLAGS, MMIO, RESTORE } from '../values/flags'
import { must, can, spec } from '../values/spec'
import {
  CONSENTS_SAY,
  BREAK_GLASS_SAYS,
  REASON_SAYS,
  LEASE_SAYS,
  VM_NAMES_SAY,
  RESTORE_SAYS,
  MMIO_SAYS,
} from '../values/notes'

export const move = spec({
  name: 'move',
  group: 'Ask',
  needs: 'ask',
  arguments: [can(GPU), can(MODEL, 'any'), can(HOLDER, 'from'), must(VM, 'to'), ...LENT],
  flags: [...PLAN_FLAGS, MMIO, RESTORE, only('--mine', 'mine')],
  reason: 'allowed',
  says: 'Take a GPU from the VM that has it and give it, or one like it on another host, to another VM.',
  examples: [
    'move hv01/gpu2 to train-01 --shutdown',
    'move hv01/gpu2 to train-02 because urgent --dry-run',
    'move any A40 from render-01 to vdi-01 --shutdown',
  ],
  notes: [
    'A GPU stays in its host. With `any MODEL from VM` the VM that is named last may be on another one: it gets a free GPU of that model there, and the first VM gives its own back, in one request.',
    ...CONSENTS_SAY,
    BREAK_GLASS_SAYS,
    REASON_SAYS,
    VM_NAMES_SAY,
    LEASE_SAYS,
    'What an administrator moves stays with whoever holds it, until the same end; `--mine` makes them the holder.',
    MMIO_SAYS,
    RESTORE_SAYS,
  ],
})
