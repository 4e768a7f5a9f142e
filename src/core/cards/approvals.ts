/** Who has approved, who is waited for, and what a request is carried out on. */
import { STATE_WORDS } from '../request/words'
import type { Part, Run } from '../notice/notice'
import { standOf } from '../policy/approval'
import { authorityOf, type Request } from '../request/request'
import { roleWords } from '../text/roles'
import { counted } from '../text/figures'

const wantedBy = ({ needs }: Request): number => needs.reduce((sum, { count }) => sum + count, 0)

/** `waiting for an approver`, `waiting for approvers: 1 of 2`, and any other state as it is. */
export const stateWords = (request: Request): string => {
  if (request.state !== 'pending') return STATE_WORDS[request.state]
  const wanted = wantedBy(request)
  if (wanted <= 1) return STATE_WORDS.pending
  const given = standOf(request).reduce((sum, each) => sum + Math.min(each.given.length, each.need.count), 0)
  return `waiting for approvers: ${given} of ${wanted}`
}

/** While several are waited for: `1 of 2 from platform (rule production): @jonas approved`. */
export const standParts = (request: Request): Part[] => {
  if (wantedBy(request) <= 1) return []
  return standOf(request).map(({ need, given }) => ({
    kind: 'text',
    runs: [
      { strong: `${given.length} of ${need.count}` },
      ` from ${roleWords(need.by)} (rule ${need.rule})`,
      ...given.flatMap(({ by, reason }, index): Run[] => [
        index === 0 ? ': ' : ', ',
        { person: by },
        ` approved${reason === undefined ? '' : `: ${reason}`}`,
      ]),
    ],
  }))
}

/** What it was carried out on, one line for each person; nothing while that is open. */
export const authorityParts = (request: Request): Part[] => {
  const authority = authorityOf(request)
  if (authority === null) return []
  switch (authority.kind) {
    case 'quorum':
      return request.approvals.map(({ by, reason }) => ({
        kind: 'text',
        runs: ['Approved by ', { person: by }, ...(reason === undefined ? [] : [`: ${reason}`])],
      }))
    case 'automatic':
      return [
        { kind: 'text', runs: [`Approved by the policy (${rulesOf(authority.rules)}), without an approver`] },
      ]
    case 'lease-end':
      return [
        { kind: 'text', runs: [`Approved with ${authority.lease}: it ends the lease that this one made`] },
      ]
    case 'break-glass':
      return [
        {
          kind: 'text',
          runs: [
            { strong: 'Broken glass: no approver was asked. ' },
            { person: authority.by },
            `: ${authority.reason}`,
          ],
        },
      ]
  }
}

const rulesOf = (rules: readonly string[]): string => `rule ${rules.join(', ')}`

/** For history and notes: `the approval of 2 people`, `the rule own-release`, `broken glass`. */
export const authorityWords = (request: Request): string => {
  const authority = authorityOf(request)
  if (authority === null) return 'no authority'
  switch (authority.kind) {
    case 'quorum':
      return `the approval of ${counted(request.approvals.length, 'person', 'people')}`
    case 'automatic':
      return `the ${rulesOf(authority.rules)}`
    case 'break-glass':
      return 'broken glass'
    case 'lease-end':
      return `the end of the lease of ${authority.lease}`
  }
}

/** `approved by @jonas, @priya`, for the announcement of a change. */
export const approvedRuns = (request: Request): Run[] =>
  authorityOf(request)?.kind === 'quorum'
    ? [
        'approved by ',
        ...request.approvals.flatMap(({ by }, index): Run[] => [
          ...(index === 0 ? [] : [', ']),
          { person: by },
        ]),
      ]
    : [`on ${authorityWords(request)}`]
