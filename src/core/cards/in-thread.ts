/** What is said in the thread of a card that can no longer be changed: how the request is now, what is new, and its buttons. */
import type { Notice, Part } from '../notice/notice'
import { isComment } from './comments'

/** The thread of a card begins: what the card shows it need not say, but for how the request is and what people said. */
export const beginThread = (card: Notice): Notice => ({
  ...card,
  summary: '',
  parts: card.parts.filter((part) => !isComment(part)),
})

/** `card` as it would be shown, `said` as it was when the thread said something last; null where that is no news. */
export const threadNotice = (card: Notice, said: Notice): Notice | null => {
  const before = new Set(said.parts.map((part) => JSON.stringify(part)))
  const fresh = card.parts.filter((part) => isNews(card.tone, part) && !before.has(JSON.stringify(part)))
  if (card.summary === said.summary && fresh.length === 0) return null
  return {
    summary: card.summary,
    tone: card.tone,
    parts: [
      { kind: 'text', runs: [card.summary] },
      ...fresh,
      ...card.parts.filter(({ kind }) => kind === 'buttons'),
    ],
  }
}

/** While it is at work a card changes with each second that passes. */
const isNews = (tone: Notice['tone'], part: Part): boolean =>
  isComment(part) || (tone !== 'working' && (part.kind === 'text' || part.kind === 'facts'))
