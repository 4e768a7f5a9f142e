/** One request as two lines, wherever requests are listed. */
import type { Run } from '../notice/notice'
import { shown } from '../text/shown'
import type { RequestLine } from './lines'
import { STATE_WORDS } from '../request/words'

/**
 * `R-12 waiting for an approver: assign hv01/gpu0 (NVIDIA A100) to train-01 · @ana`, and below it when:
 * `asked 15 Jan 12:00, expires 15 Jan 12:30`.
 */
export const requestRuns = (line: RequestLine, now: number): Run[] => [
  { strong: line.id },
  ` ${STATE_WORDS[line.state]}${line.waiting === null ? '' : `, waiting (${shown(line.waiting)})`}: ${whatOf(line)} · `,
  { person: line.by },
  '\nasked ',
  { time: line.at },
  ...expiryOf(line, now),
]

/** `assign hv01/gpu0 (NVIDIA A100) to train-01` */
export const whatOf = ({ action, mode, gpu, model, given, from, to }: RequestLine): string => {
  if (given !== undefined)
    return `move from ${given} in ${shown(from ?? '')} to ${gpu} (${shown(model)}) in ${shown(to ?? '')}`
  if (action === 'resize')
    return `resize the ${mode === 'dda' ? 'MMIO space for' : 'partition of'} ${gpu} (${shown(model)}) in ${shown(to ?? '')}`
  if (action === 'extend') return `keep ${gpu} (${shown(model)}) in ${shown(to ?? '')} for longer`
  const source = from === null ? '' : ` from ${shown(from)}`
  const target = to === null ? '' : ` to ${shown(to)}`
  const what = mode === 'partition' && action !== 'partition' ? `a partition of ${gpu}` : gpu
  return `${action} ${what} (${shown(model)})${source}${target}`
}

const expiryOf = ({ state, expiresAt }: RequestLine, now: number): Run[] => {
  if (state !== 'pending') return []
  return expiresAt > now ? [', expires ', { time: expiresAt }] : [', expires now']
}

/** Lines of runs as the runs of one text, one line each. */
export const joinLines = (lines: readonly (readonly Run[])[]): Run[] =>
  lines.flatMap((line, index) => (index === 0 ? [...line] : ['\n', ...line]))
