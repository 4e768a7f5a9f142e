import { GPU, VM, LENT } from '../values/arguments'
import { PLAN_FLAGS, MODE, VRAM, MMIO, RESTORE } from '../values/flags'
import { must, spec } from '../values/spec'
import {
  CONSENTS_SAY,
  BREAK_GLASS_SAYS,
  REASON_SAYS,
  LEASE_SAYS,
  VM_NAMES_SAY,
  RESTORE_SAYS,
  MMIO_SAYS,
} from '../values/notes'

export const assign = spec({
  name: 'assign',
  group: 'Ask',
  needs: 'ask',
  arguments: [must(GPU), must(VM, 'to'), ...LENT],
  flags: [...PLAN_FLAGS, MODE, VRAM, MMIO, RESTORE],
  reason: 'allowed',
  says: 'Give a GPU, or a share of one, to a VM: makes a plan, asks an approver, then does it.',
  examples: [
    'assign hv01/gpu0 to train-01',
    'assign hv01/gpu0 to train-02 --shutdown because training run 7',
    'assign hv01/gpu0 to train-01 for 8h',
    'assign hv01/gpu1 to "my vm" --dry-run --script',
    'assign hv02/gpu0 to vdi-01 --mode partition --vram 8GiB --shutdown',
  ],
  notes: [
    ...CONSENTS_SAY,
    BREAK_GLASS_SAYS,
    REASON_SAYS,
    VM_NAMES_SAY,
    '`--mode partition` gives a share of a GPU that is split (`partition GPU into N`); without it the VM gets the whole GPU.',
    '`--vram` is how much video memory that share has; without it the host decides.',
    MMIO_SAYS,
    LEASE_SAYS,
    RESTORE_SAYS,
  ],
})
