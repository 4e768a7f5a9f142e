import { refused } from '../../errors'
import { DURATION, GPU, MEMORY, MODEL, VM } from '../values/arguments'
import { PAGE, CONSENT_FLAGS } from '../values/flags'
import { readGpu } from '../values/names'
import { can, reading, spec } from '../values/spec'
import { REASON_SAYS, VM_NAMES_SAY, ENTRY_ID_SAYS } from '../values/notes'

/** Whoever names a model alone wants any of it. */
const WANTED = reading({
  ...GPU,
  read: (word) => {
    const read = readGpu(word)
    if (read.ok) return read
    const hint = 'To wait for any of a model, say `queue any A40`.'
    return refused(...read.refusals.map((each) => ({ ...each, next: `${each.next ?? ''} ${hint}`.trim() })))
  },
})

export const queue = spec({
  name: 'queue',
  group: 'Wait',
  needs: 'anyone listed',
  arguments: [can(WANTED), can(MODEL, 'any'), can(MEMORY, 'with'), can(VM, 'to'), can(DURATION, 'for')],
  flags: [...CONSENT_FLAGS, PAGE],
  reason: 'allowed',
  says: 'Wait for a GPU: it is offered to you when your turn comes. With nothing to wait for: who waits.',
  examples: [
    'queue',
    'queue hv01/gpu2 to train-01 --shutdown',
    'queue any A40 for 8h because nightly runs',
    'queue any with 24GiB free to train-01',
  ],
  notes: [
    '`any MODEL` is any GPU with these words in its name, or of this class of the policy; `any` alone one of any model. With a VM it is one of its host.',
    'Once it is your turn the GPU is offered to you alone, for a while; `take Q-N` asks for it then, and is approved as any other request. An offer that nobody takes goes to the next.',
    'The team that has used least comes first, then who has waited longest; whoever has waited for long goes before all who have not.',
    ENTRY_ID_SAYS,
    REASON_SAYS,
    VM_NAMES_SAY,
  ],
})
