/** What people said about a request, on its card. */
import type { Notice, Part } from '../notice/notice'

export interface Comment {
  /** Account. */
  readonly by: string
  readonly at: number
  readonly text: string
}

/** Oldest first, as they are given. */
export const commentParts = (comments: readonly Comment[]): Notice['parts'] =>
  comments.map(({ by, at, text }) => ({
    kind: 'text',
    runs: [{ person: by }, ', ', { time: at }, `: ${text}`],
  }))

/** No other part of a card begins with a person and a moment. */
export const isComment = (part: Part): boolean => {
  if (part.kind !== 'text') return false
  const [who, , when] = part.runs
  return typeof who === 'object' && 'person' in who && typeof when === 'object' && 'time' in when
}
