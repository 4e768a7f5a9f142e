// Slack at the wire: a Web API on loopback that records what it was asked, requests signed as Slack signs them, and the
// least of a WebSocket server that Socket Mode needs.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { CameOf, Delivery, Inbox } from '../../../src/core/ports/delivery'
import type { SlackConfig } from '../../../src/chat/slack/config'
import type { Log } from '../../../src/chat/log'

export const signingSecret = 'shh-signing-secret'

interface Call {
  readonly method: string
  readonly body: Record<string, string>
  readonly json: unknown
  readonly authorization: string
}
export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Breaks the connection instead of answering. */
  readonly broken?: true
}

const readText = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  return text
}

export const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
export const close = (server: Server): Promise<void> => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

export interface FakeApi {
  readonly url: string
  readonly apiUrl: string
  readonly replyUrl: string
  readonly server: Server
  readonly calls: Call[]
  /** What a method answers; `reply` is the response URL. */
  answer: (call: Call) => Answer
  /** Resolves with the first call of the method, past or to come. */
  called(method: string): Promise<Call>
  close(): Promise<void>
}

export const fakeApi = async (): Promise<FakeApi> => {
  const calls: Call[] = []
  const waiting: (() => void)[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readText(request)
    const isJson = (request.headers['content-type'] ?? '').includes('json')
    const call: Call = {
      method: (request.url ?? '').replace(/^\/(api\/)?/, ''),
      body: isJson ? {} : Object.fromEntries(new URLSearchParams(text)),
      json: isJson ? JSON.parse(text) : null,
      authorization: request.headers.authorization ?? '',
    }
    calls.push(call)
    waiting.forEach((wake) => wake())
    const { status = 200, headers = {}, body = { ok: true }, broken } = fake.answer(call)
    if (broken) return void request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const server = createServer((request, response) => void respond(request, response))
  const url = await listen(server)
  const fake: FakeApi = {
    url,
    apiUrl: `${url}/api/`,
    replyUrl: `${url}/reply`,
    server,
    calls,
    answer: () => ({}),
    called: (method) =>
      new Promise((resolve) => {
        const look = (): void => {
          const call = calls.find((each) => each.method === method)
          if (call) resolve(call)
        }
        waiting.push(look)
        look()
      }),
    close: () => close(server),
  }
  return fake
}

export const configFor = (apiUrl: string): SlackConfig => ({
  botToken: 'xoxb-test-token',
  signingSecret,
  appToken: 'xapp-test-token',
  apiUrl,
  teamId: 'T1',
  botId: 'B1',
  botUserId: 'UBOT',
  command: '/gpu',
})

export interface RecordingLog extends Log {
  readonly lines: { readonly level: string; readonly obj: object; readonly msg: string }[]
}
export const recordingLog = (): RecordingLog => {
  const lines: RecordingLog['lines'] = []
  const at = (level: string) => (obj: object, msg: string) => void lines.push({ level, obj, msg })
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}

export interface RecordingInbox extends Inbox {
  readonly accepted: Delivery[]
  accepting: (delivery: Delivery) => Promise<void>
  /** What comes of a press in time. */
  cameOf: (press: Delivery) => CameOf | null
}
export const recordingInbox = (): RecordingInbox => {
  const inbox: RecordingInbox = {
    accepted: [],
    accepting: () => Promise.resolve(),
    cameOf: () => null,
    accept: async (delivery) => {
      await inbox.accepting(delivery)
      inbox.accepted.push(delivery)
    },
    acceptPress: async (delivery) => {
      await inbox.accept(delivery)
      return inbox.cameOf(delivery)
    },
  }
  return inbox
}

export const signed = (
  body: string,
  options: { secret?: string; at?: number } = {},
): Record<string, string> => {
  const at = String(options.at ?? Math.floor(Date.now() / 1000))
  const hash = createHmac('sha256', options.secret ?? signingSecret)
    .update(`v0:${at}:${body}`)
    .digest('hex')
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': at,
    'x-slack-signature': `v0=${hash}`,
  }
}

export const commandFields = (
  replyUrl: string,
  changes: Record<string, string> = {},
): Record<string, string> => ({
  token: 'deprecated',
  team_id: 'T1',
  team_domain: 'acme',
  channel_id: 'C1',
  channel_name: 'gpu',
  user_id: 'U1',
  user_name: 'ada',
  command: '/gpu',
  text: 'list',
  api_app_id: 'A1',
  response_url: replyUrl,
  trigger_id: '123.456.abc',
  ...changes,
})
export const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString()

export const pressPayload = (replyUrl: string, action: object, changes: object = {}): object => ({
  type: 'block_actions',
  team: { id: 'T1', domain: 'acme' },
  user: { id: 'U2', username: 'grace', team_id: 'T1' },
  api_app_id: 'A1',
  token: 'deprecated',
  trigger_id: '9.9.z',
  channel: { id: 'C1', name: 'gpu' },
  container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C1' },
  message: { ts: '1700000000.000100', text: 'a request' },
  response_url: replyUrl,
  actions: [
    { type: 'button', block_id: 'b', action_id: 'gpu.press.0', action_ts: '1700000001.5', ...action },
  ],
  ...changes,
})
export const pressForm = (payload: unknown): string => form({ payload: JSON.stringify(payload) })

/** What Slack sends of a message that mentions the bot; `changes` are of the event, `around` of what holds it. */
export const messageEvent = (changes: object = {}, around: object = {}): object => ({
  token: 'deprecated',
  team_id: 'T1',
  api_app_id: 'A1',
  event: {
    type: 'app_mention',
    user: 'U1',
    text: '<@UBOT> list',
    ts: '1700000000.000100',
    team: 'T1',
    client_msg_id: '6f2c0d4a-4d0a-4c1c-9a51-2a8b0e0c7d11',
    channel: 'C1',
    event_ts: '1700000000.000100',
    ...changes,
  },
  type: 'event_callback',
  event_id: 'Ev0123456789',
  event_time: 1_700_000_000,
  authorizations: [
    { enterprise_id: null, team_id: 'T1', user_id: 'UBOT', is_bot: true, is_enterprise_install: false },
  ],
  ...around,
})
/** The same in the chat that a person has with the bot. */
export const ownChatEvent = (changes: object = {}, around: object = {}): object =>
  messageEvent({ type: 'message', channel: 'D1', channel_type: 'im', text: 'list', ...changes }, around)

// ---- WebSocket, as much as Socket Mode needs ----

const encodeFrame = (opcode: number, payload: Buffer): Buffer => {
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.alloc(4)
  if (payload.length >= 126) {
    head[0] = 0x80 | opcode
    head[1] = 126
    head.writeUInt16BE(payload.length, 2)
  }
  return Buffer.concat([head, payload])
}

const decodeFrames = (data: Buffer): { frames: { opcode: number; payload: Buffer }[]; rest: Buffer } => {
  const frames: { opcode: number; payload: Buffer }[] = []
  let rest = data
  for (;;) {
    if (rest.length < 6) return { frames, rest }
    const short = rest[1]! & 0x7f
    const start = short === 126 ? 4 : 2
    const length = short === 126 ? rest.readUInt16BE(2) : short
    if (rest.length < start + 4 + length) return { frames, rest }
    const mask = rest.subarray(start, start + 4)
    const payload = Buffer.from(rest.subarray(start + 4, start + 4 + length))
    payload.forEach((byte, index) => (payload[index] = byte ^ mask[index % 4]!))
    frames.push({ opcode: rest[0]! & 0x0f, payload })
    rest = rest.subarray(start + 4 + length)
  }
}

export interface FakeSocket {
  readonly sent: unknown[]
  /** How many connections were made. */
  connections: number
  send(message: object): void
  /** Resolves with the first acknowledgement of the envelope. */
  acked(envelope: string): Promise<unknown>
  /** Resolves at the nth connection. */
  connected(count: number): Promise<void>
  hangUp(): void
}

/** Adds a WebSocket endpoint to the fake API's server; each connection is greeted with hello. */
export const fakeSocket = (server: Server): FakeSocket => {
  let current: Socket | undefined
  const waiting = new Set<() => void>()
  const changed = (): void => waiting.forEach((wake) => wake())
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const wake = (): void => {
        const found = look()
        if (found === undefined) return
        waiting.delete(wake)
        resolve(found)
      }
      waiting.add(wake)
      wake()
    })
  const fake: FakeSocket = {
    sent: [],
    connections: 0,
    send: (message) => void current?.write(encodeFrame(1, Buffer.from(JSON.stringify(message)))),
    acked: (envelope) =>
      until(() => fake.sent.find((each) => (each as { envelope_id?: string }).envelope_id === envelope)),
    connected: (count) => until(() => (fake.connections >= count ? true : undefined)).then(() => undefined),
    hangUp: () => void current?.write(encodeFrame(8, Buffer.from([0x03, 0xe8]))),
  }
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    current = socket
    let buffered: Buffer = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      const { frames, rest } = decodeFrames(Buffer.concat([buffered, data]))
      buffered = rest
      for (const { opcode, payload } of frames) {
        if (opcode === 8) socket.end(encodeFrame(8, payload))
        if (opcode === 9) socket.write(encodeFrame(10, payload))
        if (opcode === 1) fake.sent.push(JSON.parse(payload.toString()))
      }
      changed()
    })
    fake.connections += 1
    fake.send({ type: 'hello', num_connections: 1 })
    changed()
  })
  return fake
}
