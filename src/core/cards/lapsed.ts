/** What whoever asked is told, alone, when the approval of their request was good no longer. */
import type { Notice, Part } from '../notice/notice'
import type { RequestIn } from '../request/request'
import { titleOf } from './plan'

/** One press asks for it anew: planned on the facts of then, and approved by whoever has to approve it then. */
export const lapsedNotice = (request: RequestIn<'void'>): Notice => {
  const { id, plan, changes } = request
  return {
    summary: `${id} ${titleOf(plan)}: its approval has lapsed, nothing was done`,
    tone: 'bad',
    parts: [
      {
        kind: 'text',
        runs: [
          { strong: `${id} ${titleOf(plan)}` },
          ` has lapsed, and nothing was done. ${changes.join(' ')}`,
        ],
      },
      ...again(request),
    ],
  }
}

const again = ({ id, command }: RequestIn<'void'>): Part[] =>
  command === undefined
    ? [{ kind: 'note', runs: ['If you still want it, ask for it anew.'] }]
    : [
        {
          kind: 'buttons',
          buttons: [{ label: 'Ask again', style: 'primary', press: { kind: 'say', text: `again ${id}` } }],
        },
        {
          kind: 'note',
          runs: ['As words: ', { code: `again ${id}` }, '. It is planned anew, and approved anew.'],
        },
      ]
