/** A lease that is over and could not be taken back: to administrators. */
import { overdueOf, type Lease } from '../lease/lease'
import type { Called, Notice } from '../notice/notice'

export const overdueNotice = (lease: Lease, whom: readonly [Called, ...Called[]]): Notice => {
  const { id, gpu, vm, holder } = lease
  return {
    summary: `${gpu.alias} in ${vm.name} is overdue, and cannot be taken back`,
    tone: 'bad',
    parts: [
      { kind: 'call', words: 'Needs an administrator', whom: [...whom] },
      {
        kind: 'text',
        runs: [
          { strong: `${gpu.alias} is overdue` },
          ` in ${vm.name}: lease ${id} of `,
          { person: holder },
          ' is over, and the GPU cannot be taken back',
          `: ${overdueOf(lease) ?? 'not known why'}.`,
        ],
      },
      {
        kind: 'note',
        runs: [
          'It is tried again by itself, and nobody is told anew. ',
          { code: `check ${gpu.alias}` },
          ' shows what is in the way; ',
          { code: `extend ${id} by 1d` },
          ' asks to let it stay.',
        ],
      },
    ],
  }
}
