import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { SlackAddress } from '../../../src/core/ports/address'
import { slackEvents } from '../../../src/chat/slack/receive'
import { DOOR_LIMITS } from '../../../src/chat/door'
import { knock, statusOf, type Knock } from '../../fakes/knock'
import {
  commandFields,
  configFor,
  fakeApi,
  form,
  pressForm,
  pressPayload,
  signed,
  type FakeApi,
  type RecordingInbox,
  type RecordingLog,
} from './fakeSlack'
import { openReceiver, type Receiver } from './receiver'
import { systemClock } from '../../../src/clock'

let receiver: Receiver
let api: FakeApi
let inbox: RecordingInbox
let log: RecordingLog
let server: Server
let url: string

beforeEach(async () => {
  receiver = await openReceiver()
  ;({ api, inbox, log, server, url } = receiver)
})
afterEach(async () => {
  await receiver.close()
})

const post = (body: string, headers = signed(body)): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers })
const command = (changes: Record<string, string> = {}): string => form(commandFields(api.replyUrl, changes))
const approve = { kind: 'decide', verdict: 'approve', requestId: 'R7', version: 3 }
const press = (value: unknown = approve, changes: object = {}, action: object = {}): string =>
  pressForm(pressPayload(api.replyUrl, { value: JSON.stringify(value), ...action }, changes))
const warnings = (): string => JSON.stringify(log.lines.filter((line) => line.level === 'warn'))

describe('a slash command', () => {
  test('is recorded with who, where and where to answer, and acknowledged with nothing to see', async () => {
    const before = Date.now()

    const response = await post(command({ text: 'assign hv01/gpu0 to vm &lt;&amp;amp;&gt; "x"' }))

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(inbox.accepted).toHaveLength(1)
    const [delivery] = inbox.accepted
    expect(delivery).toMatchObject({
      id: 'slack:cmd:T1:U1:123.456.abc',
      from: 'slack:T1/U1',
      channel: { kind: 'channel', chat: 'slack', channel: 'C1' },
      back: { kind: 'private', chat: 'slack', channel: 'C1', user: 'U1', replyUrl: api.replyUrl },
      privately: { kind: 'channel', chat: 'slack', channel: 'U1' },
      said: { kind: 'text', text: 'assign hv01/gpu0 to vm <&amp;> "x"' },
    })
    const back = delivery!.back as Extract<SlackAddress, { kind: 'private' }>
    expect(back.replyUntil - before).toBeLessThan(30 * 60_000)
  })

  test('that is delivered again carries the same id, and another one a different id', async () => {
    const body = command()
    await post(body)
    await post(body, { ...signed(body), 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' })
    await post(command({ trigger_id: '123.456.other' }))

    const [first, again, other] = inbox.accepted.map((delivery) => delivery.id)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test('is acknowledged only after the inbox has it', async () => {
    let finish: () => void = () => undefined
    let entered: () => void = () => undefined
    const inside = new Promise<void>((resolve) => (entered = resolve))
    inbox.accepting = () => {
      entered()
      return new Promise((resolve) => (finish = resolve))
    }
    let answered = false

    const response = post(command()).then((each) => {
      answered = true
      return each
    })
    await inside
    await new Promise((resolve) => setImmediate(resolve))

    expect(answered).toBe(false)
    finish()
    expect((await response).status).toBe(200)
  })

  test('that cannot be recorded is answered in words, and its text stays out of the log', async () => {
    inbox.accepting = () => Promise.reject(new Error('disk full'))

    const response = await post(command({ text: 'secret-word' }))

    expect(response.status).toBe(200)
    const answer = (await response.json()) as { response_type: string; text: string }
    expect(answer.response_type).toBe('ephemeral')
    expect(answer.text).toContain('nothing was done')
    expect(JSON.stringify(log.lines)).toContain('disk full')
    expect(JSON.stringify(log.lines)).not.toContain('secret-word')
  })

  test('costs no call of the Web API', async () => {
    await Promise.all([1, 2, 3, 4, 5].map((n) => post(command({ trigger_id: `t${n}` }))))
    await post(press())

    expect(inbox.accepted).toHaveLength(6)
    expect(api.calls).toEqual([])
  })

  test('from another workspace is refused privately and recorded nowhere', async () => {
    const response = await post(command({ team_id: 'T2' }))

    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('workspace'),
    })
    expect(inbox.accepted).toEqual([])
    expect(warnings()).toContain('workspace T2')
  })

  test('of another name is refused privately', async () => {
    const response = await post(command({ command: '/gpux' }))

    expect(await response.json()).toMatchObject({ response_type: 'ephemeral' })
    expect(inbox.accepted).toEqual([])
  })

  test.each([
    'https://evil.example/x',
    'http://127.0.0.1:1/x',
    'https://hooks.slack.com.evil.example/x',
    'https://hooks.slack.com@evil.example/x',
    'file:///etc/passwd',
    'not a url',
  ])('with the response URL %s is recorded without it', async (replyUrl) => {
    await post(form(commandFields(replyUrl)))

    expect(inbox.accepted[0]?.back).toMatchObject({ replyUrl: null })
  })

  test('keeps a response URL of Slack', async () => {
    await post(form(commandFields('https://hooks.slack.com/commands/T1/1/abc')))

    expect(inbox.accepted[0]?.back).toMatchObject({ replyUrl: 'https://hooks.slack.com/commands/T1/1/abc' })
  })
})

describe('a button press', () => {
  test('of a decision is recorded as that decision by whoever pressed', async () => {
    const response = await post(press())

    expect(response.status).toBe(200)
    expect(inbox.accepted).toMatchObject([
      {
        id: 'slack:act:T1:U2:C1:1700000000.000100:gpu.press.0:1700000001.5',
        from: 'slack:T1/U2',
        channel: { kind: 'channel', channel: 'C1' },
        back: { kind: 'private', user: 'U2' },
        said: approve,
      },
    ])
  })

  test('that says a command is recorded as that text', async () => {
    await post(press({ kind: 'say', text: 'list --page 2' }))

    expect(inbox.accepted[0]?.said).toEqual({ kind: 'text', text: 'list --page 2' })
  })

  test('that cannot be recorded is not acknowledged', async () => {
    inbox.accepting = () => Promise.reject(new Error('disk full'))

    const response = await post(press())

    expect(response.status).toBe(500)
    expect(inbox.accepted).toEqual([])
  })

  test.each([
    ['another verdict', { ...approve, verdict: 'grant' }],
    ['one key more', { ...approve, by: 'U1' }],
    ['a text for a version', { ...approve, version: '3' }],
    ['another kind', { kind: 'run', text: 'x' }],
    ['nothing', null],
  ])('whose value has %s changes nothing and is answered privately', async (_, value) => {
    const response = await post(press(value))

    expect(response.status).toBe(200)
    const reply = await api.called('reply')
    expect(reply.json).toMatchObject({
      response_type: 'ephemeral',
      replace_original: false,
      text: expect.stringContaining('not one of mine'),
    })
    expect(inbox.accepted).toEqual([])
    expect(warnings()).toContain('unknown button value')
  })

  test.each([
    ['broken JSON', '{"kind":'],
    [
      'a length of 285,000 years',
      JSON.stringify({ kind: 'lease', verb: 'extend', leaseId: 'R-1', version: 1, byMs: 2 ** 53 }),
    ],
    ['2,001 characters', JSON.stringify({ kind: 'say', text: 'x'.repeat(2001) })],
  ])('whose value is %s changes nothing', async (_, value) => {
    expect((await post(press(null, {}, { value }))).status).toBe(200)

    await api.called('reply')
    expect(inbox.accepted).toEqual([])
  })

  test('of an unknown action changes nothing and is answered privately', async () => {
    expect((await post(press(approve, {}, { action_id: 'gpu.press.evil' }))).status).toBe(200)

    await api.called('reply')
    expect(inbox.accepted).toEqual([])
    expect(warnings()).toContain('unknown action')
  })

  test.each([
    ['the payload of another workspace', { team: { id: 'T2' } }],
    ['an organisation without a workspace', { team: null }],
  ])('in %s is refused privately', async (_, changes) => {
    expect((await post(press(approve, changes))).status).toBe(200)

    expect((await api.called('reply')).json).toMatchObject({ text: expect.stringContaining('workspace') })
    expect(inbox.accepted).toEqual([])
  })

  test('of a person whose account is of another workspace of the organisation is recorded: who it is, is asked', async () => {
    await post(press(approve, { user: { id: 'U2', team_id: 'T2' }, enterprise: { id: 'E1', name: 'Acme' } }))

    expect(inbox.accepted).toMatchObject([{ from: 'slack:T1/U2', said: approve }])
  })

  test('calls no foreign response URL, whoever sent it', async () => {
    const elsewhere = await fakeApi()

    await post(pressForm(pressPayload(elsewhere.replyUrl, { value: 'tampered' })))
    await post(press())
    await elsewhere.close()

    expect(elsewhere.calls).toEqual([])
  })
})

describe('a request', () => {
  const now = (): number => Math.floor(Date.now() / 1000)

  test.each([
    ['signed with another secret', () => signed(command(), { secret: 'other' })],
    ['signed for another body', () => signed(`${command()}&x=1`)],
    ['six minutes old', () => signed(command(), { at: now() - 360 })],
    ['two minutes ahead', () => signed(command(), { at: now() + 120 })],
    ['an hour ahead', () => signed(command(), { at: now() + 3600 })],
    ['without a signature', () => ({ 'content-type': 'application/x-www-form-urlencoded' })],
    [
      'with a timestamp that is no number',
      () => ({ ...signed(command()), 'x-slack-request-timestamp': 'soon' }),
    ],
  ])('%s is refused with 401', async (_, headers) => {
    const response = await post(command(), headers())

    expect(response.status).toBe(401)
    expect(inbox.accepted).toEqual([])
    expect(log.lines.some((line) => line.level === 'warn')).toBe(true)
  })

  test('slightly ahead of our clock is accepted', async () => {
    expect((await post(command(), signed(command(), { at: now() + 20 }))).status).toBe(200)
  })

  test('with ssl_check is answered without a signature and smuggles nothing in', async () => {
    const response = await post(`${command()}&ssl_check=1`, {
      'content-type': 'application/x-www-form-urlencoded',
    })

    expect(response.status).toBe(200)
    expect(inbox.accepted).toEqual([])
  })

  test.each([
    ['broken JSON', 'payload=%7B'],
    ['null', 'payload=null'],
    ['a list', 'payload=%5B%5D'],
    ['no kind', 'payload=%7B%22a%22%3A1%7D'],
    ['an event that is null', 'payload=%7B%22type%22%3A%22x%22%2C%22event%22%3Anull%7D'],
    ['nothing', ''],
    ['a command without its trigger', 'command=%2Fgpu&text=list&team_id=T1&user_id=U1&channel_id=C1'],
    ['a press without an action', 'payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%5D%7D'],
    ['a user that is no id', form(commandFields('', { user_id: '../U1' }))],
  ])('holding %s is refused with 400 at once', async (_, body) => {
    const response = await post(body)

    expect(response.status).toBe(400)
    expect(inbox.accepted).toEqual([])
    expect(log.lines.some((line) => line.level === 'warn')).toBe(true)
  })

  test('that is malformed and not signed is refused with 401', async () => {
    expect((await post('payload=null', signed('other'))).status).toBe(401)
  })

  test('of a kind nobody asked for is acknowledged and ignored', async () => {
    const body = pressForm({ type: 'view_submission', team: { id: 'T1' }, user: { id: 'U1' }, view: {} })

    expect((await post(body)).status).toBe(200)
    expect(inbox.accepted).toEqual([])
  })

  test('with another method, path, type or size is refused', async () => {
    const huge = command({ text: 'x'.repeat(1_100_000) })

    expect((await fetch(url)).status).toBe(405)
    expect((await fetch(`${url}/x`, { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await post('x', { ...signed('x'), 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(huge)).status).toBe(413)
    expect(inbox.accepted).toEqual([])
  })

  test('to verify the URL gets its challenge back', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' })

    const response = await post(body, { ...signed(body), 'content-type': 'application/json' })

    expect(await response.json()).toEqual({ challenge: 'abc' })
  })
})

/** What a stranger can make up, who has no secret. */
const forged = (changes: Record<string, string | number> = {}) => ({
  path: '/slack/events',
  headers: { ...signed('', { secret: 'made up' }), 'content-length': 100_000, ...changes },
})
const port = (): number => (server.address() as AddressInfo).port
const seconds = (ago: number): string => String(Math.floor(Date.now() / 1000) - ago)

describe('before a byte of the body is sent, a request', () => {
  test.each<[string, number, () => Parameters<typeof statusOf>[1]]>([
    ['that is too long', 413, () => forged({ 'content-length': DOOR_LIMITS.bodyBytes + 1 })],
    ['without a signature', 401, () => forged({ 'x-slack-signature': '' })],
    ['whose signature is none', 401, () => forged({ 'x-slack-signature': 'v0=soon' })],
    ['without a timestamp', 401, () => forged({ 'x-slack-request-timestamp': '' })],
    ['whose timestamp is none', 401, () => forged({ 'x-slack-request-timestamp': 'soon' })],
    ['that is six minutes old', 401, () => forged({ 'x-slack-request-timestamp': seconds(360) })],
    ['that is two minutes ahead', 401, () => forged({ 'x-slack-request-timestamp': seconds(-120) })],
    ['of another type', 415, () => forged({ 'content-type': 'text/plain' })],
    ['of another method', 405, () => ({ ...forged(), method: 'PUT' })],
  ])('%s is refused with %i', async (_, status, request) => {
    expect(await statusOf(port(), request())).toBe(status)
  })
})

test('a body that does not say how long it is, is refused where it becomes too long', async () => {
  const { 'content-length': _, ...headers } = forged().headers
  const longer = DOOR_LIMITS.bodyBytes + 1
  const body = `${longer.toString(16)}\r\n${'x'.repeat(longer)}`

  expect(
    await statusOf(port(), {
      ...forged(),
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    }),
  ).toBe(413)
})

describe('strangers who hold bodies', () => {
  const EACH = 1_000_000
  const room = Math.floor(DOOR_LIMITS.bodiesBytes / EACH)

  /** Each says that its body is as long as can be, sends most of it, and waits. */
  const holding = (count: number): Knock[] =>
    Array.from({ length: count }, () =>
      knock(port(), { ...forged({ 'content-length': DOOR_LIMITS.bodyBytes }), body: 'x'.repeat(EACH) }),
    )
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  /** The first answers, so many of them. */
  const answersOf = (strangers: readonly Knock[], count: number) =>
    new Promise<string[]>((resolve) => {
      const answers: string[] = []
      for (const { answer } of strangers)
        answer.then(
          (each) => {
            if (answers.push(each) === count) resolve(answers)
          },
          () => undefined,
        )
    })

  test('hold no more of them than there is room for, and whom Slack sends is served', async () => {
    const strangers = holding(room + 20)

    const refused = await answersOf(strangers, 20)
    const served = await post(command())

    expect(new Set(refused.map((answer) => answer.split('\r\n')[0]))).toEqual(
      new Set(['HTTP/1.1 503 Service Unavailable']),
    )
    expect(refused.join('\n').match(/retry-after: 5/giu)).toHaveLength(20)
    expect(served.status).toBe(200)
    expect(inbox.accepted).toHaveLength(1)
    for (const { socket } of strangers) socket.destroy()
  })

  test('leave the room to others when they are gone', async () => {
    const strangers = holding(room + 1)
    await answersOf(strangers, 1)
    for (const { socket } of strangers) socket.destroy()
    while ((await connections()) > 0) await new Promise((resolve) => setImmediate(resolve))

    const others = holding(room + 1)
    const refused = await answersOf(others, 1)
    const served = await post(command())

    expect(refused).toHaveLength(1)
    expect(served.status).toBe(200)
    for (const { socket } of others) socket.destroy()
  })
})

test('HTTP mode without a signing secret does not start', () => {
  expect(() =>
    slackEvents({ ...configFor(api.apiUrl), signingSecret: null }, inbox, { log, clock: systemClock }),
  ).toThrow('SLACK_SIGNING_SECRET')
})
