import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { slackClient } from '../../../src/chat/slack/config'
import { slackGroup } from '../../../src/chat/slack/groups'
import { fakeApi, type FakeApi } from './fakeSlack'

let api: FakeApi
beforeEach(async () => {
  api = await fakeApi()
})
afterEach(() => api.close())

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const read = () =>
  slackGroup({ teamId: 'T1' }, slackClient({ botToken: 'xoxb-1', apiUrl: api.apiUrl }, silent))('S0ML')

test('the members of a user group are accounts of our workspace', async () => {
  api.answer = () => ({ body: { ok: true, users: ['U0A', 'U0B'] } })

  expect(await read()).toEqual(['slack:T1/U0A', 'slack:T1/U0B'])
  expect(api.calls.map(({ method }) => method)).toEqual(['usergroups.users.list'])
})

test('a missing scope is named with what to do, and is no empty group', async () => {
  api.answer = () => ({ body: { ok: false, error: 'missing_scope' } })

  await expect(read()).rejects.toThrow(/S0ML.*usergroups:read, and reinstall/)
})

test('a group that does not exist is an error', async () => {
  api.answer = () => ({ body: { ok: false, error: 'no_such_subteam' } })

  await expect(read()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('no_such_subteam'),
  })
})
