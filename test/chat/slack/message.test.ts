/** Messages to the bot, as events over HTTP and over a socket. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { slackSocket } from '../../../src/chat/slack/socket'
import { openStore } from '../../../src/store/database'
import { openDeliveries, openInbox } from '../../../src/store/inbox'
import { fakeClock } from '../../fakes/clock'
import { useTempDirs } from '../../fakes/temp'
import {
  configFor,
  fakeSocket,
  messageEvent,
  ownChatEvent,
  signed,
  type FakeApi,
  type RecordingInbox,
  type RecordingLog,
} from './fakeSlack'
import { openReceiver, type Receiver } from './receiver'

const tempDir = useTempDirs()

let receiver: Receiver
let api: FakeApi
let inbox: RecordingInbox
let log: RecordingLog
let url: string

beforeEach(async () => {
  receiver = await openReceiver()
  ;({ api, inbox, log, url } = receiver)
})
afterEach(async () => {
  await receiver.close()
})

const post = async (event: object, headers: Record<string, string> = {}): Promise<number> => {
  const body = JSON.stringify(event)
  const { status } = await fetch(url, {
    method: 'POST',
    body,
    headers: { ...signed(body), 'content-type': 'application/json', ...headers },
  })
  return status
}
const retried = (times: number) => ({
  'x-slack-retry-num': String(times),
  'x-slack-retry-reason': 'http_timeout',
})

describe('a message that mentions the bot', () => {
  test('is recorded as its words, answered in its thread, and to the asker alone where that is due', async () => {
    expect(await post(messageEvent({ text: '<@UBOT> assign hv01/gpu0 to train-01 because a &gt; b' }))).toBe(
      200,
    )

    expect(inbox.accepted).toEqual([
      {
        id: 'slack:msg:T1:C1:1700000000.000100',
        at: expect.any(Number),
        from: 'slack:T1/U1',
        channel: { kind: 'channel', chat: 'slack', channel: 'C1', thread: '1700000000.000100' },
        back: { kind: 'private', chat: 'slack', channel: 'C1', user: 'U1', replyUrl: null, replyUntil: 0 },
        privately: { kind: 'channel', chat: 'slack', channel: 'U1' },
        said: { kind: 'text', text: 'assign hv01/gpu0 to train-01 because a > b' },
      },
    ])
  })

  test('in a thread is answered there, also privately', async () => {
    await post(messageEvent({ thread_ts: '1699999999.000100' }))

    expect(inbox.accepted).toMatchObject([
      { channel: { thread: '1699999999.000100' }, back: { kind: 'private', thread: '1699999999.000100' } },
    ])
  })

  test('is one delivery, however often and as whatever event it comes', async () => {
    await post(messageEvent())
    for (const again of [1, 2, 3]) await post(messageEvent(), retried(again))
    await post(messageEvent({ type: 'message', channel_type: 'channel' }, { event_id: 'Ev9999999999' }))
    await post(messageEvent({ ts: '1700000000.000200' }, { event_id: 'Ev0123456789' }), retried(1))

    const [first, ...others] = inbox.accepted.map(({ id }) => id)
    expect(others).toHaveLength(5)
    expect(others.slice(0, 4).every((id) => id === first)).toBe(true)
    expect(others[4]).not.toBe(first)
  })

  test('is worked on once, after three retries and a second event', async () => {
    const store = await openStore(tempDir())
    const kept = openInbox(store.db, fakeClock(), () => undefined)
    inbox.accepting = (delivery) => kept.accept(delivery)

    await Promise.all([0, 1, 2, 3].map((again) => post(messageEvent(), again === 0 ? {} : retried(again))))
    await post(messageEvent({ type: 'message', channel_type: 'channel' }, { event_id: 'Ev9999999999' }))

    expect(await openDeliveries(store.db, 10)).toHaveLength(1)
    await store.close()
  })

  test('that first comes as a retry is taken: the one before may never have arrived', async () => {
    await post(messageEvent(), retried(2))

    expect(inbox.accepted).toHaveLength(1)
  })

  test.each([
    ['of another workspace', 'T2', 'workspace T2'],
    ['of an organisation, with no workspace', null, 'workspace none'],
  ])('%s is recorded nowhere, and acknowledged so that it does not come again', async (_, team, logged) => {
    expect(await post(messageEvent({}, { team_id: team }))).toBe(200)

    expect(inbox.accepted).toEqual([])
    expect(JSON.stringify(log.lines)).toContain(logged)
  })

  test('by a person whose account is of another workspace of the organisation is recorded', async () => {
    await post(messageEvent({ team: 'T2', user_team: 'T2', source_team: 'T2' }))

    expect(inbox.accepted).toMatchObject([{ from: 'slack:T1/U1' }])
  })
})

describe('a message in the bot’s own chat', () => {
  test('needs no mention, and is answered there, where nobody else reads', async () => {
    await post(ownChatEvent({ text: 'whoami' }))

    const chat = { kind: 'channel', chat: 'slack', channel: 'D1' }
    expect(inbox.accepted).toMatchObject([
      { id: 'slack:msg:T1:D1:1700000000.000100', said: { text: 'whoami' } },
    ])
    expect(inbox.accepted[0]).toMatchObject({ channel: chat, back: chat })
    expect(inbox.accepted[0]?.channel).not.toHaveProperty('thread')
  })

  test('in a thread is answered in it', async () => {
    await post(ownChatEvent({ thread_ts: '1699999999.000100' }))

    expect(inbox.accepted[0]?.back).toMatchObject({ kind: 'channel', thread: '1699999999.000100' })
  })

  test('may mention the bot all the same', async () => {
    await post(ownChatEvent({ text: '<@UBOT> list' }))

    expect(inbox.accepted[0]?.said).toEqual({ kind: 'text', text: 'list' })
  })
})

describe('nothing comes of', () => {
  const changed = {
    subtype: 'message_changed',
    hidden: true,
    user: undefined,
    text: undefined,
    message: { type: 'message', user: 'U1', text: 'list', ts: '1700000000.000100' },
  }
  test.each<[string, object]>([
    ['the bot’s own message', ownChatEvent({ user: 'UBOT', bot_id: 'B1' })],
    ['the bot’s own message without its id as a bot', ownChatEvent({ user: 'UBOT' })],
    ['a message of another bot', messageEvent({ bot_id: 'B2', user: 'U9' })],
    ['a message of another bot that names its profile only', messageEvent({ bot_profile: { id: 'B2' } })],
    ['a message of Slackbot', ownChatEvent({ user: 'USLACKBOT' })],
    ['an edit', ownChatEvent(changed)],
    ['a mention that was edited in', messageEvent({ edited: { user: 'U1', ts: '1700000009.000100' } })],
    ['a deletion', ownChatEvent({ ...changed, subtype: 'message_deleted', message: undefined })],
    ['somebody who joined', messageEvent({ subtype: 'channel_join' })],
    ['a message without text', ownChatEvent({ text: '' })],
    ['a message whose text is missing', ownChatEvent({ text: undefined })],
    ['a message without a user', ownChatEvent({ user: undefined })],
    ['what is said in a channel to others', messageEvent({ type: 'message', text: 'list <@U2>' })],
    ['another event', messageEvent({ type: 'reaction_added' })],
  ])('%s', async (_, event) => {
    expect(await post(event)).toBe(200)

    expect(inbox.accepted).toEqual([])
    expect(log.lines).toEqual([])
  })
})

test.each([
  ['a channel that is no id', { channel: '../C1' }],
  ['a timestamp that is none', { ts: 'soon' }],
  ['a user that is no id', { user: 'U1;drop' }],
])('a message with %s is refused with 400', async (_, changes) => {
  expect(await post(messageEvent(changes))).toBe(400)

  expect(inbox.accepted).toEqual([])
})

test('a message that is not signed is refused with 401', async () => {
  expect(await post(messageEvent(), { 'x-slack-signature': `v0=${'0'.repeat(64)}` })).toBe(401)

  expect(inbox.accepted).toEqual([])
})

test('a message that cannot be recorded is not acknowledged, and is taken when it comes again', async () => {
  inbox.accepting = () => Promise.reject(new Error('disk full'))
  expect(await post(messageEvent({ text: '<@UBOT> secret-word' }))).toBe(500)
  inbox.accepting = () => Promise.resolve()

  expect(await post(messageEvent({ text: '<@UBOT> secret-word' }), retried(1))).toBe(200)

  expect(inbox.accepted).toHaveLength(1)
  expect(JSON.stringify(log.lines)).toContain('disk full')
  expect(JSON.stringify(log.lines)).not.toContain('secret-word')
})

describe('over a socket', () => {
  const connected = async () => {
    const socket = fakeSocket(api.server)
    api.answer = () => ({ body: { ok: true, url: `${api.url.replace('http', 'ws')}/link` } })
    const mode = await slackSocket(configFor(api.apiUrl), inbox, { log, clock: fakeClock() })
    await mode.start()
    return { socket, mode }
  }
  const enveloped = (envelope: string, payload: object) => ({
    ...{ envelope_id: envelope, type: 'events_api', payload },
    ...{ accepts_response_payload: false, retry_attempt: 0, retry_reason: '' },
  })

  test('a message is recorded before it is acknowledged, and one that cannot be recorded is not', async () => {
    const { socket, mode } = await connected()
    inbox.accepting = ({ said }) =>
      said.kind === 'text' && said.text === 'list'
        ? Promise.reject(new Error('disk full'))
        : Promise.resolve()

    socket.send(enveloped('e1', messageEvent()))
    socket.send(enveloped('e2', ownChatEvent({ text: 'help' })))
    await socket.acked('e2')
    await mode.stop()

    expect(inbox.accepted.map(({ id }) => id)).toEqual(['slack:msg:T1:D1:1700000000.000100'])
    expect(socket.sent).toMatchObject([{ envelope_id: 'e2' }])
  })
})
