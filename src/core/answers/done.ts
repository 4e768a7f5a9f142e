import type { Notice } from '../notice/notice'
import { runsOf } from '../notice/prose'

/** One sentence: something was done, or needs nothing more. `by` names who did it, where others read it too. */
export const doneNotice = (text: string, by?: string): Notice => ({
  summary: text,
  tone: 'plain',
  parts: [
    { kind: 'text', runs: [...runsOf(text), ...(by === undefined ? [] : [' By ', { person: by }, '.'])] },
  ],
})
