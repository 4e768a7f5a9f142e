import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { identifyBot } from '../../../src/chat/slack/identify'
import { SlackDown } from '../../../src/chat/slack/patience'
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
  answer('app_mentions:read,chat:write,commands,im:history,users:read')

  expect(await identify()).toEqual({
    identity: { teamId: 'T1', botId: 'B1', botUserId: 'UBOT', teamName: 'Acme' },
    lacks: [],
  })
  expect(api.calls.map((call) => call.method)).toEqual(['auth.test'])
})

test('a missing scope stops the start and is named', async () => {
  answer('chat:write,commands')

  await expect(identify()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('users:read'),
  })
})

test('an app that was made before works, and what it cannot hear is named', async () => {
  answer('chat:write,commands,users:read')

  expect(await identify()).toMatchObject({ lacks: ['app_mentions:read', 'im:history'] })
})

test('where Slack does not say which scopes there are, none is known to be missing', async () => {
  answer(null)

  expect(await identify()).toMatchObject({ lacks: [] })
})

test.each([
  ['of an organisation', { is_enterprise_install: true, enterprise_id: 'E1', team_id: 'T1' }],
  ['of an organisation alone', { is_enterprise_install: true, enterprise_id: 'E1', team_id: undefined }],
])('a token %s stops the start and says where to install the app', async (_, changes) => {
  answer(null, { ...me, ...changes })

  await expect(identify()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringMatching(/organisation-wide.*org_deploy_enabled false.*manifests\/slack\.json/),
  })
})

test.each<[string, object]>([
  ['will expire', { ...me, expires_in: 43_200 }],
  ['has expired', { ok: false, error: 'token_expired' }],
])('a token that %s stops the start and says to switch rotation off', async (_, body) => {
  answer(null, body)

  await expect(identify()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringMatching(/token rotation is on.*manifests\/slack\.json/),
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

const outages: readonly [string, Answer, number][] = [
  ['503', { status: 503 }, 0],
  ['503 with Retry-After', { status: 503, headers: { 'retry-after': '30' } }, 30_000],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
  ['a broken connection', { broken: true }, 0],
  ['an error of Slack’s own', { body: { ok: false, error: 'internal_error' } }, 0],
  ['a workspace that is being moved', { body: { ok: false, error: 'org_login_required' } }, 0],
]
test.each(outages)('%s says nothing about the token, and the address is named', async (_, down, afterMs) => {
  api.answer = () => down

  const error = await identify().catch((thrown: unknown) => thrown)

  expect(error).toBeInstanceOf(SlackDown)
  expect(error).toMatchObject({ code: 'chat', afterMs, message: expect.stringContaining(api.apiUrl) })
})

const revoked = ['invalid_auth', 'account_inactive', 'token_revoked', 'not_authed', 'token_expired']
test.each([...revoked, 'missing_scope', 'not_allowed_token_type'])(
  '%s says that the token is wrong',
  async (code) => {
    answer(null, { ok: false, error: code })

    const error = await identify().catch((thrown: unknown) => thrown)

    expect(error).not.toBeInstanceOf(SlackDown)
    expect(error).toMatchObject({ code: 'chat', message: expect.stringContaining(code) })
  },
)
