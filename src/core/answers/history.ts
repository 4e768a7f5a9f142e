/** `history [NAME]`: who did what when, newest first. */
import { format } from '../grammar/format'
import { shown } from '../text/shown'
import type { Notice, Run } from '../notice/notice'
import type { HistoryLine } from '../cards/lines'
import { pageParts, type Page } from './paging'
import { joinLines } from '../cards/request-line'
import { counted } from '../text/figures'

export const HISTORY_A_PAGE = 15

export interface HistoryInput {
  /** Newest first. */
  readonly shown: Page<HistoryLine>
  /** On all pages. */
  readonly count: number
  readonly name: string | undefined
}

export const historyNotice = ({ shown: here, count, name }: HistoryInput): Notice => {
  const title = name === undefined ? 'History' : `History of ${shown(name)}`
  return {
    summary: `${title}: ${counted(count, 'entry', 'entries')}`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: title },
      {
        kind: 'text',
        runs: count === 0 ? [nothing(name)] : joinLines(here.lines.map(runsOf)),
      },
      ...pageParts(here, (to) => format({ kind: 'history', name, page: to })),
    ],
  }
}

const nothing = (name: string | undefined): string =>
  name === undefined
    ? 'Nothing has happened yet.'
    : `Nothing is recorded of ${shown(name)}. Names are those of GPUs (hv01/gpu0), VMs, hosts, requests and people, as the policy calls them or by member id.`

const runsOf = ({ at, of, what, by }: HistoryLine): Run[] => [
  { time: at },
  ': ',
  { strong: of ?? 'outside the bot' },
  ` ${what}`,
  ...(by === null ? [] : [' by ', { person: by }]),
]
