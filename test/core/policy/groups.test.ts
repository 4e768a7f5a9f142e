import { describe, expect, it } from '@jest/globals'
import { may } from '../../../src/core/request/permission'
import { withGroups } from '../../../src/core/policy/groups'
import { personOf, rolesOf } from '../../../src/core/policy/policy'
import { aPolicy, JONAS, MAYA, NEVER, PRIYA, slack, teams, TEAM } from './team'

const GROUPS = {
  groups: { ml: { slack: 'S0ML', entra: 'bbbbbbbb-0000-0000-0000-000000000001' }, ops: { slack: 'S0OPS' } },
  roles: { ...TEAM.roles, research: ['maya', 'ml'], oncall: ['ops'] },
}
const SLACK_ALONE = { slackTeam: 'T1', teamsTenant: null }
const STRANGER = 'slack:T1/U0EVA'
const of = (members: { readonly [name: string]: readonly string[] }) => (name: string) =>
  members[name] ?? null

describe('a group of a chat', () => {
  it('gives its roles to the people in it, by whichever account, beside those that are named', () => {
    const policy = withGroups(aPolicy(GROUPS), of({ ml: [slack(JONAS), teams(PRIYA)], ops: [] }))

    expect(['maya', 'jonas', 'priya'].map((person) => rolesOf(policy, person))).toEqual([
      ['research'],
      ['research', 'platform'],
      ['research', 'platform'],
    ])
    expect(policy.unread).toEqual([])
  })

  it('gives nobody a role while its members are not known, and says so', () => {
    const policy = withGroups(aPolicy(GROUPS), of({ ml: [slack(JONAS)] }))

    expect(rolesOf(policy, 'priya')).toEqual(['platform'])
    expect(may(policy, slack(PRIYA), 'pause')).toBe(false)
    expect(policy.unread).toEqual(['ops'])
  })

  it('makes a person of a member who is bound to none where one chat is on, and none where both are', () => {
    const members = of({ ml: [STRANGER, slack(MAYA)], ops: [] })
    const alone = withGroups(aPolicy(GROUPS, SLACK_ALONE), members)
    const both = withGroups(aPolicy(GROUPS), of({ ml: [STRANGER, teams(NEVER)], ops: [] }))

    expect(may(alone, STRANGER, 'assign')).toBe(true)
    expect(personOf(alone, slack(MAYA))).toBe('maya')
    expect(may(both, STRANGER, 'list')).toBe(false)
    expect(may(both, teams(NEVER), 'list')).toBe(false)
  })

  it('lets in no members of a group that no role names', () => {
    const policy = aPolicy({ groups: GROUPS.groups }, SLACK_ALONE)

    expect(may(withGroups(policy, of({ ml: [STRANGER], ops: [] })), STRANGER, 'list')).toBe(false)
  })

  it('voids no approvals when somebody joins it: the revision is of the file', () => {
    const policy = aPolicy(GROUPS)
    const before = withGroups(policy, of({ ml: [], ops: [] })).revision

    expect(withGroups(policy, of({ ml: [slack(JONAS)], ops: [] })).revision).toBe(before)
    expect(aPolicy({ ...GROUPS, groups: { ...GROUPS.groups, ops: { slack: 'S0OTHER' } } }).revision).not.toBe(
      before,
    )
  })
})
