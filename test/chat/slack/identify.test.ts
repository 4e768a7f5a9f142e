import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { identifyBot } from '../../../src/chat/slack/identify'
import { fakeApi, type Answer, type FakeApi } from './fakeSlack'

let api: FakeApi
beforeEach(async () => {
  api = await fakeApi()
})
afterEach(() => api.close())

const identify = () => identifyBot({ botToken: 'xoxb-1', apiUrl: api.apiUrl })
const me = { ok: true, team_id: 'T1', bot_id: 'B1', user_id: 'UBOT', team: 'Acme' }
const answer = (scopes: string | null, body: object = me): void => {
  const headers: Record<string, string> = scopes === null ? {} : { 'x-oauth-scopes': scopes }
  api.answer = (): Answer => ({ headers, body })
}

test('the bot learns who it is with one call', async () => {
  answer('chat:write,commands,users:read')

  expect(await identify()).toEqual({ teamId: 'T1', botId: 'B1', botUserId: 'UBOT', teamName: 'Acme' })
  expect(api.calls.map((call) => call.method)).toEqual(['auth.test'])
})

test('a missing scope stops the start and is named', async () => {
  answer('chat:write,commands')

  await expect(identify()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('users:read'),
  })
})

test('a wrong token stops the start and says which to use', async () => {
  answer(null, { ok: false, error: 'invalid_auth' })

  await expect(identify()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('Bot User OAuth Token'),
  })
})

test('a person’s token stops the start', async () => {
  answer(null, { ...me, bot_id: undefined })

  await expect(identify()).rejects.toThrow('not a bot’s token')
})

test('an address that does not answer stops the start and is named', async () => {
  api.answer = () => ({ broken: true })

  await expect(identify()).rejects.toThrow(api.apiUrl)
})
