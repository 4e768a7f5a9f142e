import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { DOOR_LIMITS } from '../../../src/chat/door'
import { answers, teamsMessages } from '../../../src/chat/teams/receive'
import type { Notice } from '../../../src/core/notice/notice'
import type { CameOf, Delivery } from '../../../src/core/ports/delivery'
import { claimsFor, makeKey, signToken } from '../../../src/playground/teams/issuer'
import { startLocalTeams, userIdOf, type LocalTeams } from '../../../src/playground/teams/local-teams'
import { accountOf, alone, APP, ELSEWHERE, group, jonas, maya, outsider, team, TENANT } from './people'
import { issuerKey } from '../../fakes/issuer-key'
import { statusOf } from '../../fakes/knock'
import { systemClock } from '../../../src/clock'

let teams: LocalTeams
let server: Server
let accepted: Delivery[]
let broken: boolean
let came: CameOf | null
let logged: string[]

/** What the SDK writes past the log, of what it thinks of a token. */
const printed: unknown[] = []
const { error: print } = console

beforeAll(async () => {
  Object.assign(console, { error: (...said: unknown[]) => void printed.push(said) })
  teams = await startLocalTeams({
    appId: APP,
    tenantId: TENANT,
    botToken: 'the token of the bot',
    messagesUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`,
    keys: [issuerKey()],
  })
  const note = (what: object, message: string) => void logged.push(`${message} ${JSON.stringify(what)}`)
  const accept = (delivery: Delivery) => {
    if (broken) return Promise.reject(new Error('the disk is full'))
    accepted.push(delivery)
    return Promise.resolve()
  }
  const log = { info: note, warn: note, error: note }
  const acceptPress = (press: Delivery) => accept(press).then(() => came)
  const inbox = { accept, acceptPress }
  server = createServer(
    teamsMessages(teams.config, inbox, { log, clock: systemClock }, () => 'Jonas Berg'),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await teams.close()
  Object.assign(console, { error: print })
})
beforeEach(() => {
  accepted = []
  logged = []
  printed.length = 0
  broken = false
  came = null
})
afterEach(() => expect(printed).toEqual([]))

const serviceUrl = (): string => (teams.config.cloud.kind === 'local' ? teams.config.cloud.serviceUrl : '')
const now = (): number => Math.floor(Date.now() / 1000)
const message = (changes: object = {}): object => ({
  type: 'message',
  id: '1700000000001',
  channelId: 'msteams',
  serviceUrl: serviceUrl(),
  from: { id: userIdOf(maya), name: 'Maya', aadObjectId: maya.objectId },
  recipient: { id: `28:${APP}` },
  conversation: { id: alone.id, conversationType: 'personal', tenantId: TENANT },
  channelData: { tenant: { id: TENANT } },
  text: 'list',
  ...changes,
})
const claims = (changes: object = {}): object => ({ ...claimsFor(APP, serviceUrl()), ...changes })
const token = (changes: object = {}, header: object = {}): string =>
  signToken(teams.key, claims(changes), header)
const approve = { press: { kind: 'decide', verdict: 'approve', requestId: 'R-7', version: 3 } }
const pressed = (changes: object = {}): object =>
  message({
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: '42',
    conversation: { id: team.id, conversationType: 'channel', tenantId: TENANT },
    value: { action: { type: 'Action.Execute', verb: 'gpu.press', data: approve }, trigger: 'manual' },
    ...changes,
  })

describe('a message', () => {
  test('in the personal chat is recorded under the Entra id, and acknowledged', async () => {
    const answer = await teams.say(maya, alone, 'list --free')

    expect(answer.status).toBe(200)
    const here = { kind: 'channel', chat: 'teams', serviceUrl: serviceUrl(), conversation: alone.id }
    expect(accepted).toMatchObject([
      {
        ...{ from: accountOf(maya), channel: here, back: here, said: { kind: 'text', text: 'list --free' } },
        privately: { ...here, kind: 'private', user: userIdOf(maya) },
      },
    ])
  })

  test.each([team, group])('in a $type loses the mention of the bot', async (where) => {
    await teams.say(maya, where, 'assign hv01/gpu0 to vm <a>\u00a0b')

    expect(accepted[0]?.said).toEqual({ kind: 'text', text: 'assign hv01/gpu0 to vm <a> b' })
  })

  test('that mentions somebody else keeps the name, as text', async () => {
    await teams.deliver(
      message({
        text: 'list <at>Jonas</at>',
        entities: [{ type: 'mention', mentioned: { id: userIdOf(jonas) }, text: '<at>Jonas</at>' }],
      }),
    )

    expect(accepted[0]?.said).toEqual({ kind: 'text', text: 'list Jonas' })
  })

  test('in a channel that does not mention the bot is none of its business', async () => {
    const answer = await teams.deliver(
      message({ conversation: { id: team.id, conversationType: 'channel', tenantId: TENANT } }),
    )

    expect(answer.status).toBe(200)
    expect(accepted).toEqual([])
  })

  test('that is delivered again carries the same id, and another one a different id', async () => {
    await teams.deliver(message())
    await teams.deliver(message())
    await teams.deliver(message({ id: '1700000000002' }))

    const [first, second, third] = accepted.map((each) => each.id)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test('that cannot be recorded is not acknowledged', async () => {
    broken = true

    expect((await teams.deliver(message())).status).toBe(500)
  })
})

const channel = team.id.split(';')[0]!

describe('a press', () => {
  test('by Action.Execute is recorded, answered in its exchange, and its answer goes to the presser alone', async () => {
    const answer = await teams.deliver(pressed())

    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
    })
    expect(accepted).toMatchObject([
      {
        from: accountOf(maya),
        back: { kind: 'private', conversation: team.id, user: userIdOf(maya) },
        said: approve.press,
      },
    ])
  })

  const said = async (): Promise<unknown> =>
    Reflect.get((await (await teams.deliver(pressed())).json()) as object, 'value')
  const noticeOf = (...parts: Notice['parts']): Notice => ({
    summary: 'R-7: approved.',
    tone: 'plain',
    parts,
  })

  test('is answered with what came of it, people by their names, and no markup', async () => {
    const runs = ['R-7 was already *approved* by ', { person: accountOf(maya) }, ': [a](https://b) <at>']
    const isRead = new Promise<void>((read) => {
      came = { kind: 'all', notice: noticeOf({ kind: 'text', runs }), read }
    })

    expect(await said()).toBe('R-7 was already approved by Jonas Berg: (a)(https://b) ‹at›')
    await isRead
  })

  test('whose answer is longer says where that is', async () => {
    came = { kind: 'more', summary: 'R-7: the plan' }

    expect(await said()).toBe(`R-7: the plan ${answers.more}`)
  })

  test('whose work takes a while says so', async () => {
    expect(await said()).toBe(answers.slow)
  })

  test.each([
    ['that begins a thread is on the post in the channel', '42', [channel, '42']],
    ['in a thread is on the reply there', '41', [`${channel};messageid=41`, '42']],
  ])('%s', async (_, root, on) => {
    const thread = { id: `${channel};messageid=${root}`, conversationType: 'channel', tenantId: TENANT }

    await teams.deliver(pressed({ conversation: thread, replyToId: '42' }))

    expect(accepted.map((each) => each.on)).toEqual([JSON.stringify(on)])
  })

  test('by Action.Submit is the same', async () => {
    expect((await teams.deliver(message({ text: null, value: approve }))).status).toBe(200)

    expect(accepted[0]?.said).toEqual(approve.press)
  })

  test('that cannot be recorded says so to the presser', async () => {
    broken = true

    expect(JSON.stringify(await (await teams.deliver(pressed())).json())).toContain('nothing was done')
  })

  const foreign: { what: string; value: unknown }[] = [
    { what: 'another verb', value: { action: { verb: 'other', data: approve } } },
    { what: 'no data', value: { action: { verb: 'gpu.press' } } },
    {
      what: 'more than we put in',
      value: { action: { verb: 'gpu.press', data: { press: { ...approve.press, admin: true } } } },
    },
    { what: 'nothing', value: null },
  ]
  test.each(foreign)('with $what does nothing and says so', async ({ value }) => {
    const answer = await teams.deliver(pressed({ value }))

    expect(JSON.stringify(await answer.json())).toContain('not one of mine')
    expect(accepted).toEqual([])
  })
})

describe('a token is refused', () => {
  const other = makeKey('a key that nobody published')
  const forged: { what: string; token: () => string }[] = [
    { what: 'of another issuer', token: () => token({ iss: 'https://sts.windows.net/x/' }) },
    {
      what: 'of the emulator',
      token: () => token({ iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }),
    },
    { what: 'for another bot', token: () => token({ aud: ELSEWHERE }) },
    { what: 'for nobody', token: () => token({ aud: undefined }) },
    { what: 'signed by another key', token: () => signToken({ ...other, kid: teams.key.kid }, claims()) },
    { what: 'signed by an unknown key', token: () => signToken(other, claims()) },
    { what: 'without a signature', token: () => token({}, { alg: 'none' }) },
    { what: 'of another algorithm', token: () => token({}, { alg: 'HS256' }) },
    { what: 'that expired', token: () => token({ exp: now() - 600 }) },
    { what: 'that never expires', token: () => token({ exp: undefined }) },
    { what: 'that is not valid yet', token: () => token({ nbf: now() + 600 }) },
    {
      what: 'for another service',
      token: () => token({ serviceurl: 'https://smba.trafficmanager.net/amer/' }),
    },
    { what: 'that names no service', token: () => token({ serviceurl: undefined }) },
    { what: 'that is none', token: () => 'junk' },
    { what: 'whose parts are none', token: () => 'a.b.c' },
  ]
  test.each(forged)('$what', async ({ token: made }) => {
    const answer = await teams.deliver(message(), made())

    expect(answer.status).toBe(401)
    expect(await answer.text()).toBe('')
    expect(accepted).toEqual([])
    expect(logged).toHaveLength(1)
    expect(logged[0]).not.toMatch(/[\w-]{20,}\.[\w-]{20,}|\n|PUBLIC KEY/)
  })

  test('whose key is endorsed for another channel', async () => {
    const key = makeKey('for web chat', ['webchat'])
    const elsewhere = await startLocalTeams({
      appId: APP,
      tenantId: TENANT,
      botToken: 'x',
      messagesUrl: () => '',
      keys: [key],
    })
    const url = elsewhere.config.cloud.kind === 'local' ? elsewhere.config.cloud.serviceUrl : ''
    const mustNotArrive = () => Promise.reject(new Error('must not arrive'))
    const door = createServer(
      teamsMessages(
        elsewhere.config,
        { accept: mustNotArrive, acceptPress: mustNotArrive },
        { log: { info: () => undefined, warn: () => undefined, error: () => undefined }, clock: systemClock },
      ),
    ).listen(0, '127.0.0.1')
    await once(door, 'listening')
    try {
      const answer = await fetch(`http://127.0.0.1:${(door.address() as AddressInfo).port}/api/messages`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${signToken(key, claimsFor(APP, url))}`,
        },
        body: JSON.stringify(message({ serviceUrl: url })),
      })

      expect(answer.status).toBe(401)
    } finally {
      door.closeAllConnections()
      door.close()
      await elsewhere.close()
    }
  })
})

describe('an activity is refused', () => {
  const strangers: { what: string; status: number; changes: () => object }[] = [
    {
      what: 'of another tenant',
      status: 403,
      changes: () => ({ channelData: { tenant: { id: ELSEWHERE } } }),
    },
    {
      what: 'that names two tenants',
      status: 403,
      changes: () => ({ conversation: { id: alone.id, conversationType: 'personal', tenantId: ELSEWHERE } }),
    },
    {
      what: 'without a tenant',
      status: 403,
      changes: () => ({ channelData: {}, conversation: { id: alone.id, conversationType: 'personal' } }),
    },
    { what: 'of another channel', status: 401, changes: () => ({ channelId: 'emulator' }) },
    { what: 'without a service URL', status: 401, changes: () => ({ serviceUrl: undefined }) },
    {
      what: 'with another service URL',
      status: 401,
      changes: () => ({ serviceUrl: 'http://169.254.169.254/' }),
    },
    { what: 'without a sender', status: 400, changes: () => ({ from: undefined }) },
  ]
  test.each(strangers)('$what', async ({ status, changes }) => {
    expect((await teams.deliver(message(changes()))).status).toBe(status)

    expect(accepted).toEqual([])
    expect(logged.join()).toContain('refused')
  })

  test('from a person of another tenant', async () => {
    expect((await teams.say(outsider, alone, 'list')).status).toBe(403)
  })

  test('whose service URL is not Microsoft’s, even when its token says the same', async () => {
    const url = 'http://169.254.169.254/'

    const answer = await teams.deliver(message({ serviceUrl: url }), token({ serviceurl: url }))

    expect(answer.status).toBe(403)
    expect(accepted).toEqual([])
  })
})

describe('before a byte of the body is sent, a request', () => {
  const refusals: { what: string; status: number; changes: () => Record<string, string | number> }[] = [
    {
      what: 'that is too long',
      status: 413,
      changes: () => ({ 'content-length': DOOR_LIMITS.bodyBytes + 1 }),
    },
    { what: 'without a token', status: 401, changes: () => ({ authorization: '' }) },
    { what: 'whose token is none', status: 401, changes: () => ({ authorization: 'Bearer junk' }) },
    {
      what: 'with a token of another issuer',
      status: 401,
      changes: () => ({ authorization: `Bearer ${token({ iss: 'https://elsewhere.example/' })}` }),
    },
    { what: 'of another type', status: 415, changes: () => ({ 'content-type': 'text/plain' }) },
  ]
  test.each(refusals)('$what is refused with $status', async ({ status, changes }) => {
    const headers = {
      ...{ 'content-type': 'application/json', authorization: `Bearer ${token()}` },
      ...{ 'content-length': 100_000, ...changes() },
    }

    const { port } = server.address() as AddressInfo
    expect(await statusOf(port, { path: '/api/messages', headers })).toBe(status)
  })
})

test('a body that is too long, no JSON, or not posted is refused', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token()}` }
  const status = async (init: RequestInit) => (await fetch(url, { headers, method: 'POST', ...init })).status

  expect(await status({ body: 'x'.repeat(1024 * 1024 + 1) })).toBe(413)
  expect(await status({ body: '{' })).toBe(400)
  expect(await status({ body: 'null' })).toBe(400)
  expect(await status({ method: 'GET' })).toBe(405)
  expect(await status({ body: '{}', headers: { ...headers, 'content-type': 'text/plain' } })).toBe(415)
  expect(await status({ body: '{}', headers: { 'content-type': 'application/json' } })).toBe(401)
})
