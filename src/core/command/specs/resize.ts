import { VM } from '../values/arguments'
import { PLAN_FLAGS, VRAM, MMIO } from '../values/flags'
import { must, spec } from '../values/spec'
import { CONSENTS_SAY, BREAK_GLASS_SAYS, REASON_SAYS, VM_NAMES_SAY, MMIO_SAYS } from '../values/notes'

export const resize = spec({
  name: 'resize',
  group: 'Ask',
  needs: 'ask',
  arguments: [must(VM)],
  flags: [VRAM, MMIO, ...PLAN_FLAGS],
  reason: 'allowed',
  says: 'Give the GPU partition of a VM more or less video memory, or a VM with whole GPUs more or less MMIO space.',
  examples: [
    'resize vdi-05 --vram 8GiB --shutdown',
    'resize vdi-05 --vram 6144MiB --dry-run',
    'resize train-01 --mmio more --shutdown',
  ],
  notes: [
    'Code 12 in a guest says that its MMIO_SAYS space is too small. Its GPUs stay with it.',
    MMIO_SAYS,
    ...CONSENTS_SAY,
    BREAK_GLASS_SAYS,
    REASON_SAYS,
    VM_NAMES_SAY,
  ],
})
