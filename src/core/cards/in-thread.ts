/** What is said in the thread of a card that can no longer be changed: how the request is now, and its buttons. */
import type { Notice } from '../notice'

/** `card`: the card as it would be shown. */
export const threadNotice = (card: Notice): Notice => ({
  summary: card.summary,
  tone: card.tone,
  parts: [{ kind: 'text', runs: [card.summary] }, ...card.parts.filter(({ kind }) => kind === 'buttons')],
})
