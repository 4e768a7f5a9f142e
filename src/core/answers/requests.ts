/** `requests`: what is open, or with --all what ever was, newest first. */
import type { Notice } from '../notice'
import type { RequestLine } from './lines'
import { pageOf, pageParts } from './paging'
import { ago, forHowLong } from './words'

const A_PAGE = 15

export interface RequestsInput {
  readonly lines: readonly RequestLine[]
  readonly page: number
  readonly all: boolean
  readonly now: number
}

export const requestsNotice = ({ lines, page, all, now }: RequestsInput): Notice => {
  const shown = pageOf(lines, page, A_PAGE)
  return {
    summary: `${lines.length} ${all ? '' : 'open '}requests`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: all ? 'Requests' : 'Open requests' },
      lines.length === 0
        ? {
            kind: 'text',
            runs: [
              all ? 'Nobody has asked for a GPU yet.' : 'No request is open. ',
              ...(all ? [] : [{ code: 'requests --all' }, ' shows the past ones.']),
            ],
          }
        : {
            kind: 'table',
            head: ['Id', 'State', 'What', 'When'],
            rows: shown.lines.map((line) => [line.id, line.state, whatOf(line), whenOf(line, now)]),
          },
      ...pageParts(shown, (to) => `requests${all ? ' --all' : ''} --page ${to}`),
    ],
  }
}

const whatOf = (line: RequestLine): string =>
  `${line.action} ${line.gpu}${line.from === null ? '' : ` from ${line.from}`}${line.to === null ? '' : ` to ${line.to}`}`

const whenOf = (line: RequestLine, now: number): string =>
  line.state === 'pending'
    ? `${ago(now - line.at)}, expires in ${forHowLong(line.expiresAt - now)}`
    : ago(now - line.at)
