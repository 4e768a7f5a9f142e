/** What is said elsewhere when a post could not be put where it belongs. */
import { runsOf } from '../notice/prose'
import type { Notice } from '../notice/notice'

export const undeliveredNotice = (
  post: Notice,
  /** The request, or the place in the queue, that it shows. */
  shows: string | null,
  why: { readonly code: string; readonly next: string },
): Notice => {
  const stands = shows === null ? '' : ` Nobody sees its buttons: ${wordsFor(shows)}.`
  return {
    summary: `Not posted: ${post.summary}`,
    tone: 'bad',
    parts: [
      { kind: 'text', runs: [{ strong: 'I could not post this: ' }, post.summary] },
      { kind: 'text', runs: runsOf(`Why: \`${why.code}\`. ${why.next}.${stands}`) },
    ],
  }
}

/** All of it, for one person, with why it does not stand where it was to be posted. */
export const broughtNotice = (
  post: Notice,
  { code, next }: { readonly code: string; readonly next: string },
): Notice => ({
  ...post,
  parts: [
    {
      kind: 'text',
      runs: [
        'This is here, for you alone, because I could not post it where it belongs. ',
        ...runsOf(`Why: \`${code}\`. ${next}.`),
      ],
    },
    ...post.parts,
  ],
})

/** A post without buttons loses nothing by standing elsewhere. */
export const canBeBrought = ({ parts }: Notice): boolean => parts.every(({ kind }) => kind !== 'buttons')

const wordsFor = (shows: string): string =>
  shows.startsWith('Q-')
    ? `you can say \`take ${shows}\`, or \`leave ${shows}\``
    : `an approver can say \`approve ${shows}\`, and you can take it back with \`cancel ${shows}\``
