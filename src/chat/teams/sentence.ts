// The sentence under a pressed button. How much markup Teams reads in it is not documented, so that nothing of which
// links, mentions or emphasis are made gets there.
import type { Notice, Run } from '../../core/notice/notice'
import { cut, oneLine, utc } from '../text'
import { personText, type NameOf } from './pieces'

const LONGEST = 600

const INSTEAD: Readonly<Record<string, string>> = { '[': '(', ']': ')', '<': '‹', '>': '›' }

/** Plain words in one line. */
export const plainWords = (text: string): string =>
  cut(
    oneLine(text)
      .replace(/[[\]<>`*]/gu, (mark) => INSTEAD[mark] ?? '')
      .trim(),
    LONGEST,
  )

const runText = (run: Run, nameOf: NameOf): string => {
  if (typeof run === 'string') return run
  if ('person' in run) return personText(run, nameOf)
  if ('time' in run) return utc(run.time)
  if ('about' in run) return run.about
  if ('link' in run) return run.words
  return 'code' in run ? run.code : run.strong
}

/** A notice of words alone as one line. */
export const sentenceOf = ({ summary, parts }: Notice, nameOf: NameOf): string => {
  const lines = parts.map((part) =>
    'runs' in part ? part.runs.map((run) => runText(run, nameOf)).join('') : '',
  )
  return plainWords(lines.join(' ')) || plainWords(summary) || '–'
}
