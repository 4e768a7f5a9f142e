import { describe, expect, it } from '@jest/globals'
import type { CommandKind } from '../../../src/core/command/command'
import {
  capabilitiesOf,
  may,
  refuseBreakGlass,
  refuseCommand,
  refuseDecision,
  refuseRetry,
  refuseUndo,
} from '../../../src/core/request/permission'
import { policyOfLists, type Policy } from '../../../src/core/policy/policy'
import { REQUESTER, aRequest } from '../../store/rows'
import { CHATS, JONAS, MAYA, NEVER, PRIYA, TEAM, aPolicy, slack, teams } from '../policy/team'

const [APPROVER, ADMIN, STRANGER] = ['slack:T1/U2', 'slack:T1/U3', 'slack:T1/U9']
const lists = { ask: [REQUESTER], approve: [REQUESTER, APPROVER], admin: [ADMIN] }
const policy: Policy = policyOfLists(lists)
const READING: CommandKind[] = [
  'list',
  'show',
  'check',
  'smi',
  'requests',
  'history',
  'why',
  'help',
  'whoami',
]
const request = aRequest('R-1')

describe('the short form of the policy', () => {
  it('lets nobody do anything who is on no list, and says what to do', () => {
    for (const kind of [...READING, 'assign', 'approve', 'cancel', 'pause'] as CommandKind[])
      expect(refuseCommand(policy, STRANGER, kind)).toMatchObject({
        code: 'not-allowed',
        reason: 'you are on no list of the policy',
      })
    expect(refuseCommand(policy, STRANGER, 'list')?.next).toContain('whoami')
  })

  it.each([
    [
      REQUESTER,
      [...READING, 'assign', 'move', 'release', 'cancel', 'approve', 'deny'],
      ['pause', 'resolve', 'accept', 'forget'],
    ],
    [APPROVER, [...READING, 'cancel', 'approve', 'deny'], ['assign', 'move', 'release', 'pause', 'resume']],
    [
      ADMIN,
      [...READING, 'cancel', 'pause', 'resume', 'resolve', 'forget', 'reload'],
      ['assign', 'release', 'approve', 'deny'],
    ],
  ] as const)('lets %s give the commands of their roles and no other', (account, allowed, forbidden) => {
    expect(allowed.filter((kind) => !may(policy, account, kind))).toEqual([])
    expect(forbidden.filter((kind) => may(policy, account, kind))).toEqual([])
  })

  it('says to whoever is on a list what more it takes, and nothing against what they may', () => {
    expect(refuseCommand(policy, APPROVER, 'assign')?.reason).toBe('the policy does not let you assign')
    expect(refuseCommand(policy, APPROVER, 'pause')?.next).toContain('administrator')
    expect(refuseCommand(policy, APPROVER, 'approve')).toBeNull()
  })

  it('names all roles of an account', () => {
    expect([capabilitiesOf(policy, REQUESTER), capabilitiesOf(policy, STRANGER)]).toEqual([
      ['ask', 'approve'],
      [],
    ])
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
    const grown = [...lists.approve, STRANGER]
    const revisions = [
      lists,
      { ...lists, ask: grown },
      { ...lists, approve: grown },
      { ...lists, admin: grown },
    ].map((each) => policyOfLists(each).revision)

    expect(new Set(revisions).size).toBe(revisions.length)
    expect(policyOfLists({ ...lists, approve: lists.approve.toReversed() }).revision).toBe(revisions[0])
  })
})

describe('a policy of people', () => {
  const needs = [{ rule: 'production', by: ['platform'], count: 2 }]
  const asked = { by: slack(MAYA), person: 'maya', at: 1 }
  const open = { ...request, needs, asked }
  const team = aPolicy()

  it('knows a person by each account, and nobody by an account that is not bound', () => {
    expect([slack(JONAS), teams(NEVER)].map((by) => may(team, by, 'approve'))).toEqual([true, false])
    expect(may(team, teams(PRIYA), 'approve')).toBe(true)
    expect(refuseCommand(team, teams(NEVER), 'list')).toMatchObject({ code: 'not-allowed' })
  })

  it.each([
    ['from the account that asked', slack(MAYA)],
    ['from the account on the other chat', teams(MAYA)],
  ])('lets nobody approve their own request %s', (_, by) => {
    const everyone = aPolicy({
      roles: { research: ['maya'], platform: ['maya', 'jonas', 'priya'], oncall: [] },
    })

    expect(refuseDecision(everyone, open, { by, verdict: 'approve' })?.reason).toBe(
      'nobody may approve their own request',
    )
  })

  it('holds a request against whoever asked, also where the account was bound to them only later', () => {
    const everyone = aPolicy({
      roles: { research: ['maya'], platform: ['maya', 'jonas', 'priya'], oncall: [] },
    })
    const before = { ...open, asked: { by: slack(MAYA), person: slack(MAYA), at: 1 } }

    expect(refuseDecision(everyone, before, { by: teams(MAYA), verdict: 'approve' })).not.toBeNull()
  })

  it('counts a person once, whatever account they press with, and lets them still deny', () => {
    const once = { ...open, approvals: [{ by: slack(PRIYA), person: 'priya', roles: ['platform'], at: 2 }] }
    const again = { by: teams(PRIYA), verdict: 'approve' } as const

    expect(refuseDecision(team, once, again)?.reason).toContain('each person counts once')
    expect(refuseDecision(team, once, { ...again, verdict: 'deny' })).toBeNull()
  })

  it('lets only the roles decide that the rule of the request names', () => {
    const elsewhere = { ...open, needs: [{ rule: 'lab', by: ['oncall'], count: 1 }] }

    expect(refuseDecision(team, elsewhere, { by: slack(JONAS), verdict: 'deny' })?.reason).toBe(
      'R-1 is decided by oncall, and you are not among them',
    )
  })

  it('lets the named roles break the glass, and only with a reason', () => {
    expect(refuseBreakGlass(team, 'maya', 'the cluster is down')).not.toBeNull()
    expect(refuseBreakGlass(team, 'priya', undefined)?.reason).toBe('breaking the glass needs a reason')
    expect(refuseBreakGlass(team, 'priya', 'the cluster is down')).toBeNull()
  })

  it('lets ask whom any of its rules lets ask', () => {
    const lab = { name: 'lab', hosts: ['lab*'], ask: ['oncall'], approve: { by: ['platform'] } }
    const wider = aPolicy({ rules: [lab, ...TEAM.rules] })

    expect(capabilitiesOf(wider, 'maya')).toContain('ask')
    expect(capabilitiesOf(wider, 'priya')).toContain('ask')
  })

  const everyone = aPolicy({
    roles: { research: ['maya'], platform: ['maya', 'jonas', 'priya'], oncall: [] },
  })
  const refusedTo = (by: string, changes: Partial<typeof open>) =>
    refuseDecision(everyone, { ...open, ...changes }, { by, verdict: 'approve' })?.reason

  it.each([
    ['by the account', { account: slack(MAYA), person: slack(MAYA) }],
    ['by another account of theirs', { account: teams(MAYA), person: teams(MAYA) }],
    ['by their name', { account: teams(NEVER), person: 'maya' }],
  ])('lets nobody approve what they would hold themselves, known %s', (_, holder) => {
    const byOther = { asked: { by: slack(JONAS), person: 'jonas', at: 1 }, holder }

    expect(refusedTo(slack(MAYA), byOther)).toBe('nobody may approve what they would hold themselves')
    expect(refusedTo(slack(PRIYA), byOther)).toBeUndefined()
  })

  it.each([
    ['the account', { by: slack(MAYA), person: 'somebody' }],
    ['the person of then', { by: teams(NEVER), person: 'maya' }],
    ['the person whose account it is now', { by: teams(MAYA), person: teams(MAYA) }],
  ])('takes a request for their own by %s, and for nobody else', (_, said) => {
    const asked = { ...said, at: 1 }

    expect(refusedTo(slack(MAYA), { asked })).toBe('nobody may approve their own request')
    expect(refusedTo(slack(JONAS), { asked })).toBeUndefined()
    expect(refuseRetry(everyone, { ...open, asked }, slack(MAYA))).toBeNull()
    expect(refuseRetry(everyone, { ...open, asked }, slack(JONAS))).not.toBeNull()
  })

  it('lets an account that nobody has take no request for its own', () => {
    expect(
      refuseRetry(everyone, { ...open, asked: { by: slack(MAYA), person: 'x', at: 1 } }, teams(NEVER)),
    ).not.toBeNull()
  })

  it('lets whoever gave it back stop that, and only an administrator what the end of a lease began', () => {
    const ending = (why: 'done' | 'expired') => ({ ...open, ends: { lease: 'R-0', why } })
    const cancel = (by: string, why: 'done' | 'expired') =>
      refuseDecision(team, ending(why), { by, verdict: 'cancel' })

    expect(cancel(slack(MAYA), 'done')).toBeNull()
    expect(cancel(slack(MAYA), 'expired')).not.toBeNull()
    expect(cancel(slack(PRIYA), 'expired')).toBeNull()
  })

  it('lets administrators alone have an undo tried again', () => {
    expect([slack(MAYA), slack(JONAS), slack(PRIYA)].map((by) => refuseUndo(team, by) === null)).toEqual([
      false,
      false,
      true,
    ])
  })

  it('has no accounts of a chat that is off', () => {
    expect(may(aPolicy({}, { ...CHATS, teamsTenant: null }), teams(PRIYA), 'list')).toBe(false)
  })
})
