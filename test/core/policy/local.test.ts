import { expect, test } from '@jest/globals'
import type { Notice, Part, Run } from '../../../src/core/notice/notice'
import { localTo } from '../../../src/core/policy/local'
import { policyFrom, policyOfLists } from '../../../src/core/policy/policy'
import { policyFile } from '../../../src/core/policy/schema'

const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const ENTRA = '11111111-0000-4000-8000-000000000000'
const SLACK = 'slack:T1/U0MAYA'
const TEAMS = `teams:${TENANT}/${ENTRA}`
const JONAS = 'slack:T1/U0JONAS'

const policy = (() => {
  const file = policyFile.parse({
    people: { maya: { slack: 'U0MAYA', teams: ENTRA }, jonas: { slack: 'U0JONAS' } },
    roles: {},
    rules: [],
  })
  const read = policyFrom(file, { slackTeam: 'T1', teamsTenant: TENANT })
  if (!read.ok) throw new Error('the policy is wrong')
  return read.value
})()

const shownIn = (chat: 'slack' | 'teams', ...runs: Run[]): readonly Part[] => {
  const notice: Notice = {
    summary: 'x',
    tone: 'plain',
    parts: [
      { kind: 'text', runs },
      { kind: 'note', runs },
      { kind: 'facts', rows: [{ label: 'By', runs }] },
      { kind: 'code', text: SLACK },
    ],
  }
  return localTo(chat, policy, notice).parts
}
const everywhere = (...runs: Run[]): readonly Part[] => [
  { kind: 'text', runs },
  { kind: 'note', runs },
  { kind: 'facts', rows: [{ label: 'By', runs }] },
  { kind: 'code', text: SLACK },
]

test('a person is shown by the account that they have where it is read', () => {
  expect(shownIn('teams', 'by ', { person: SLACK })).toEqual(
    everywhere('by ', { person: TEAMS, name: 'maya' }),
  )
  expect(shownIn('slack', { person: TEAMS })).toEqual(everywhere({ person: SLACK, name: 'maya' }))
  expect(shownIn('slack', { person: SLACK })).toEqual(everywhere({ person: SLACK, name: 'maya' }))
})

test('a person without an account there keeps the one they have, under their name', () => {
  expect(shownIn('teams', { person: JONAS })).toEqual(everywhere({ person: JONAS, name: 'jonas' }))
})

test('an account that the policy does not know is left as it is', () => {
  expect(shownIn('teams', { person: 'slack:T1/U0NIA' })).toEqual(everywhere({ person: 'slack:T1/U0NIA' }))
})

test('the short form of the policy has no names', () => {
  const lists = policyOfLists({ ask: [SLACK], approve: [], admin: [] })
  const notice: Notice = { summary: 'x', tone: 'plain', parts: [{ kind: 'text', runs: [{ person: SLACK }] }] }

  expect(localTo('slack', lists, notice)).toEqual(notice)
})
