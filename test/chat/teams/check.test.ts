/** What is wrong with Teams, found without posting: at Microsoft's addresses, and at a local cloud. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import nock from 'nock'
import type { ChatCheck } from '../../../src/chat/check'
import { checkTeams } from '../../../src/chat/teams/check'
import type { TeamsConfig } from '../../../src/chat/teams/config'
import { startLocalTeams, type LocalTeams } from '../../../src/playground/teams/local-teams'
import { APP, maya, TENANT } from './people'

const SECRET = 'the value of the client secret'
const MICROSOFT: TeamsConfig = {
  appId: APP,
  tenantId: TENANT,
  cloud: { kind: 'microsoft', appPassword: SECRET },
}
const CHANNEL = '19:gpusgpusgpus@thread.tacv2'
const LOGIN = 'https://login.microsoftonline.com'

const found = (checks: readonly ChatCheck[]) =>
  checks.map(({ what, outcome }) =>
    outcome.ok ? `${what}: ${outcome.value}` : `${what}: ${JSON.stringify(outcome.refusals)}`,
  )

describe('at Microsoft', () => {
  beforeEach(() => {
    if (!nock.isActive()) nock.activate()
    nock.disableNetConnect()
    nock(LOGIN)
      .persist()
      .get(/openid-configuration|discovery\/instance/)
      .reply(200, {
        token_endpoint: `${LOGIN}/${TENANT}/oauth2/v2.0/token`,
        authorization_endpoint: `${LOGIN}/${TENANT}/oauth2/v2.0/authorize`,
        issuer: `${LOGIN}/${TENANT}/v2.0`,
        jwks_uri: `${LOGIN}/${TENANT}/discovery/v2.0/keys`,
      })
  })
  afterEach(() => {
    nock.cleanAll()
    nock.enableNetConnect()
  })
  afterAll(() => nock.restore())

  const token = (status: number, body: object) =>
    nock(LOGIN)
      .persist()
      .post(/oauth2\/v2.0\/token/)
      .reply(status, body)
  const keys = (status = 200) =>
    nock('https://login.botframework.com')
      .get('/v1/.well-known/openidconfiguration')
      .reply(status, { jwks_uri: 'https://login.botframework.com/v1/.well-known/keys' })
      .get('/v1/.well-known/keys')
      .reply(200, { keys: [{ kid: 'one' }] })
  const refuses = (code: string, why: string) =>
    token(401, {
      error: 'invalid_client',
      error_description: `${code}: ${why} Trace ID: 1\r\nTimestamp: now`,
      error_codes: [Number(code.slice(6))],
    })

  const WRONG = [
    ['AADSTS7000215', 'value of a client secret'],
    ['AADSTS7000222', 'has expired'],
    ['AADSTS700016', 'MicrosoftAppId'],
    ['AADSTS90002', 'MicrosoftAppTenantId'],
  ] as const
  it.each(WRONG)('%s is told with what to do, and the secret is not', async (code, advice) => {
    refuses(code, 'Something is wrong.')
    keys()

    const [credentials, ...others] = found(await checkTeams(MICROSOFT, [CHANNEL]))

    expect(credentials).toContain(`${code}: Something is wrong.`)
    expect(credentials).toContain(advice)
    expect(credentials).not.toContain(SECRET)
    expect(others).toEqual(['keys: messages of Teams can be checked'])
  })

  it('keys that are not read are told', async () => {
    token(200, { token_type: 'Bearer', expires_in: 3600, access_token: 'a.b.c' })
    keys(503)

    const [credentials, read] = found(await checkTeams(MICROSOFT, []))

    expect(credentials).toBe('credentials: Microsoft gives the bot a token')
    expect(read).toMatch(/keys: .*answered 503.*login\.botframework\.com/)
  })
})

describe('in a channel', () => {
  let teams: LocalTeams
  beforeEach(async () => {
    teams = await startLocalTeams({
      appId: APP,
      tenantId: TENANT,
      botToken: 'the token of the bot',
      messagesUrl: () => 'http://127.0.0.1:9/',
    })
    teams.people = [maya]
  })
  afterEach(() => teams.close())
  const inChannel = async () => found(await checkTeams(teams.config, [CHANNEL])).at(-1)

  it('in which the bot is all is well, and nothing was posted', async () => {
    expect(await inChannel()).toBe(`channel ${CHANNEL}: the bot is in it`)
    expect(teams.messages).toEqual([])
  })

  it('in which the bot is not the cure is to add the app', async () => {
    teams.fault = () => ({ status: 403, code: 'BotNotInConversationRoster' })

    expect(await inChannel()).toMatch(/cannot post there: BotNotInConversationRoster.*Add the app/)
  })

  it('that could not be asked about nobody knows anything', async () => {
    teams.fault = () => ({ status: 502 })

    expect(await inChannel()).toMatch(/nobody knows/)
  })
})
