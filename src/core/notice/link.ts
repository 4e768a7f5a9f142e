/** The words of a post that are about another message, as a link to it. */
import type { Notice, Part, Run } from './notice'

export const withLink = (notice: Notice, link: string): Notice => {
  const linkedRun = (run: Run): Run =>
    typeof run !== 'string' && 'about' in run ? { link, words: run.about } : run
  const linkedPart = (part: Part): Part =>
    part.kind === 'text' || part.kind === 'note' ? { ...part, runs: part.runs.map(linkedRun) } : part
  return { ...notice, parts: notice.parts.map(linkedPart) }
}
