import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { teamsChat } from '../../../src/chat/teams/post'
import { isAllowedServiceUrl } from '../../../src/chat/teams/service-url'
import type { Notice } from '../../../src/core/notice/notice'
import type { Chat } from '../../../src/core/ports/chat'
import type { TeamsAddress } from '../../../src/core/ports/address'
import { startLocalTeams, userIdOf, type LocalTeams } from '../../../src/playground/teams/local-teams'
import { accountOf, APP, guest, maya, outsider, team, TENANT } from './people'
import { systemClock } from '../../../src/clock'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

let teams: LocalTeams
let chat: Chat<TeamsAddress>
let here: TeamsAddress

beforeEach(async () => {
  teams = await startLocalTeams({
    appId: APP,
    tenantId: TENANT,
    botToken: 'the token of the bot',
    messagesUrl: () => 'http://127.0.0.1:9/',
  })
  teams.people = [maya, guest, outsider]
  chat = teamsChat(teams.config, { log: silent, clock: systemClock })
  here = { kind: 'channel', chat: 'teams', serviceUrl: serviceUrlOf(teams), conversation: team.id }
})
afterEach(() => teams.close())

const serviceUrlOf = ({ config: { cloud } }: LocalTeams): string =>
  cloud.kind === 'local' ? cloud.serviceUrl : ''
const privately = (user: string): TeamsAddress => ({ ...here, kind: 'private', user })
const notice = (title = 'Waiting'): Notice => ({
  summary: 'A request',
  tone: 'waiting',
  parts: [{ kind: 'title', text: title }],
})

describe('that an answer is coming', () => {
  const at = (conversation: string): TeamsAddress => ({ ...here, conversation })
  const shownAs = (): Promise<string[]> =>
    new Promise((resolve) => {
      const end = teams.onChange(() => {
        end()
        resolve([...teams.typing])
      })
    })

  test.each([
    ['a chat with a person', 'a:1x2y'],
    ['a group chat', '19:abc@thread.v2'],
  ])('is shown in %s until it came', async (_, conversation) => {
    const shown = shownAs()
    chat.typing?.(at(conversation))
    expect(await shown).toEqual([conversation])

    await chat.send(at(conversation), notice(), null)
    expect([...teams.typing]).toEqual([])
  })

  test('is not shown to a channel, for one person, or to a foreign service', async () => {
    chat.typing?.(at('19:gpusgpusgpus@thread.tacv2;messageid=5'))
    chat.typing?.(privately(userIdOf(maya)))
    chat.typing?.({ ...here, serviceUrl: 'http://127.0.0.1:9/' })
    await chat.send(here, notice(), null)

    expect(teams.calls).toEqual([`POST /v3/conversations/${here.conversation}/activities`])
  })

  test('is no matter for anybody where Teams refuses it', async () => {
    teams.fault = () => ({ status: 500 })
    const logged = new Promise<string>((resolve) => {
      const log = { ...silent, warn: (_: object, message: string) => resolve(message) }
      chat = teamsChat(teams.config, { log, clock: systemClock })
    })
    chat.typing?.(at('a:1x2y'))

    expect(await logged).toBe('teams: could not show that the bot is writing')
  })
})

describe('a post', () => {
  test('is a card in the conversation, and is edited in place', async () => {
    const sent = await chat.send(here, notice(), null)
    const edited = await chat.send(here, notice('Done'), sent.kind === 'sent' ? sent.ref : null)

    expect(edited).toEqual(sent)
    expect(teams.messages).toMatchObject([{ conversation: team.id, edits: 1 }])
    expect(JSON.stringify(teams.messages)).toContain('Done')
  })

  const CHANNEL = '19:gpusgpusgpus@thread.tacv2'
  test.each([
    { name: 'a channel', conversation: CHANNEL, thread: `${CHANNEL};messageid=17` },
    { name: 'a thread', conversation: `${CHANNEL};messageid=5`, thread: `${CHANNEL};messageid=5` },
    { name: 'a group chat', conversation: '19:abc@thread.v2', thread: '19:abc@thread.v2' },
    { name: 'a chat with a person', conversation: 'a:1x2y', thread: 'a:1x2y' },
  ])('under another in $name is in its thread where there are threads', async ({ conversation, thread }) => {
    const under = JSON.stringify([conversation, '17'])
    const sent = await chat.send({ ...here, conversation }, notice(), null, under)
    await chat.send({ ...here, conversation }, notice('Done'), sent.kind === 'sent' ? sent.ref : null, under)

    expect(teams.messages).toMatchObject([{ conversation: thread, edits: 1 }])
  })

  test('for one person goes to their chat with the bot, and is edited there', async () => {
    const to = privately(userIdOf(maya))
    const sent = await chat.send(to, notice(), null)
    await chat.send(to, notice('Done'), sent.kind === 'sent' ? sent.ref : null)

    expect(teams.messages).toMatchObject([{ conversation: `a:${maya.objectId}`, edits: 1 }])
  })

  test('for a person whom the bot cannot reach will never arrive', async () => {
    expect(await chat.send(privately('29:nobody'), notice(), null)).toMatchObject({ kind: 'impossible' })
    expect(teams.messages).toEqual([])
  })

  test('whose message is gone can no longer be edited', async () => {
    expect(await chat.send(here, notice(), JSON.stringify([team.id, '1']))).toMatchObject({
      kind: 'impossible',
      code: 'ActivityNotFoundInConversation',
    })
  })

  const faults = [
    {
      status: 429,
      headers: { 'retry-after': '7' },
      post: { kind: 'later', afterMs: 7_000 },
      edit: { kind: 'later', afterMs: 7_000 },
    },
    { status: 429, headers: {}, post: { kind: 'later', afterMs: 30_000 }, edit: { kind: 'later' } },
    { status: 412, headers: {}, post: { kind: 'later' }, edit: { kind: 'later' } },
    { status: 401, headers: {}, post: { kind: 'later' }, edit: { kind: 'later' } },
    { status: 500, headers: {}, post: { kind: 'unknown' }, edit: { kind: 'later' } },
    { status: 502, headers: {}, post: { kind: 'unknown' }, edit: { kind: 'later' } },
    { status: 503, headers: { 'retry-after': '1' }, post: { kind: 'unknown' }, edit: { kind: 'later' } },
    { status: 504, headers: {}, post: { kind: 'unknown' }, edit: { kind: 'later' } },
    { status: 403, headers: {}, post: { kind: 'impossible' }, edit: { kind: 'impossible' } },
    { status: 413, headers: {}, post: { kind: 'impossible' }, edit: { kind: 'impossible' } },
  ]
  test.each(faults)(
    'answered with $status is sent once, and the outbox learns what became of it',
    async (fault) => {
      teams.fault = () => fault

      expect(await chat.send(here, notice(), null)).toMatchObject(fault.post)
      expect(await chat.send(here, notice(), JSON.stringify([team.id, '1']))).toMatchObject(fault.edit)
      expect(teams.calls).toHaveLength(2)
    },
  )

  test('is not led elsewhere by a redirect', async () => {
    teams.fault = (call) =>
      call.includes('elsewhere')
        ? null
        : { status: 307, headers: { location: '/v3/conversations/elsewhere/activities' } }

    expect((await chat.send(here, notice(), null)).kind).not.toBe('sent')
    expect(teams.calls).toHaveLength(1)
  })

  test('when nobody listens is tried again later', async () => {
    await teams.close()

    expect(await chat.send(here, notice(), null)).toMatchObject({ kind: 'later' })
    teams = await startLocalTeams({ appId: APP, tenantId: TENANT, botToken: '', messagesUrl: () => '' })
  })

  test('to a service that is not Microsoft’s never leaves', async () => {
    const elsewhere = { ...here, serviceUrl: serviceUrlOf(teams).replace('127.0.0.1', 'localhost') }

    expect(await chat.send(elsewhere, notice(), null)).toMatchObject({ kind: 'impossible' })
    expect(await chat.identify(accountOf(maya), elsewhere)).toMatchObject({ kind: 'stranger' })
    expect(teams.calls).toEqual([])
  })
})

describe('a service URL of the public cloud', () => {
  const microsoft = { appId: APP, tenantId: TENANT, cloud: { kind: 'microsoft', appPassword: '' } } as const

  test.each(['https://smba.trafficmanager.net/amer/', 'https://smba.infra.gcc.teams.microsoft.com/teams'])(
    '%s is Microsoft’s',
    (url) => expect(isAllowedServiceUrl(microsoft, url)).toBe(true),
  )

  test.each([
    'http://smba.trafficmanager.net/amer/',
    'https://smba.trafficmanager.net.example.com/',
    'https://example.com/smba.trafficmanager.net/',
    'https://smba.trafficmanager.net@example.com/',
    'https://user@smba.trafficmanager.net/',
    'https://smba.trafficmanager.net:8443/',
    'https://other.trafficmanager.net/',
    'https://169.254.169.254/',
    'file:///etc/passwd',
    'nonsense',
    '',
  ])('%s is not', (url) => expect(isAllowedServiceUrl(microsoft, url)).toBe(false))
})

describe('an account', () => {
  test('of our tenant is a member with a name, asked for once', async () => {
    expect(await chat.identify(accountOf(maya), here)).toEqual({ kind: 'member', name: 'Maya' })
    await chat.identify(accountOf(maya), here)

    expect(teams.calls).toEqual([`GET /v3/conversations/${team.id}/members/${maya.objectId}`])
  })

  const strangers = [
    { what: 'a guest', change: { userRole: 'guest' } },
    { what: 'a visitor', change: { userRole: 'anonymous' } },
    { what: 'invited from elsewhere', change: { userPrincipalName: 'm_x.com#EXT#@contoso.com' } },
    { what: 'of another tenant', change: { tenantId: outsider.tenantId } },
    { what: 'without a role', change: { userRole: undefined as unknown as string } },
    { what: 'without a tenant', change: { tenantId: undefined as unknown as string } },
    { what: 'that Teams calls somebody else', change: { objectId: guest.objectId } },
  ]
  test.each(strangers)('$what is a stranger', async ({ change }) => {
    teams.people = [{ ...maya, ...change }]

    expect(await chat.identify(accountOf(maya), here)).toMatchObject({ kind: 'stranger' })
  })

  test('that Teams does not know, or of another tenant or chat, is a stranger', async () => {
    teams.people = []

    expect(await chat.identify(accountOf(maya), here)).toMatchObject({ kind: 'stranger' })
    expect(await chat.identify(accountOf(outsider), here)).toMatchObject({ kind: 'stranger' })
    expect(await chat.identify('slack:T1/U1', here)).toMatchObject({ kind: 'stranger' })
  })

  test('that could not be asked about is asked about again', async () => {
    teams.fault = () => ({ status: 503 })
    await expect(chat.identify(accountOf(maya), here)).rejects.toMatchObject({ code: 'chat' })
    teams.fault = () => null

    expect(await chat.identify(accountOf(maya), here)).toMatchObject({ kind: 'member' })
  })
})
