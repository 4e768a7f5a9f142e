import { GPU, COUNT } from '../values/arguments'
import { SHOW_FLAGS } from '../values/flags'
import { must, spec } from '../values/spec'
import { BREAK_GLASS_SAYS, REASON_SAYS } from '../values/notes'

export const partition = spec({
  name: 'partition',
  group: 'Ask',
  needs: 'ask',
  arguments: [must(GPU), must(COUNT, 'into')],
  flags: SHOW_FLAGS,
  reason: 'allowed',
  says: 'Split a GPU into N partitions (GPU-P), so that several VMs share it; 1 makes it whole again.',
  examples: ['partition hv02/gpu0 into 4', 'partition hv02/gpu0 into 8 because more desktops'],
  notes: [
    'The counts that a GPU offers are in `show GPU`. The count can be changed only while no VM has a partition.',
    '`--dry-run` shows the plan and stops. `--script` shows the plan as one PowerShell script.',
    BREAK_GLASS_SAYS,
    REASON_SAYS,
  ],
})
