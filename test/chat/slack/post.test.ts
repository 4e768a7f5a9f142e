import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Notice } from '../../../src/core/notice/notice'
import type { Chat } from '../../../src/core/ports/chat'
import type { SlackAddress } from '../../../src/core/ports/address'
import { slackChat } from '../../../src/chat/slack/post'
import { configFor, fakeApi, recordingLog, type Answer, type FakeApi, type RecordingLog } from './fakeSlack'
import { systemClock } from '../../../src/clock'

let api: FakeApi
let log: RecordingLog
let chat: Chat<SlackAddress>

beforeEach(async () => {
  api = await fakeApi()
  log = recordingLog()
  chat = slackChat(configFor(api.apiUrl), { log, clock: systemClock })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await api.close()
})

const notice: Notice = {
  summary: 'GPU <free> & idle',
  tone: 'good',
  parts: [{ kind: 'title', text: 'Done' }],
}
const channel = (id = 'C1'): SlackAddress => ({ kind: 'channel', chat: 'slack', channel: id })
const privately = (changes: object = {}): SlackAddress => ({
  kind: 'private',
  chat: 'slack',
  channel: 'C1',
  user: 'U1',
  replyUrl: api.replyUrl,
  replyUntil: Date.now() + 60_000,
  ...changes,
})
const answering = (answers: Record<string, Answer>): void => {
  api.answer = (call) => answers[call.method] ?? {}
}
const refusing = (error: string): Answer => ({ body: { ok: false, error } })
const methods = (): string[] => api.calls.map((call) => call.method)

test.each<[string, object]>([
  ['a post that it names no message of', { ok: true, channel: 'C1' }],
  ['a refusal without a reason', { ok: false }],
])('what Slack does not say to its end is final for nothing: %s', async (_, body) => {
  answering({ 'chat.postMessage': { body } })

  expect(await chat.send(channel(), notice, null)).toMatchObject({ kind: 'unknown' })
})

describe('a reply', () => {
  test('goes into the thread of its message, and its edit stays there', async () => {
    answering({ 'chat.postMessage': { body: { ok: true, channel: 'C1', ts: '1.3' } } })

    const sent = await chat.send(channel(), notice, null, 'C1:1.2')
    await chat.send(channel(), notice, 'C1:1.3', 'C1:1.2')

    expect(sent).toEqual({ kind: 'sent', ref: 'C1:1.3' })
    const [post, update] = api.calls
    expect(post!.body).toMatchObject({ channel: 'C1', thread_ts: '1.2' })
    expect(post!.body).not.toHaveProperty('reply_broadcast')
    expect(update!.body).toMatchObject({ channel: 'C1', ts: '1.3' })
  })
})

describe('an answer to a question in a thread', () => {
  const asked = (): SlackAddress => ({ kind: 'channel', chat: 'slack', channel: 'C1', thread: '1.1' })

  test('goes into that thread, and so does what belongs under it', async () => {
    answering({ 'chat.postMessage': { body: { ok: true, channel: 'C1', ts: '1.3' } } })

    expect(await chat.send(asked(), notice, null)).toEqual({ kind: 'sent', ref: 'C1:1.3' })
    await chat.send(asked(), notice, null, 'C1:1.3')

    expect(api.calls.map(({ body }) => body['thread_ts'])).toEqual(['1.1', '1.1'])
  })

  test.each(['cannot_reply_to_message', 'restricted_action_thread_locked'])(
    'that takes no answers (%s) goes into the channel',
    async (code) => {
      api.answer = ({ body }) =>
        'thread_ts' in body ? refusing(code) : { body: { ok: true, channel: 'C1', ts: '1.3' } }

      expect(await chat.send(asked(), notice, null)).toEqual({ kind: 'sent', ref: 'C1:1.3' })
    },
  )
})

describe('a post in a channel', () => {
  test('is sent as blocks with a literal fallback, and its reference edits it', async () => {
    answering({ 'chat.postMessage': { body: { ok: true, channel: 'C1', ts: '1.2' } } })

    const sent = await chat.send(channel(), notice, null)
    const edited = await chat.send(channel(), notice, 'C1:1.2')

    expect(sent).toEqual({ kind: 'sent', ref: 'C1:1.2' })
    expect(edited).toEqual({ kind: 'sent', ref: 'C1:1.2' })
    const [post, update] = api.calls
    expect(post!.authorization).toBe('Bearer xoxb-test-token')
    expect(post!.body).toMatchObject({
      channel: 'C1',
      text: 'GPU &lt;free&gt; &amp; idle',
      unfurl_links: 'false',
      unfurl_media: 'false',
      parse: 'none',
      link_names: 'false',
      mrkdwn: 'false',
    })
    expect(update!.method).toBe('chat.update')
    expect(update!.body).toMatchObject({ channel: 'C1', ts: '1.2', parse: 'none' })
    expect(JSON.parse(update!.body['blocks']!)).toHaveLength(1)
  })

  test('that is rate limited is for later, and holds up no other channel', async () => {
    api.answer = (call) =>
      call.body['channel'] === 'C1'
        ? { status: 429, headers: { 'retry-after': '40' } }
        : { body: { ok: true, channel: 'C2', ts: '2.2' } }

    const [limited, other] = await Promise.all([
      chat.send(channel('C1'), notice, null),
      chat.send(channel('C2'), notice, null),
    ])
    const after = await chat.send(channel('C2'), notice, null)

    expect(limited).toMatchObject({ kind: 'later', afterMs: 40_000 })
    expect(other).toMatchObject({ kind: 'sent' })
    expect(after).toMatchObject({ kind: 'sent' })
    expect(api.calls).toHaveLength(3)
  })

  test.each<[string, Answer]>([
    ['breaks off', { broken: true }],
    ['ends in a 503', { status: 503 }],
    ['ends in fatal_error', refusing('fatal_error')],
    ['is answered with a page of a proxy', { body: '<html>' }],
  ])('that %s may have arrived, so it is unknown; an edit is for later', async (_, answer) => {
    api.answer = () => answer

    expect(await chat.send(channel(), notice, null)).toMatchObject({ kind: 'unknown' })
    expect(await chat.send(channel(), notice, 'C1:1.2')).toMatchObject({ kind: 'later' })
    expect(api.calls).toHaveLength(2)
  })

  test.each(['not_in_channel', 'channel_not_found', 'is_archived', 'invalid_blocks', 'msg_too_long'])(
    'refused with %s is impossible, and says what to do',
    async (code) => {
      api.answer = () => refusing(code)

      const result = await chat.send(channel(), notice, null)

      expect(result).toMatchObject({ kind: 'impossible', code })
      expect(result.kind === 'impossible' && result.next).not.toContain('Slack refused')
    },
  )

  test.each(['invalid_auth', 'token_revoked', 'account_inactive'])(
    'refused with %s waits until the token is mended, for it says nothing about the post',
    async (code) => {
      api.answer = () => refusing(code)

      expect(await chat.send(channel(), notice, null)).toMatchObject({
        kind: 'later',
        why: expect.stringContaining('SLACK_BOT_TOKEN'),
      })
    },
  )

  test.each(['message_not_found', 'cant_update_message', 'edit_window_closed'])(
    'that can no longer be edited (%s) is impossible',
    async (code) => {
      api.answer = () => refusing(code)

      expect(await chat.send(channel(), notice, 'C1:1.2')).toMatchObject({ kind: 'impossible', code })
    },
  )

  test('refused for a reason nobody foresaw is impossible and names it', async () => {
    api.answer = () => refusing('some_new_error')

    expect(await chat.send(channel(), notice, null)).toMatchObject({
      kind: 'impossible',
      next: expect.stringContaining('some_new_error'),
    })
  })

  test('with a reference that is none of ours is impossible and calls nothing', async () => {
    expect(await chat.send(channel(), notice, 'nonsense')).toMatchObject({ kind: 'impossible' })
    expect(api.calls).toEqual([])
  })
})

describe('a private answer', () => {
  test('goes through the response URL, for the asker alone', async () => {
    answering({ reply: { body: 'ok' } })

    expect(await chat.send(privately(), notice, null)).toEqual({ kind: 'sent', ref: null })

    expect(methods()).toEqual(['reply'])
    expect(api.calls[0]!.json).toMatchObject({
      response_type: 'ephemeral',
      replace_original: false,
      text: 'GPU &lt;free&gt; &amp; idle',
      blocks: [{ type: 'header' }],
    })
    expect(api.calls[0]!.authorization).toBe('')
  })

  test.each<[string, Answer]>([
    ['used up', { status: 404, body: 'used_url' }],
    ['expired', { status: 404, body: 'expired_url' }],
    ['refused with 200', { body: { ok: false, error: 'expired_url' } }],
  ])('whose response URL is %s is posted as an ephemeral message', async (_, reply) => {
    answering({ reply })

    expect(await chat.send(privately(), notice, null)).toEqual({ kind: 'sent', ref: null })

    expect(methods()).toEqual(['reply', 'chat.postEphemeral'])
    expect(api.calls[1]!.body).toMatchObject({ channel: 'C1', user: 'U1', parse: 'none' })
  })

  test.each([
    ['has no response URL', { replyUrl: null }],
    ['comes too late for it', { replyUntil: 1 }],
  ])('that %s is posted as an ephemeral message at once', async (_, changes) => {
    await chat.send(privately(changes), notice, null)

    expect(methods()).toEqual(['chat.postEphemeral'])
  })

  test.each(['not_in_channel', 'channel_not_found', 'user_not_in_channel', 'is_archived'])(
    'that the channel does not take (%s) goes to the chat with the bot, once, and says why',
    async (code) => {
      answering({
        'chat.postEphemeral': refusing(code),
        'chat.postMessage': { body: { ok: true, channel: 'D1', ts: '1.2' } },
      })

      expect(await chat.send(privately({ replyUrl: null }), notice, null)).toEqual({
        kind: 'sent',
        ref: null,
      })

      expect(methods()).toEqual(['chat.postEphemeral', 'chat.postMessage'])
      const { channel: to, blocks } = api.calls[1]!.body
      expect(to).toBe('U1')
      expect(blocks).toMatch(new RegExp(`for you alone.*${code}.*Done`))
    },
  )

  test('whose response URL has expired, in a channel without the bot, goes to the chat with the bot', async () => {
    answering({
      reply: { status: 404, body: 'expired_url' },
      'chat.postEphemeral': refusing('not_in_channel'),
    })

    await chat.send(privately(), notice, null)

    expect(methods()).toEqual(['reply', 'chat.postEphemeral', 'chat.postMessage'])
  })

  test('that the chat with the bot does not take either is impossible, and says what to do', async () => {
    answering({
      'chat.postEphemeral': refusing('not_in_channel'),
      'chat.postMessage': refusing('messages_tab_disabled'),
    })

    expect(await chat.send(privately({ replyUrl: null }), notice, null)).toMatchObject({
      kind: 'impossible',
      next: expect.stringContaining('App Home'),
    })
  })

  test.each(['invalid_blocks', 'msg_too_long'])(
    'that no place would take (%s) goes nowhere else',
    async (code) => {
      answering({ 'chat.postEphemeral': refusing(code) })

      expect(await chat.send(privately({ replyUrl: null }), notice, null)).toMatchObject({ code })
      expect(methods()).toEqual(['chat.postEphemeral'])
    },
  )

  test.each<[string, Answer]>([
    ['breaks off', { broken: true }],
    ['is rate limited', { status: 429, headers: { 'retry-after': '7' } }],
  ])('in a channel that %s goes nowhere else, since it may yet arrive', async (_, answer) => {
    answering({ 'chat.postEphemeral': answer })

    await chat.send(privately({ replyUrl: null }), notice, null)

    expect(methods()).toEqual(['chat.postEphemeral'])
  })

  test('to a question in a thread stands in that thread', async () => {
    await chat.send(privately({ replyUrl: null, thread: '1.1' }), notice, null)

    expect(api.calls[0]!.body).toMatchObject({ channel: 'C1', user: 'U1', thread_ts: '1.1' })
  })

  test('that is rate limited is for later; one that breaks off is unknown', async () => {
    answering({ reply: { status: 429, headers: { 'retry-after': '7' } } })
    expect(await chat.send(privately(), notice, null)).toMatchObject({ kind: 'later', afterMs: 7_000 })

    answering({ reply: { broken: true } })
    expect(await chat.send(privately(), notice, null)).toMatchObject({ kind: 'unknown' })

    answering({ reply: { status: 500 } })
    expect(await chat.send(privately(), notice, null)).toMatchObject({ kind: 'unknown' })
    expect(methods()).toEqual(['reply', 'reply', 'reply'])
  })

  test('never calls a response URL that is not Slack’s, and keeps it out of the log', async () => {
    const elsewhere = await fakeApi()

    await chat.send(privately({ replyUrl: elsewhere.replyUrl }), notice, null)
    await elsewhere.close()

    expect(elsewhere.calls).toEqual([])
    expect(JSON.stringify(log.lines)).not.toContain(elsewhere.replyUrl)
  })
})

describe('identifying an account', () => {
  const user = (changes: object = {}): Answer => ({
    body: {
      ok: true,
      user: {
        id: 'U1',
        team_id: 'T1',
        name: 'ada',
        real_name: 'Ada L',
        profile: { display_name: 'Ada' },
        ...changes,
      },
    },
  })

  test('a full member of our workspace is a member, by the name shown', async () => {
    api.answer = () => user()

    expect(await chat.identify('slack:T1/U1', channel())).toEqual({ kind: 'member', name: 'Ada' })
    expect(api.calls[0]).toMatchObject({ method: 'users.info', body: { user: 'U1' } })
  })

  const grid = (...teams: string[]) => ({ id: 'U1', enterprise_id: 'E1', teams })

  test.each([
    ['is of another one', { team_id: 'T2', enterprise_user: grid('T2', 'T1') }],
    ['is of the organisation', { team_id: 'E1', enterprise_user: grid('T1') }],
    ['is of none', { team_id: undefined, enterprise_user: grid('T1') }],
    ['is of ours', { team_id: 'T1', enterprise_user: grid('T1', 'T2') }],
    ['is of ours, and Slack names no others', { team_id: 'T1', enterprise_user: grid() }],
  ])(
    'a person of Enterprise Grid whose account %s is a member by being in our workspace',
    async (_, changes) => {
      api.answer = () => user(changes)

      expect(await chat.identify('slack:T1/U1', channel())).toMatchObject({ kind: 'member' })
    },
  )

  test.each([
    ['in the organisation alone', { team_id: 'E1', enterprise_user: grid() }],
    ['in other workspaces of the organisation', { team_id: 'T2', enterprise_user: grid('T2', 'T3') }],
    ['in our workspace no longer', { team_id: 'T1', enterprise_user: grid('T2') }],
    ['in the organisation, with nothing else known', { team_id: undefined, enterprise_user: undefined }],
    ['a guest in our workspace', { enterprise_user: grid('T1'), is_restricted: true }],
  ])('a person of Enterprise Grid who is %s is a stranger', async (_, changes) => {
    api.answer = () => user(changes)

    expect(await chat.identify('slack:T1/U1', channel())).toMatchObject({ kind: 'stranger' })
  })

  test.each([
    ['of another workspace', { team_id: 'T2' }],
    ['of no workspace', { team_id: undefined }],
    ['that is a bot', { is_bot: true }],
    ['that is a workflow', { is_workflow_bot: true }],
    ['that is Slackbot', { id: 'USLACKBOT' }],
    ['that left', { deleted: true }],
    ['that is a guest', { is_restricted: true }],
    ['that is a single-channel guest', { is_ultra_restricted: true }],
    ['from Slack Connect', { is_stranger: true }],
  ])('an account %s is a stranger', async (_, changes) => {
    api.answer = () => user(changes)

    expect(await chat.identify('slack:T1/U1', channel())).toMatchObject({ kind: 'stranger' })
  })

  test('an account that Slack does not know is a stranger', async () => {
    api.answer = () => refusing('user_not_found')

    expect(await chat.identify('slack:T1/U1', channel())).toMatchObject({ kind: 'stranger' })
  })

  test('an account of another workspace is a stranger without asking', async () => {
    expect(await chat.identify('slack:T2/U1', channel())).toMatchObject({ kind: 'stranger' })
    expect(await chat.identify('nonsense', channel())).toMatchObject({ kind: 'stranger' })
    expect(api.calls).toEqual([])
  })

  test('is asked once in ten minutes, however many ask', async () => {
    api.answer = () => user()

    await Promise.all([chat.identify('slack:T1/U1', channel()), chat.identify('slack:T1/U1', channel())])
    await chat.identify('slack:T1/U1', channel())
    expect(api.calls).toHaveLength(1)

    const later = Date.now() + 11 * 60_000
    jest.spyOn(Date, 'now').mockReturnValue(later)
    await chat.identify('slack:T1/U1', channel())
    expect(api.calls).toHaveLength(2)
  })

  test('fails when Slack cannot be asked, and the failure is not remembered', async () => {
    api.answer = () => ({ status: 503 })
    await expect(chat.identify('slack:T1/U1', channel())).rejects.toMatchObject({
      name: 'Fault',
      code: 'chat',
    })

    api.answer = () => user()
    expect(await chat.identify('slack:T1/U1', channel())).toMatchObject({ kind: 'member' })
  })
})
