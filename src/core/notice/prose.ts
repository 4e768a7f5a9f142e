/** Sentences of ours mark code with back quotes; a notice wants it as runs. Quoted text must have gone through `shown`. */
import type { Run } from './notice'

/** `See \`list\`.` becomes three runs: text, code, text. */
export const runsOf = (sentence: string): Run[] =>
  sentence
    .split('`')
    .map((piece, index): Run => (index % 2 === 1 ? { code: piece } : piece))
    .filter((run) => run !== '')
