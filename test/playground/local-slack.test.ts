import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Block,
  BOT,
  type LocalSlack,
  type LocalSlackOptions,
  startLocalSlack,
} from '../../src/playground/slack/local-slack'

const TOKEN = 'xoxb-test'
const SECRET = 'signing-secret-for-tests'
const CHANNEL = 'C0GPU'

interface Received {
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
  readonly form: URLSearchParams
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A bot that answers each payload with the given body, and keeps what it received. */
const startBot = async (answer: { status?: number; body?: string } = {}) => {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    let raw = ''
    request.on('data', (chunk: Buffer) => (raw += chunk.toString()))
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        raw,
        form: new URLSearchParams(raw),
      })
      response.writeHead(answer.status ?? 200).end(answer.body ?? '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` }
}

const start = async (more: Partial<LocalSlackOptions> = {}): Promise<LocalSlack> => {
  const slack = await startLocalSlack({
    ackMs: null,
    signingSecret: SECRET,
    botToken: TOKEN,
    eventsUrl: () => 'http://127.0.0.1:9/none',
    ...more,
  })
  closers.push(() => slack.close())
  return slack
}

interface Answer {
  readonly ok: boolean
  readonly error?: string
  readonly ts: string
  readonly errors?: string[]
}

const call = async (slack: LocalSlack, method: string, args: object, token = TOKEN) => {
  const response = await fetch(slack.apiUrl + method, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
}
const post = (slack: LocalSlack, more: object = {}) =>
  call(slack, 'chat.postMessage', { channel: CHANNEL, text: 'hello', ...more })

const reply = async (url: string, body: object) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

const button = (more: object = {}) => ({
  type: 'button',
  action_id: 'go',
  text: { type: 'plain_text', text: 'Go' },
  value: 'v',
  ...more,
})
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const preformatted = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
})

describe('the Web API', () => {
  it('knows the bot by its token and tells its scopes', async () => {
    const slack = await start()

    const { body, headers } = await call(slack, 'auth.test', {})

    expect(body).toMatchObject({ ok: true, team_id: slack.team.id, user_id: BOT.id, bot_id: BOT.botId })
    expect(headers.get('x-oauth-scopes')).toBe('app_mentions:read,chat:write,commands,im:history,users:read')
  })

  it('refuses another token, a missing one, and methods it does not have', async () => {
    const slack = await start()

    const wrong = await call(slack, 'auth.test', {}, 'xoxb-other')
    const none = (await (await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' })).json()) as Answer
    const unknown = await call(slack, 'chat.burn', {})
    const inherited = await call(slack, 'constructor', {})
    const ungranted = await call(slack, 'conversations.history', { channel: CHANNEL })

    expect([
      wrong.body.error,
      none.error,
      unknown.body.error,
      inherited.body.error,
      ungranted.body.error,
    ]).toEqual(['invalid_auth', 'not_authed', 'unknown_method', 'unknown_method', 'missing_scope'])
  })

  it('posts with unique, increasing timestamps even when the clock stands still', async () => {
    const slack = await start({ clock: () => 1_700_000_000_000 })

    const first = await post(slack)
    const second = await post(slack)

    expect(first.body.ts).toBe('1700000000.000000')
    expect(second.body.ts).toBe('1700000000.000001')
  })

  it('takes a form whose blocks are a JSON string, as the official client sends it', async () => {
    const slack = await start()
    const form = new URLSearchParams({
      channel: CHANNEL,
      text: 't',
      blocks: JSON.stringify([section('*hi*')]),
    })

    await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: form,
    })

    expect(slack.messages(CHANNEL)[0]?.blocks[0]).toMatchObject(section('*hi*'))
  })

  it('edits a message, and text without blocks removes the blocks', async () => {
    const slack = await start()
    const { ts } = (await post(slack, { blocks: [section('before')] })).body

    await call(slack, 'chat.update', { channel: CHANNEL, ts, text: 'after' })

    expect(slack.messages(CHANNEL)).toMatchObject([
      { ts, text: 'after', blocks: [], edited: { user: BOT.id } },
    ])
  })

  it('refuses to edit what is not there, what is somebody else’s, and what only one person sees', async () => {
    const slack = await start()
    await slack.say('U0MAYA', CHANNEL, 'good morning')
    await call(slack, 'chat.postEphemeral', { channel: CHANNEL, user: 'U0MAYA', text: 'psst' })
    const [said, whispered] = slack.messages(CHANNEL)
    const edit = (ts: string) => call(slack, 'chat.update', { channel: CHANNEL, ts, text: 'x' })

    const answers = [await edit('1.000000'), await edit(said!.ts), await edit(whispered!.ts)]

    expect(answers.map(({ body }) => body.error)).toEqual([
      'message_not_found',
      'cant_update_message',
      'message_not_found',
    ])
    expect(slack.messages(CHANNEL).map(({ text }) => text)).toEqual(['good morning', 'psst'])
  })

  it('opens the conversation with a person for what is posted to their id, and nobody else acts in it', async () => {
    const slack = await start()

    const posted = await post(slack, { channel: 'U0MAYA', text: 'for you alone' })

    expect(posted.body).toMatchObject({ ok: true, channel: 'D0MAYA' })
    expect(slack.messages('D0MAYA').map(({ text }) => text)).toEqual(['for you alone'])
    await expect(slack.command('U0JONAS', 'D0MAYA', 'list')).rejects.toThrow('no channel D0MAYA')
  })

  it('tells an unknown channel from one that the bot is not in', async () => {
    const slack = await start({ channels: [{ id: 'C0OTHER', name: 'other', topic: '', bot: 'outside' }] })

    const outside = await post(slack, { channel: 'C0OTHER' })
    const unknown = await post(slack, { channel: 'C0NONE' })

    expect([outside.body.error, unknown.body.error]).toEqual(['not_in_channel', 'channel_not_found'])
  })

  it('tells members, guests, bots and people of other workspaces apart', async () => {
    const person = { name: 'Sam Roe', title: '', role: 'requester' } as const
    const slack = await start({
      people: [
        { ...person, id: 'U0MEMBER' },
        { ...person, id: 'U0GUEST', standing: 'guest' },
        { ...person, id: 'U0ELSE', standing: 'other-workspace' },
      ],
    })
    const info = async (user: string) => (await call(slack, 'users.info', { user })).body as unknown

    const answers = [
      await info('U0MEMBER'),
      await info('U0GUEST'),
      await info('U0ELSE'),
      await info('U0NOBODY'),
    ]

    expect(answers).toMatchObject([
      { user: { is_restricted: false, is_bot: false, team_id: slack.team.id } },
      { user: { is_restricted: true } },
      { user: { is_stranger: true, team_id: 'T0ELSEWHERE' } },
      { ok: false, error: 'user_not_found' },
    ])
  })
})

describe('what people say', () => {
  const OUTSIDE = { id: 'C0OTHER', name: 'other', topic: '', bot: 'outside' } as const
  const eventsIn = (received: readonly Received[]) =>
    received.map(({ raw }) => JSON.parse(raw) as { event_id: string; event: Record<string, unknown> })

  it('reaches the bot as a signed event: a mention in a channel, and everything in its own chat', async () => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url })

    const heard = [
      await slack.say('U0MAYA', CHANNEL, '@GPU ChatOps list <b> on hv01.contoso.com for @Jonas Weber'),
      await slack.say('U0MAYA', 'D0MAYA', 'whoami'),
      await slack.say('U0MAYA', CHANNEL, 'good morning'),
    ]

    expect(heard.map((each) => each?.status)).toEqual([200, 200, undefined])
    expect(eventsIn(bot.received).map(({ event }) => event)).toMatchObject([
      {
        type: 'app_mention',
        channel: CHANNEL,
        user: 'U0MAYA',
        text: `<@${BOT.id}> list &lt;b&gt; on <http://hv01.contoso.com|hv01.contoso.com> for <@U0JONAS>`,
      },
      { type: 'message', channel_type: 'im', channel: 'D0MAYA', text: 'whoami' },
    ])
    const [{ headers, raw }] = bot.received as [Received]
    const digest = createHmac('sha256', SECRET)
      .update(`v0:${headers['x-slack-request-timestamp'] ?? ''}:${raw}`)
      .digest('hex')
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-slack-signature': `v0=${digest}` })
  })

  it('is not heard without the scopes, nor in a channel where the bot is not', async () => {
    const bot = await startBot()
    const older = await start({ eventsUrl: () => bot.url, scopes: ['chat:write', 'commands', 'users:read'] })
    const outside = await start({ eventsUrl: () => bot.url, channels: [OUTSIDE] })

    await older.say('U0MAYA', CHANNEL, '@GPU ChatOps list')
    await older.say('U0MAYA', 'D0MAYA', 'list')
    await outside.say('U0MAYA', OUTSIDE.id, '@GPU ChatOps list')

    expect(bot.received).toEqual([])
  })

  it('is delivered again, three times at most, until the bot takes it', async () => {
    const bot = await startBot({ status: 500 })
    const slack = await start({ eventsUrl: () => bot.url })

    await slack.say('U0MAYA', CHANNEL, '@GPU ChatOps list')

    expect(bot.received.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([
      undefined,
      '1',
      '2',
      '3',
    ])
    expect(new Set(eventsIn(bot.received).map((each) => each.event_id)).size).toBe(1)
  })

  it('is told from what the bot itself says and edits in its own chat, of which it hears, too', async () => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url })
    const { ts } = (await post(slack, { channel: 'U0MAYA' })).body
    await call(slack, 'chat.update', { channel: 'D0MAYA', ts, text: 'after' })

    await slack.close()

    expect(eventsIn(bot.received).map(({ event }) => event)).toMatchObject([
      { type: 'message', user: BOT.id, bot_id: BOT.botId, ts },
      { type: 'message', subtype: 'message_changed', message: { text: 'after' } },
    ])
  })

  it('needs the scope for each call of the bot', async () => {
    const slack = await start({ scopes: ['commands'] })

    const { body } = await post(slack)

    expect(body).toMatchObject({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    })
  })
})

describe('the limits', () => {
  const actions = (...elements: object[]) => ({ type: 'actions', elements })
  const refused: [string, Block[] | object[]][] = [
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['a section of 3,001 characters', [section('x'.repeat(3001))]],
    ['an empty section', [section('')]],
    ['a header of 151 characters', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]],
    [
      'a button text of 76 characters',
      [actions(button({ text: { type: 'plain_text', text: 'x'.repeat(76) } }))],
    ],
    ['a button value of 2,001 characters', [actions(button({ value: 'x'.repeat(2001) }))]],
    ['two buttons with one action id', [actions(button(), button())]],
    [
      '26 buttons in one block',
      [actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `a${n}` })))],
    ],
    [
      'two blocks with one block id',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
    ],
    ['an empty text in rich text', [preformatted('')]],
    ['an unknown style', [actions(button({ style: 'loud' }))]],
    ['an unknown block', [{ type: 'marquee' }]],
    [
      'two tables',
      Array.from({ length: 2 }, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] })),
    ],
    [
      'a table of 21 columns',
      [{ type: 'table', rows: [Array.from({ length: 21 }, () => ({ type: 'raw_text', text: 'x' }))] }],
    ],
  ]

  it.each(refused)('%s: invalid_blocks with the place, and nothing is posted', async (_, blocks) => {
    const slack = await start()

    const { body } = await post(slack, { blocks })

    expect(body.error).toBe('invalid_blocks')
    expect(body.errors?.[0]).toMatch(/\[json-pointer:\/blocks/)
    expect(slack.messages(CHANNEL)).toEqual([])
  })

  it('takes each of them at its limit', async () => {
    const slack = await start()
    const blocks = [
      section('x'.repeat(3000)),
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150) } },
      actions(button({ text: { type: 'plain_text', text: 'x'.repeat(75) }, value: 'x'.repeat(2000) })),
      ...Array.from({ length: 47 }, () => ({ type: 'divider' })),
    ]

    const { body } = await post(slack, { blocks })

    expect(body.ok).toBe(true)
  })

  it('counts the text of all blocks together', async () => {
    const slack = await start()
    const blocks = [preformatted('x'.repeat(7000)), preformatted('x'.repeat(6201))]

    const { body } = await post(slack, { blocks })

    expect(body.error).toBe('msg_blocks_too_long')
  })

  it('refuses text over 40,000 characters and messages of nothing', async () => {
    const slack = await start()

    const long = await post(slack, { text: 'x'.repeat(40_001) })
    const empty = await post(slack, { text: '' })

    expect([long.body.error, empty.body.error]).toEqual(['msg_too_long', 'no_text'])
  })

  it('when paced, answers a second post within the second with 429 and lets edits pass', async () => {
    let now = 1_700_000_000_000
    const slack = await start({ posts: 'paced', clock: () => now })
    const { ts } = (await post(slack)).body

    const tooSoon = await post(slack)
    const elsewhere = await post(slack, { channel: 'C0GPUCHANGES' })
    const edit = await call(slack, 'chat.update', { channel: CHANNEL, ts, text: 'x' })
    now += 1000
    const later = await post(slack)

    expect([tooSoon.status, tooSoon.headers.get('retry-after'), tooSoon.body.error]).toEqual([
      429,
      '1',
      'ratelimited',
    ])
    expect([elsewhere.body.ok, edit.body.ok, later.body.ok]).toEqual([true, true, true])
  })
})

describe('misbehaviour on demand', () => {
  it('fails as often as asked for, in the way asked for, and then works again', async () => {
    const slack = await start()
    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'error', error: 'fatal_error' })
    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'status', status: 502 })
    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'rate-limit', retryAfter: 7 })

    const [error, status, limited, fine] = [
      await post(slack),
      await post(slack),
      await post(slack),
      await post(slack),
    ]

    expect(error.body.error).toBe('fatal_error')
    expect(status.status).toBe(502)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
    expect(fine.body.ok).toBe(true)
    expect(slack.messages(CHANNEL)).toHaveLength(1)
    expect(slack.calls).toHaveLength(4)
  })

  it('drops the connection before anything is done, or after all is done', async () => {
    const slack = await start()

    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'drop-before' })
    await expect(post(slack, { text: 'never' })).rejects.toThrow()
    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'drop-after' })
    await expect(post(slack, { text: 'done' })).rejects.toThrow()

    expect(slack.messages(CHANNEL).map(({ text }) => text)).toEqual(['done'])
  })
})

describe('what the bot receives', () => {
  it('is a slash command with Slack’s fields and a valid signature', async () => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url })

    const answer = await slack.command('U0MAYA', CHANNEL, '/gpu list --free')

    const { headers, raw, form } = bot.received[0]!
    const base = `v0:${headers['x-slack-request-timestamp']}:${raw}`
    expect(headers['x-slack-signature']).toBe(`v0=${createHmac('sha256', SECRET).update(base).digest('hex')}`)
    expect(Object.fromEntries(form)).toMatchObject({
      command: '/gpu',
      text: 'list --free',
      user_id: 'U0MAYA',
      channel_id: CHANNEL,
      team_id: slack.team.id,
    })
    expect(answer).toEqual({ status: 200, body: '' })
  })

  it('is a press with its message, button and response URL', async () => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url })
    const { ts } = (
      await post(slack, { blocks: [{ type: 'actions', block_id: 'b1', elements: [button()] }] })
    ).body

    await slack.press('U0JONAS', CHANNEL, ts, 'go')

    expect(JSON.parse(bot.received[0]!.form.get('payload') ?? '')).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0JONAS', team_id: slack.team.id },
      container: { type: 'message', message_ts: ts, channel_id: CHANNEL, is_ephemeral: false },
      message: { ts, user: BOT.id },
      response_url: expect.stringContaining('/actions/'),
      actions: [
        { type: 'button', block_id: 'b1', action_id: 'go', value: 'v', action_ts: expect.any(String) },
      ],
    })
  })

  it('is refused to somebody who does not see the message', async () => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url })
    const blocks = [{ type: 'actions', elements: [button()] }]
    await call(slack, 'chat.postEphemeral', { channel: CHANNEL, user: 'U0MAYA', text: 't', blocks })
    const { ts } = slack.messages(CHANNEL)[0]!

    await expect(slack.press('U0JONAS', CHANNEL, ts, 'go')).rejects.toThrow(/no button go/)
    await slack.press('U0MAYA', CHANNEL, ts, 'go')

    const payload = JSON.parse(bot.received[0]!.form.get('payload') ?? '') as Record<string, unknown>
    expect(bot.received).toHaveLength(1)
    expect(payload).not.toHaveProperty('message')
  })

  it('answered in its own body is shown to the asker alone; a failure is told by Slackbot', async () => {
    const talkative = await startBot({ body: 'Working on it' })
    const broken = await startBot({ status: 500 })
    let url = talkative.url
    const slack = await start({ eventsUrl: () => url })

    await slack.command('U0MAYA', CHANNEL, 'list')
    url = broken.url
    await slack.command('U0MAYA', CHANNEL, 'list')
    url = 'http://127.0.0.1:9/none'
    await slack.command('U0MAYA', CHANNEL, 'list')

    expect(slack.messages(CHANNEL)).toMatchObject([
      { user: BOT.id, text: 'Working on it', ephemeralFor: 'U0MAYA' },
      { user: 'USLACKBOT', text: '/gpu failed with the error "dispatch_failed".', ephemeralFor: 'U0MAYA' },
      { user: 'USLACKBOT', text: '/gpu failed because the app did not respond.', ephemeralFor: 'U0MAYA' },
    ])
  })
})

describe('a response URL', () => {
  const withUrl = async (clock?: () => number) => {
    const bot = await startBot()
    const slack = await start({ eventsUrl: () => bot.url, ...(clock ? { clock } : {}) })
    await slack.command('U0MAYA', CHANNEL, 'list')
    return { bot, slack, url: bot.received[0]!.form.get('response_url') ?? '' }
  }

  it('answers the asker alone, or the channel when asked to', async () => {
    const { slack, url } = await withUrl()

    await reply(url, { text: 'for you' })
    await reply(url, { text: 'for all', response_type: 'in_channel' })

    const [own, all] = slack.messages(CHANNEL)
    expect(own).toMatchObject({ text: 'for you', ephemeralFor: 'U0MAYA' })
    expect(all).toMatchObject({ text: 'for all' })
    expect(all).not.toHaveProperty('ephemeralFor')
  })

  it('has five uses', async () => {
    const { slack, url } = await withUrl()

    for (let use = 0; use < 5; use += 1) expect((await reply(url, { text: `use ${use}` })).status).toBe(200)
    const sixth = await reply(url, { text: 'once more' })

    expect([sixth.status, sixth.body.error]).toEqual([404, 'used_url'])
    expect(slack.messages(CHANNEL)).toHaveLength(5)
  })

  it('lives for thirty minutes', async () => {
    let now = 1_700_000_000_000
    const { url } = await withUrl(() => now)

    now += 30 * 60_000
    const inTime = await reply(url, { text: 'in time' })
    now += 1
    const late = await reply(url, { text: 'late' })

    expect([inTime.status, late.status, late.body.error]).toEqual([200, 404, 'expired_url'])
  })

  it('of a press replaces or deletes the message, an ephemeral one too', async () => {
    const { bot, slack, url } = await withUrl()
    await reply(url, { text: 'x', blocks: [{ type: 'actions', elements: [button()] }] })
    const { ts } = slack.messages(CHANNEL)[0]!
    await slack.press('U0MAYA', CHANNEL, ts, 'go')
    const own = (JSON.parse(bot.received[1]!.form.get('payload') ?? '') as { response_url: string })
      .response_url

    await reply(own, { text: 'replaced', replace_original: true })
    const replaced = slack.messages(CHANNEL).map(({ text }) => text)
    await reply(own, { delete_original: true })

    expect(replaced).toEqual(['replaced'])
    expect(slack.messages(CHANNEL)).toEqual([])
  })
})
