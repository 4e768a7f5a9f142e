/** What a person reads in a notice, and small fleets and requests to make notices from. */
import type { RequestLine } from '../../../src/core/cards/lines'
import { hostName, type HostFacts, type HostView } from '../../../src/core/inventory/inventory'
import type { Notice, Part, Run } from '../../../src/core/notice/notice'
import { utc } from '../../../src/chat/text'
import { aGpu, aHost } from '../../fakes/facts'

export const NOW = Date.UTC(2026, 0, 15, 12)
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

const wordsOfRun = (run: Run): string => {
  if (typeof run === 'string') return run
  if ('person' in run) return `@${run.person}`
  if ('time' in run) return utc(run.time)
  if ('about' in run) return run.about
  if ('link' in run) return run.words
  return 'code' in run ? run.code : run.strong
}
export const wordsOf = (runs: readonly Run[]): string => runs.map(wordsOfRun).join('')

const wordsOfPart = (part: Part): string => {
  switch (part.kind) {
    case 'title':
    case 'code':
      return part.text
    case 'text':
    case 'note':
      return wordsOf(part.runs)
    case 'call':
      return [part.words, ...part.whom.map((each) => `@${'person' in each ? each.person : each.group}`)].join(
        ' ',
      )
    case 'facts':
      return part.rows.map((row) => `${row.label}: ${wordsOf(row.runs)}`).join('\n')
    case 'table':
      return [part.head, ...part.rows].map((row) => row.join(' | ')).join('\n')
    case 'steps':
      return part.steps.map(({ text, note }) => (note ? `${text} (${note})` : text)).join('\n')
    case 'buttons':
      return part.buttons.map((button) => `[${button.label}]`).join(' ')
  }
}

/** Everything that stands in the notice, top to bottom. */
export const textOf = ({ parts }: Notice): string => parts.map(wordsOfPart).join('\n')

export const partOf = <K extends Part['kind']>({ parts }: Notice, kind: K): Extract<Part, { kind: K }> =>
  parts.find((part): part is Extract<Part, { kind: K }> => part.kind === kind)!

/** The rows of the notice's table, as lines. */
export const rowsOf = (notice: Notice): string[] => partOf(notice, 'table').rows.map((row) => row.join(' | '))

/** The value beside a label. */
export const factOf = (notice: Notice, label: string): string =>
  wordsOf(partOf(notice, 'facts').rows.find((row) => row.label === label)!.runs)

/** What each button says to the bot, by its label. */
export const saysOf = ({ parts }: Notice): Record<string, string> =>
  Object.fromEntries(
    parts
      .flatMap((part) => (part.kind === 'buttons' ? part.buttons : []))
      .map(({ label, press }) => [
        label,
        press.kind === 'say' ? press.text : 'verdict' in press ? press.verdict : press.verb,
      ]),
  )

export const aView = (facts: HostFacts, changes: Partial<HostView> = {}): HostView => ({
  name: facts.name,
  facts,
  readAt: NOW - 3 * SECOND,
  error: null,
  paused: false,
  pauseReason: null,
  marks: [],
  asides: [],
  bar: null,
  ...changes,
})

export const unreadView = (name: string): HostView => ({
  name: hostName.parse(name),
  facts: null,
  readAt: null,
  error: 'connection refused',
  paused: false,
  pauseReason: null,
  marks: [],
  asides: [],
  bar: null,
})

export const aLine = (changes: Partial<RequestLine> = {}): RequestLine => ({
  id: 'R-7',
  state: 'pending',
  waiting: null,
  action: 'assign',
  mode: 'dda',
  gpu: 'hv01/gpu0',
  model: 'NVIDIA A100 80GB PCIe',
  from: null,
  to: 'train-01',
  by: 'slack:T123/U456',
  at: NOW - 3 * MINUTE,
  expiresAt: NOW + 27 * MINUTE,
  ...changes,
})

/** `hosts` hosts of `each` free GPUs. */
export const aFleet = (hosts: number, each: number): HostView[] =>
  Array.from({ length: hosts }, (_, host) =>
    aView(
      aHost({
        name: hostName.parse(`hv${String(host + 1).padStart(3, '0')}`),
        gpus: Array.from({ length: each }, (_unused, gpu) => aGpu({}, gpu)),
      }),
    ),
  )
