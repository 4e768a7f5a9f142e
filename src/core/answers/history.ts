/** `history [NAME]`: who did what when, newest first. */
import type { Notice } from '../notice'
import type { HistoryLine } from './lines'
import { pageOf, pageParts } from './paging'
import { ago } from './words'

const A_PAGE = 15

export interface HistoryInput {
  readonly lines: readonly HistoryLine[]
  readonly page: number
  readonly name: string | undefined
  readonly now: number
}

export const historyNotice = ({ lines, page, name, now }: HistoryInput): Notice => {
  const shown = pageOf(lines, page, A_PAGE)
  const title = name === undefined ? 'History' : `History of ${name}`
  return {
    summary: `${title}: ${lines.length} entries`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: title },
      lines.length === 0
        ? {
            kind: 'text',
            runs: [
              name === undefined
                ? 'Nothing has happened yet.'
                : `Nothing is recorded of ${name}. Names are those of GPUs (hv01/gpu0), VMs, hosts, requests and member ids.`,
            ],
          }
        : {
            kind: 'text',
            runs: shown.lines.flatMap((line, index) => [
              `${index > 0 ? '\n' : ''}${ago(now - line.at)}: `,
              { strong: line.requestId },
              ` ${line.what}`,
              ...(line.by === null ? [] : [' by ', { person: line.by }]),
            ]),
          },
      ...pageParts(shown, (to) => `history${name === undefined ? '' : ` ${name}`} --page ${to}`),
    ],
  }
}
