/** `check GPU [for VM]`: the survey, failures first, each with its fix; for the whole GPU, for a partition, or both. */
import { runsOf } from '../notice/prose'
import type { Notice, Part, Run } from '../notice/notice'
import type { Plan } from '../plan/plan'
import type { Check } from '../planner/checks/survey'
import { joinLines } from '../cards/request-line'
import { counted } from '../text/figures'

const MARKS = { fail: '✗', warn: '!', pass: '✓' } as const
const ORDER = ['fail', 'warn', 'pass'] as const
const WAYS = { dda: 'As a whole (DDA)', partition: 'A partition of it (GPU-P)' } as const

interface Way {
  readonly mode: Plan['mode']
  readonly checks: readonly Check[]
}

export interface CheckInput {
  readonly alias: string
  readonly vm: string | null
  readonly ways: readonly Way[]
}

/** Good when there is one way at least. */
export const checkNotice = ({ alias, vm, ways }: CheckInput): Notice => {
  const subject = `${alias}${vm === null ? '' : ` for ${vm}`}`
  const verdicts = ways.map((way) => `${ways.length > 1 ? `${WAYS[way.mode]}: ` : ''}${verdictOf(way)}`)
  return {
    summary: `${subject}: ${verdicts.join('; ')}`,
    tone: ways.every((way) => count(way, 'fail') > 0) ? 'bad' : 'good',
    parts: [
      { kind: 'title', text: `Check of ${subject}` },
      ...ways.flatMap((way, index): Part[] => [
        { kind: 'text', runs: [{ strong: capital(verdicts[index] ?? '') }] },
        ...ORDER.flatMap((each) => partsOf(way.checks.filter((check) => check.verdict === each))),
      ]),
    ],
  }
}

const count = ({ checks }: Way, verdict: Check['verdict']): number =>
  checks.filter((check) => check.verdict === verdict).length
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const verdictOf = (way: Way): string => {
  const failures = count(way, 'fail')
  const warnings = count(way, 'warn')
  if (failures > 0) return `not possible: ${counted(failures, 'check')} against it`
  return warnings > 0 ? `possible, with ${counted(warnings, 'warning')}` : 'possible'
}

const partsOf = (checks: readonly Check[]): Part[] =>
  checks.length === 0 ? [] : [{ kind: 'text', runs: joinLines(checks.map(lineOf)) }]

const lineOf = ({ verdict, title, reason, fix }: Check): Run[] => [
  `${MARKS[verdict]} `,
  { strong: title },
  `: ${reason}`,
  ...(fix === undefined ? [] : ['\n   → ', ...runsOf(fix)]),
]
