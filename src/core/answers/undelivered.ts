/** What is said elsewhere when a post could not be put where it belongs. */
import { runsOf } from '../grammar/prose'
import type { Notice } from '../notice'

export const undeliveredNotice = (
  post: Notice,
  requestId: string | null,
  why: { readonly code: string; readonly next: string },
): Notice => {
  const stands =
    requestId === null
      ? ''
      : ` Nobody sees its buttons: an approver can say \`approve ${requestId}\`, and you can take it back with \`cancel ${requestId}\`.`
  return {
    summary: `Not posted: ${post.summary}`,
    tone: 'bad',
    parts: [
      { kind: 'text', runs: [{ strong: 'I could not post this: ' }, post.summary] },
      { kind: 'text', runs: runsOf(`Why: \`${why.code}\`. ${why.next}.${stands}`) },
    ],
  }
}
