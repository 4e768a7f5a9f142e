import { describe, expect, it } from '@jest/globals'
import type { CommandKind } from '../../src/core/command'
import { may, refuseCommand, refuseDecision, revisionOf, rolesOf, type Policy } from '../../src/core/policy'
import { REQUESTER, aRequest } from '../store/rows'

const [APPROVER, ADMIN, STRANGER] = ['slack:T1/U2', 'slack:T1/U3', 'slack:T1/U9']
const policy: Policy = {
  ask: new Set([REQUESTER]),
  approve: new Set([REQUESTER, APPROVER]),
  admin: new Set([ADMIN]),
}
const READING: CommandKind[] = ['list', 'show', 'check', 'smi', 'requests', 'history', 'help', 'whoami']
const request = aRequest('R-1')

describe('the policy', () => {
  it('lets nobody do anything who is on no list, and says what to do', () => {
    for (const kind of [...READING, 'assign', 'approve', 'cancel', 'pause'] as CommandKind[])
      expect(refuseCommand(policy, STRANGER, kind)).toMatchObject({
        code: 'not-allowed',
        reason: 'you are on no list of the policy',
      })
    expect(refuseCommand(policy, STRANGER, 'list')?.next).toContain('whoami')
  })

  it.each([
    [REQUESTER, [...READING, 'assign', 'move', 'release', 'cancel', 'approve', 'deny'], ['pause', 'resolve']],
    [APPROVER, [...READING, 'cancel', 'approve', 'deny'], ['assign', 'move', 'release', 'pause', 'resume']],
    [ADMIN, [...READING, 'cancel', 'pause', 'resume', 'resolve'], ['assign', 'release', 'approve', 'deny']],
  ] as const)('lets %s give the commands of their roles and no other', (account, allowed, forbidden) => {
    expect(allowed.filter((kind) => !may(policy, account, kind))).toEqual([])
    expect(forbidden.filter((kind) => may(policy, account, kind))).toEqual([])
  })

  it('names all roles of an account', () => {
    expect([rolesOf(policy, REQUESTER), rolesOf(policy, STRANGER)]).toEqual([['ask', 'approve'], []])
  })

  it.each([
    [APPROVER, 'approve', null],
    [APPROVER, 'deny', null],
    [APPROVER, 'cancel', 'only the person who asked, or an administrator, may cancel this'],
    [REQUESTER, 'approve', 'nobody may approve their own request'],
    [REQUESTER, 'deny', null],
    [REQUESTER, 'cancel', null],
    [ADMIN, 'approve', 'the policy does not let you approve requests'],
    [ADMIN, 'cancel', null],
    [STRANGER, 'approve', 'the policy does not let you approve requests'],
    [STRANGER, 'deny', 'the policy does not let you deny requests'],
    [STRANGER, 'cancel', 'only the person who asked, or an administrator, may cancel this'],
  ] as const)('answers %s, who wants to %s a request', (by, verdict, reason) => {
    expect(refuseDecision(policy, request, { by, verdict })?.reason ?? null).toBe(reason)
  })

  it('has a revision that changes with every list and not with their order', () => {
    const grown = new Set([...policy.approve, STRANGER])
    const revisions = [
      policy,
      { ...policy, ask: grown },
      { ...policy, approve: grown },
      { ...policy, admin: grown },
    ].map(revisionOf)

    expect(new Set(revisions).size).toBe(revisions.length)
    expect(revisionOf({ ...policy, approve: new Set([...policy.approve].reverse()) })).toBe(revisions[0])
  })
})
