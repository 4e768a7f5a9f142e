/** `requests`: what is open, or with --all what ever was, newest first. */
import { format } from '../grammar/format'
import type { Notice, Part } from '../notice/notice'
import type { RequestLine } from '../cards/lines'
import type { Aside } from '../inventory/aside'
import { asideParts } from './aside'
import { pageParts, type Page } from './paging'
import { joinLines, requestRuns } from '../cards/request-line'
import { counted } from '../text/figures'

export const REQUESTS_A_PAGE = 15

export interface RequestsInput {
  /** Newest first. */
  readonly shown: Page<RequestLine>
  /** On all pages. */
  readonly count: number
  readonly all: boolean
  /** What cannot be read, and may have been a request. */
  readonly asides: readonly Aside[]
  readonly now: number
}

export const requestsNotice = ({ shown, count, all, asides, now }: RequestsInput): Notice => ({
  summary: counted(count, all ? 'request' : 'open request'),
  tone: 'plain',
  parts: [
    { kind: 'title', text: all ? 'Requests' : 'Open requests' },
    shown.lines.length === 0
      ? emptyPart(all)
      : { kind: 'text', runs: joinLines(shown.lines.map((line) => requestRuns(line, now))) },
    ...asideParts(asides),
    ...pageParts(shown, (to) => format({ kind: 'requests', all, page: to })),
  ],
})

const emptyPart = (all: boolean): Part => ({
  kind: 'text',
  runs: all
    ? ['Nobody has asked for a GPU yet. ', { code: 'list --free' }, ' shows those that could be asked for.']
    : ['No request is open. ', { code: 'requests --all' }, ' shows the past ones.'],
})
