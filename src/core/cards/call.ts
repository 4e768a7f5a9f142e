/** A copy of a request's card that begins with whom it waits for. Once the request changes it is a copy like the others. */
import { counted } from '../text/figures'
import type { Notice, Part } from '../notice/notice'
import type { Deciders } from '../request/deciders'
import type { Reminded, Request } from '../request/request'
import { titleOf } from './plan'
import { roleWords } from '../text/roles'

const LEADS = {
  asked: 'Waits for',
  approvers: 'This still waits for',
  escalated: 'Nobody has decided this for long, so it waits for',
} as const satisfies { readonly [L in Reminded | 'asked']: string }

const SUMMARIES = {
  approvers: 'This still waits for you',
  escalated: 'Nobody has decided this for long',
} as const satisfies { readonly [L in Reminded]: string }

const callPart = (lead: string, deciders: Deciders): Part => {
  switch (deciders.kind) {
    case 'called':
      return { kind: 'call', words: lead, whom: [...deciders.whom] }
    case 'many':
      return {
        kind: 'text',
        runs: [
          { strong: `${lead} anybody of ${roleWords(deciders.roles)}` },
          ` (${counted(deciders.count, 'person', 'people')})`,
        ],
      }
    case 'nobody':
      return {
        kind: 'text',
        runs: [
          { strong: `${lead} ${roleWords(deciders.roles)}, and there is nobody else among them. ` },
          'An administrator of this bot has to give it to somebody.',
        ],
      }
  }
}

/** The first copy: its notification says who wants what, and why. */
export const askedNotice = (card: Notice, request: Request, deciders: Deciders): Notice => {
  const { id, asked, plan } = request
  const why = asked.reason === undefined ? '' : `: ${asked.reason}`
  return {
    ...card,
    summary: `${asked.name ?? asked.person} asks: ${titleOf(plan)} (${id})${why}`,
    parts: [callPart(LEADS.asked, deciders), ...card.parts],
  }
}

/** A later copy, for those who have not decided. */
export const decidersReminderNotice = (card: Notice, deciders: Deciders, level: Reminded): Notice => ({
  ...card,
  summary: `${SUMMARIES[level]}: ${card.summary}`,
  parts: [callPart(LEADS[level], deciders), ...card.parts],
})
