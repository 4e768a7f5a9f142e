import { printable } from '../core/text/printable'

/** What the doctor found out about one thing, and how it looks in a terminal. */
export interface Finding {
  readonly verdict: 'pass' | 'warn' | 'fail'
  readonly title: string
  readonly reason: string
  readonly fix?: string
}

export const pass = (title: string, reason: string): Finding => ({ verdict: 'pass', title, reason })
export const warn = (title: string, reason: string, fix: string): Finding => ({
  verdict: 'warn',
  title,
  reason,
  fix,
})
export const fail = (title: string, reason: string, fix: string): Finding => ({
  verdict: 'fail',
  title,
  reason,
  fix,
})

const MARKS = { pass: '✓', warn: '!', fail: '✗' } as const

const lineOf = ({ verdict, title, reason, fix }: Finding): string =>
  `  ${MARKS[verdict]} ${title}: ${reason.trim().replaceAll('\n', '\n    ')}${fix === undefined ? '' : `\n      → ${fix}`}`

export const sectionOf = (title: string, findings: readonly Finding[]): string =>
  printable([title, ...findings.map(lineOf)].join('\n'))
