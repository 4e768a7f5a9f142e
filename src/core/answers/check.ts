/** `check GPU [for VM]`: the survey, failures first, each with its fix. */
import type { Notice, Part } from '../notice'
import type { Check } from '../survey'

const MARK = { fail: '✗', warn: '!', pass: '✓' } as const
const ORDER = ['fail', 'warn', 'pass'] as const

export const checkNotice = ({
  alias,
  vm,
  checks,
}: {
  alias: string
  vm: string | null
  checks: readonly Check[]
}): Notice => {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  const verdict =
    count('fail') > 0
      ? `${count('fail')} against it`
      : count('warn') > 0
        ? `possible, with ${count('warn')} warnings`
        : 'possible'
  const title = `${alias}${vm === null ? '' : ` for ${vm}`}`
  return {
    summary: `${title}: ${verdict}`,
    tone: count('fail') > 0 ? 'bad' : 'good',
    parts: [
      { kind: 'title', text: `Check of ${title}` },
      { kind: 'text', runs: [{ strong: verdict.charAt(0).toUpperCase() + verdict.slice(1) }] },
      ...ORDER.flatMap((each) => partsOf(checks.filter((check) => check.verdict === each))),
    ],
  }
}

const partsOf = (checks: readonly Check[]): Part[] =>
  checks.length === 0
    ? []
    : [
        {
          kind: 'text',
          runs: checks.flatMap((check, index) => [
            `${index > 0 ? '\n' : ''}${MARK[check.verdict]} `,
            { strong: check.title },
            `: ${check.reason}${check.fix === undefined ? '' : ` → ${check.fix}`}`,
          ]),
        },
      ]
