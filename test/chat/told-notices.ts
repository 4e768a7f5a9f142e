/** What those whom a request concerns are told, and the first copies of its card. */
import { askedNotice, decidersReminderNotice } from '../../src/core/cards/call'
import { attentionCall, toldNotice } from '../../src/core/cards/told'
import type { Notice } from '../../src/core/notice/notice'
import type { Request } from '../../src/core/request/request'

/** In each state, by its name. */
export const toldNotices = (
  states: Readonly<Record<string, Request>>,
  { card, asker, other }: { readonly card: Notice; readonly asker: string; readonly other: string },
): Record<string, Notice> => {
  const pending = states['pending']!
  const reasoned = { ...pending, asked: { ...pending.asked, name: 'Maya *Chen*', reason: 'a <demo>' } }
  const told = Object.entries(states).flatMap(([state, request]) => {
    const notice = toldNotice(request, 'asker', null)
    return notice ? [[`told-${state}`, notice] as const] : []
  })
  return {
    'request-asked': askedNotice(card, reasoned, {
      kind: 'called',
      whom: [{ person: asker }, { person: other, name: 'jonas' }],
    }),
    'request-asked-of-many': askedNotice(card, pending, { kind: 'many', roles: ['platform'], count: 12 }),
    'request-asked-of-nobody': askedNotice(card, pending, { kind: 'nobody', roles: ['platform', 'oncall'] }),
    'request-reminded': decidersReminderNotice(
      card,
      { kind: 'called', whom: [{ person: asker }] },
      'escalated',
    ),
    'told-beside-the-card': toldNotice(states['denied']!, 'asker', asker)!,
    'told-stopped': toldNotice(states['succeeded']!, 'touched', null)!,
    'told-administrators': attentionCall(states['needs-attention']!, [{ group: 'S0ADMINS', name: 'admins' }]),
    ...Object.fromEntries(told),
  }
}
