/** `check GPU [for VM]`: the survey, failures first, each with its fix. */
import type { Notice, Part, Run } from '../notice'
import type { Check } from '../survey'
import { linesOf } from './request-line'
import { counted } from './words'

const MARKS = { fail: '✗', warn: '!', pass: '✓' } as const
const ORDER = ['fail', 'warn', 'pass'] as const

export interface CheckInput {
  readonly alias: string
  readonly vm: string | null
  readonly checks: readonly Check[]
}

export const checkNotice = ({ alias, vm, checks }: CheckInput): Notice => {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  const verdict = verdictOf(count('fail'), count('warn'))
  const subject = `${alias}${vm === null ? '' : ` for ${vm}`}`
  return {
    summary: `${subject}: ${verdict}`,
    tone: count('fail') > 0 ? 'bad' : 'good',
    parts: [
      { kind: 'title', text: `Check of ${subject}` },
      { kind: 'text', runs: [{ strong: verdict.charAt(0).toUpperCase() + verdict.slice(1) }] },
      ...ORDER.flatMap((each) => partsOf(checks.filter((check) => check.verdict === each))),
    ],
  }
}

const verdictOf = (failures: number, warnings: number): string => {
  if (failures > 0) return `not possible: ${counted(failures, 'check')} against it`
  return warnings > 0 ? `possible, with ${counted(warnings, 'warning')}` : 'possible'
}

const partsOf = (checks: readonly Check[]): Part[] =>
  checks.length === 0 ? [] : [{ kind: 'text', runs: linesOf(checks.map(lineOf)) }]

const lineOf = ({ verdict, title, reason, fix }: Check): Run[] => [
  `${MARKS[verdict]} `,
  { strong: title },
  `: ${reason}${fix === undefined ? '' : `\n   → ${fix}`}`,
]
