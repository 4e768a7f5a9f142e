/**
 * Microsoft's part of Teams on loopback: an OpenID server with real keys, a Bot Connector that takes and edits messages,
 * and people whose words and presses reach the bot over HTTP with tokens that are signed as Microsoft signs them.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { TeamsConfig } from '../../chat/teams/config'
import { claimsFor, makeKey, openIdDocuments, signToken, type Key } from './issuer'
import { isTooLarge, newConversation, postedMessage, type PostedMessage } from './posted'

export interface Person {
  /** Object id in Entra. */
  readonly objectId: string
  readonly name: string
  readonly userRole: string
  readonly tenantId: string
  readonly userPrincipalName: string
}

export interface Conversation {
  readonly id: string
  readonly type: 'personal' | 'groupChat' | 'channel'
}

/** A message of the bot as it is shown now. */
export interface ShownMessage {
  readonly conversation: string
  readonly id: string
  readonly message: PostedMessage
  readonly edits: number
}

/**
 * An answer of the Bot Connector in place of the usual one, or none: the connection is cut before anything is done, or when
 * all is done.
 */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly code?: string }
  | { readonly cut: 'before' | 'after' }

export interface LocalTeams {
  readonly config: TeamsConfig
  readonly key: Key
  readonly messages: readonly ShownMessage[]
  /** Requests to the Bot Connector, as `POST /v3/...`. */
  readonly calls: readonly string[]
  people: readonly Person[]
  /** Asked before each request to the Bot Connector. */
  fault: (call: string) => Fault | null
  say(by: Person, where: Conversation, text: string): Promise<Response>
  press(by: Person, where: Conversation, message: ShownMessage, data: unknown): Promise<Response>
  /** Sends any activity; with the token given, or with the right one. */
  deliver(activity: object, token?: string): Promise<Response>
  /** Calls back after each change of messages; the result ends that. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

export interface LocalTeamsOptions {
  readonly appId: string
  readonly tenantId: string
  readonly botToken: string
  readonly messagesUrl: () => string
  /** The published keys, of which the first one signs; absent: a new one. */
  readonly keys?: readonly [Key, ...Key[]]
}

/** Teams' id of a person for this bot. */
export const userIdOf = (person: Person): string => `29:${person.objectId}`
const personalOf = (userId: string): string => `a:${userId.slice(3)}`

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly headers?: Record<string, string>
}
const ok = (body: object, status = 200): Answer => ({ status, body })
const wrong = (status: number, code: string, headers = {}): Answer => ({
  status,
  headers,
  body: { error: { code, message: code } },
})

/** The Bot Connector: what it stores, and its answers. */
const connectorOf = (options: LocalTeamsOptions, peopleNow: () => readonly Person[], changed: () => void) => {
  const messages: ShownMessage[] = []

  const parsed = (body: string): PostedMessage | Answer => {
    if (isTooLarge(body)) return wrong(413, 'MessageSizeTooBig')
    const message = postedMessage.safeParse(JSON.parse(body))
    return message.success ? message.data : wrong(400, 'BadSyntax')
  }

  const post = (conversation: string, body: string): Answer => {
    const message = parsed(body)
    if ('status' in message) return message as Answer
    const id = String(1_700_000_000_000 + messages.length)
    messages.push({ conversation, id, message, edits: 0 })
    changed()
    return ok({ id }, 201)
  }

  const edit = (conversation: string, id: string, body: string): Answer => {
    const at = messages.findIndex((each) => each.conversation === conversation && each.id === id)
    const before = messages[at]
    if (!before) return wrong(404, 'ActivityNotFoundInConversation')
    const message = parsed(body)
    if ('status' in message) return message as Answer
    messages[at] = { ...before, message, edits: before.edits + 1 }
    changed()
    return ok({ id })
  }

  const member = (user: string): Answer => {
    const person = peopleNow().find((each) => user === each.objectId || user === userIdOf(each))
    return person ? ok({ id: userIdOf(person), ...person }) : wrong(404, 'MemberNotFoundInConversation')
  }

  const open = (body: string): Answer => {
    const wanted = newConversation.safeParse(JSON.parse(body))
    if (!wanted.success) return wrong(400, 'BadSyntax')
    const id = wanted.data.members[0]?.id ?? ''
    const known = peopleNow().some((each) => userIdOf(each) === id)
    return known && wanted.data.channelData.tenant.id === options.tenantId
      ? ok({ id: personalOf(id) }, 201)
      : wrong(403, 'ForbiddenOperationException')
  }

  const answer = (method: string, path: string, body: string): Answer => {
    const [, , , conversation, kind, id] = path.split('/').map(decodeURIComponent)
    if (method === 'POST' && conversation === undefined) return open(body)
    if (conversation === undefined) return wrong(404, 'NotFound')
    if (method === 'POST' && kind === 'activities') return post(conversation, body)
    if (method === 'PUT' && kind === 'activities') return edit(conversation, id ?? '', body)
    if (method === 'GET' && kind === 'members') return member(id ?? '')
    return wrong(404, 'NotFound')
  }
  return { messages, answer }
}

/** Starts on a free port of loopback. */
export const startLocalTeams = async (options: LocalTeamsOptions): Promise<LocalTeams> => {
  const keys = options.keys ?? ([makeKey(randomUUID())] as const)
  const [key] = keys
  const calls: string[] = []
  let origin = ''
  const listeners = new Set<() => void>()
  const connector = connectorOf(
    options,
    () => local.people,
    () => listeners.forEach((listen) => listen()),
  )

  const respond = async (request: IncomingMessage): Promise<Answer | null> => {
    const path = request.url ?? '/'
    const document = openIdDocuments(origin, keys)[path]
    if (document) return ok(document)
    if (!path.startsWith('/v3/conversations')) return wrong(404, 'NotFound')
    const call = `${request.method ?? ''} ${decodeURIComponent(path)}`
    calls.push(call)
    const body = await read(request)
    if (request.headers.authorization !== `Bearer ${options.botToken}`) return wrong(401, 'Unauthorized')
    const fault = local.fault(call)
    if (fault && 'status' in fault) return wrong(fault.status, fault.code ?? 'Fault', fault.headers)
    if (fault?.cut === 'before') return null
    const answer = connector.answer(request.method ?? '', path, body)
    return fault ? null : answer
  }

  const server = createServer((request, response) => {
    void respond(request).then((answer) => (answer ? write(response, answer) : response.destroy()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const serviceUrl = `${origin}/`

  const activity = (by: Person, { id, type }: Conversation, rest: object): object => ({
    id: randomUUID(),
    channelId: 'msteams',
    serviceUrl,
    timestamp: new Date().toISOString(),
    from: { id: userIdOf(by), name: by.name, aadObjectId: by.objectId },
    recipient: { id: `28:${options.appId}`, name: 'GPU ChatOps' },
    conversation: { id, conversationType: type, tenantId: by.tenantId, isGroup: type !== 'personal' },
    channelData: { tenant: { id: by.tenantId } },
    ...rest,
  })

  const mentioned = (text: string) => ({
    text: `<at>GPU ChatOps</at> ${text}`,
    entities: [
      {
        type: 'mention',
        mentioned: { id: `28:${options.appId}`, name: 'GPU ChatOps' },
        text: '<at>GPU ChatOps</at>',
      },
    ],
  })

  const local: LocalTeams = {
    config: {
      appId: options.appId,
      tenantId: options.tenantId,
      cloud: {
        kind: 'local',
        openIdMetadataUrl: `${origin}/.well-known/openidconfiguration`,
        serviceUrl,
        botToken: options.botToken,
      },
    },
    key,
    messages: connector.messages,
    calls,
    people: [],
    fault: () => null,
    say: (by, where, text) =>
      local.deliver(
        activity(by, where, {
          type: 'message',
          textFormat: 'plain',
          ...(where.type === 'personal' ? { text } : mentioned(text)),
        }),
      ),
    press: (by, where, message, data) =>
      local.deliver(
        activity(by, where, {
          type: 'invoke',
          name: 'adaptiveCard/action',
          replyToId: message.id,
          value: { action: { type: 'Action.Execute', verb: 'gpu.press', data }, trigger: 'manual' },
        }),
      ),
    deliver: (body, token = signToken(key, claimsFor(options.appId, serviceUrl))) =>
      fetch(options.messagesUrl(), {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      listeners.clear()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return local
}

const write = (response: ServerResponse, { status, body, headers = {} }: Answer): void => {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}
