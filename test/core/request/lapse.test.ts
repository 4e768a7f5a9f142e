import { describe, expect, it } from '@jest/globals'
import { goodUntil, lapseOf } from '../../../src/core/request/lapse'
import type { Request } from '../../../src/core/request/request'
import { nextRequest } from '../../../src/core/request/transition'
import { after, pending, STATES } from '../../fakes/requests'
import { aPolicy } from '../policy/team'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const policy = aPolicy()
const { approved } = STATES
const approvedAt = 5

const ended = (why: 'done' | 'expired'): Request => {
  const from = { ...pending, needs: [], ends: { lease: 'R-0', why } }
  const next = nextRequest(from, { kind: 'lease-end', at: approvedAt, lease: 'R-0' })
  if (!next.ok) throw new Error('a lease ends')
  return next.value
}

describe('an approval', () => {
  it('is good for a day where the policy says nothing, counted from the moment at which it was complete', () => {
    expect(goodUntil(policy, approved)).toBe(approvedAt + DAY)
    expect(lapseOf(approved, policy, approvedAt + DAY - 1)).toBeNull()
    expect(lapseOf(approved, policy, approvedAt + DAY)).toBe(
      'Its approval was good for 1d, and it could not begin in that time.',
    )
  })

  it('is good for as long as the policy says now, whatever it said then', () => {
    const strict = aPolicy({ approvalLasts: '2h' })

    expect(goodUntil(strict, approved)).toBe(approvedAt + 2 * HOUR)
    expect(lapseOf(approved, strict, approvedAt + 2 * HOUR)).toContain('good for 2h')
  })

  it('voids nothing by being made shorter or longer', () => {
    expect(aPolicy({ approvalLasts: '2h' }).revision).toBe(policy.revision)
  })

  it('of broken glass or of a rule lapses as any other', () => {
    const byRule = after({ ...pending, needs: [] }, 'automatic')

    for (const each of [after(pending, 'break-glass'), byRule])
      expect(lapseOf(each, policy, approvedAt + DAY)).not.toBeNull()
  })

  it('of a holder who gave it back lapses, and that of a lease that is over does not', () => {
    expect(lapseOf(ended('done'), policy, approvedAt + DAY)).not.toBeNull()
    expect(lapseOf(ended('expired'), policy, approvedAt + 99 * DAY)).toBeNull()
  })

  it.each(Object.values(STATES).filter(({ state }) => state !== 'approved'))(
    'is not looked at in what is $state',
    (each) => {
      expect([goodUntil(policy, each), lapseOf(each, policy, 99 * DAY)]).toEqual([null, null])
    },
  )
})
