import { describe, expect, it } from '@jest/globals'
import Ajv from 'ajv/dist/2020'
import { readFileSync } from 'node:fs'
import { policyFrom } from '../../../src/core/policy/policy'
import { policyFile, policyJsonSchema } from '../../../src/core/policy/schema'
import { CHATS, TEAM } from './team'

const errorsOf = (value: unknown): string[] =>
  policyFile.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('the policy as it is written', () => {
  it('is people, roles and rules, or lists of Slack ids', () => {
    expect(errorsOf(TEAM)).toEqual([])
    expect(errorsOf({ ask: ['U012ABC'] })).toEqual([])
  })

  it('has every error listed at once, names that mean nothing beside what is misspelt', () => {
    const wrong = {
      people: { maya: { slack: 'maya' }, jonas: {}, eva: { slack: 'U0EVA' }, eve: { slack: 'U0EVA' } },
      roles: { platform: ['jonas', 'jona'] },
      administer: ['admins'],
      breakGlass: ['oncall'],
      rules: [
        { name: 'a', ask: ['research'], approve: { by: ['platform'], count: 3 } },
        { name: 'a', ask: ['platform'], approve: 'auto' },
        { name: 'b', ask: ['platform'], classes: ['gaming'], approve: { by: ['leads'] } },
      ],
    }

    expect(errorsOf(wrong)).toEqual([
      'people.maya.slack: a Slack user id looks like U012ABCDEF (profile, More, Copy member ID)',
      'people.jonas: needs an account: slack, teams, or both',
      'rules.1.approve: is `automatic`, or `by` with one role at least and `count` with how many people (1 to 20)',
      'administer: there is no role admins',
      'breakGlass: there is no role oncall',
      'rules.0.ask: there is no role research',
      'rules.0.approve.count: needs 3 approvers, and only 2 people have these roles',
      'rules.2.classes: there is no class gaming',
      'rules.2.approve.by: there is no role leads',
    ])
  })

  it('has groups with the ids of their directories, and no name stands for a group and a person', () => {
    const groups = {
      ml: { slack: 'ml-team' },
      ops: {},
      jonas: { entra: 'aaaaaaaa-0000-0000-0000-000000000001' },
    }

    expect(errorsOf({ ...TEAM, groups })).toEqual([
      'groups.ml.slack: a Slack user group has an id such as S012ABCDEF',
      'groups.ops: needs an id: slack, entra, or both',
    ])
    expect(errorsOf({ ...TEAM, groups: { jonas: groups.jonas } })).toEqual([
      'groups.jonas: is the name of a person too',
    ])
    expect(
      errorsOf({ ...TEAM, groups: { ml: { slack: 'S0ML' } }, roles: { ...TEAM.roles, platform: ['ml'] } }),
    ).toEqual([])
  })

  it('has freezes and quiet hours with real dates, real times and a real time zone', () => {
    const calendar = {
      timeZone: 'Berlin',
      freezes: [
        { name: 'a', from: '2026-02-30 08:00', until: '2026-03-01 08:00' },
        { name: 'b', from: '2026-03-01 08:00', until: '2026-03-01 08:00' },
        { name: 'c', from: '2026-03-01 08:00', until: '2026-03-02 08:00', classes: ['gaming'] },
      ],
      quietHours: [{ name: 'd', days: ['monday'], from: '24:00', until: '7:00' }],
    }

    expect(errorsOf({ ...TEAM, ...calendar })).toEqual([
      'timeZone: is no time zone such as Europe/Berlin',
      'freezes.0.from: is no date and time such as 2026-12-20 08:00',
      'freezes.1.until: is not after from',
      'quietHours.0.days.0: Invalid option: expected one of "sun"|"mon"|"tue"|"wed"|"thu"|"fri"|"sat"',
      'quietHours.0.from: is no time such as 22:00',
      'quietHours.0.until: is no time such as 22:00',
    ])
    expect(errorsOf({ ...TEAM, freezes: [calendar.freezes[2]] })).toEqual([
      'freezes.0.classes: there is no class gaming',
    ])
  })

  it('lets nobody have the account of another, and no rule the name of another', () => {
    const people = { eva: { slack: 'U0EVA' }, eve: { slack: 'U0EVA' }, ...TEAM.people }

    expect(errorsOf({ ...TEAM, people, rules: [TEAM.rules[1], TEAM.rules[1]] })).toEqual([
      'rules.1.name: production is the name of an earlier rule too',
      'people.eve.slack: is the account of eva already',
    ])
  })

  it('is not taken in its short form where both chats are on, since that says of nobody who they are on the other', () => {
    const short = policyFile.parse({ ask: ['U012ABC'] })

    expect(policyFrom(short, CHATS).ok).toBe(false)
    expect(policyFrom(short, { ...CHATS, teamsTenant: null }).ok).toBe(true)
  })

  it('takes ids of Entra in its short form for Teams alone, and none of a chat that is off', () => {
    const id = '1B4E28BA-2FA1-4D2E-883F-B9A761BDE3FB'
    const alone = { ...CHATS, slackTeam: null }

    const policy = policyFrom(policyFile.parse({ ask: [id] }), alone)
    const mixed = policyFrom(policyFile.parse({ ask: [id], approve: ['U012ABC'] }), alone)

    expect(policy.ok && [...policy.value.people.keys()]).toEqual([
      `teams:${CHATS.teamsTenant.toLowerCase()}/${id.toLowerCase()}`,
    ])
    expect(mixed.ok ? [] : mixed.refusals.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('U012ABC'),
    ])
  })

  it('has a schema for editors, and the published one is current', () => {
    const published = JSON.parse(readFileSync('manifests/policy.schema.json', 'utf8')) as object
    const valid = new Ajv({ strict: false, validateFormats: false }).compile(published)

    expect(published).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())))
    expect([valid({ policy: TEAM, hosts: [] }), valid({ policy: { ask: ['maya'] } })]).toEqual([true, false])
  })
})
