/** Answers that are read in one breath. */
import type { Notice, Run } from './notice'

const LONGEST = 400

/** Whether a line of plain text can say all of it: words alone, and few. */
export const isSentence = ({ parts }: Notice): boolean =>
  parts.every(({ kind }) => kind === 'text' || kind === 'note') &&
  parts.flatMap((part) => ('runs' in part ? part.runs : [])).reduce((sum, run) => sum + lengthOf(run), 0) <=
    LONGEST

/** A name or a moment takes about so much. */
const CHIP = 20

const lengthOf = (run: Run): number => {
  if (typeof run === 'string') return run.length
  if ('code' in run) return run.code.length
  return 'strong' in run ? run.strong.length : CHIP
}
