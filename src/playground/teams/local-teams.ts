/**
 * Microsoft's part of Teams on loopback: an OpenID server with real keys, a Bot Connector that takes and edits messages,
 * and people whose words and presses reach the bot over HTTP with tokens that are signed as Microsoft signs them.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { TeamsConfig } from '../../chat/teams/config'
import { claimsFor, makeKey, openIdDocument, signToken, type Key } from './issuer'
import {
  connectorOf,
  ok,
  userIdOf,
  wrong,
  type ConnectorAnswer,
  type Connector,
  type TeamsMember,
} from './connector'
import { NOTHING_SAVED, openSaved, type ShownMessage } from './saved'

export { personalOf, userIdOf, type TeamsMember as Person } from './connector'
export type { ShownMessage } from './saved'

export interface Conversation {
  readonly id: string
  readonly type: 'personal' | 'groupChat' | 'channel'
}

/**
 * An answer of the Bot Connector in place of the usual one, or none: the connection is cut before anything is done, or when
 * all is done. `code` null: it is of somebody on the way, who knows none of Microsoft's codes.
 */
export type ConnectorFault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly code?: string | null }
  | { readonly cut: 'before' | 'after' }

/** A client of its own, which keeps the messages of its conversations itself. */
export interface Beyond {
  holds(conversation: string): boolean
  answer(method: string, path: string, body: string): Promise<ConnectorAnswer>
}

/** The sentence that Teams shows under a pressed button, to the one who pressed alone. */
export interface Sentence {
  readonly conversation: string
  readonly id: string
  /** The object id of the one who pressed. */
  readonly by: string
  readonly text: string
}

const SENTENCE = z.object({
  type: z.literal('application/vnd.microsoft.activity.message'),
  value: z.string().min(1),
})

export interface CardAction {
  readonly type: 'Action.Execute' | 'Action.Submit'
  readonly verb?: string | undefined
  /** With the values of the inputs. */
  readonly data: unknown
}

export interface LocalTeams extends Pick<Connector, 'messages' | 'said' | 'typing' | 'stamp'> {
  readonly config: TeamsConfig
  readonly key: Key
  /** What presses were answered with, oldest first. */
  readonly sentences: readonly Sentence[]
  /** Requests to the Bot Connector, as `POST /v3/...`. */
  readonly calls: readonly string[]
  people: readonly TeamsMember[]
  /** Asked before each request to the Bot Connector. */
  fault: (call: string) => ConnectorFault | null
  /** Types a message, in a channel and in a group chat one that mentions the bot; it carries the id when that is given. */
  say(by: TeamsMember, where: Conversation, text: string, id?: string): Promise<Response>
  press(by: TeamsMember, where: Conversation, message: ShownMessage, data: unknown): Promise<Response>
  /** What a client sends when an action of a card is performed. */
  act(by: TeamsMember, where: Conversation, message: ShownMessage, action: CardAction): Promise<Response>
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
  /** A file in which port and messages outlive the process; nowhere when absent. */
  readonly keepIn?: string
  readonly beyond?: Beyond | null
}

/** Typed text arrives with these as entities. */
const inEntities = (typed: string): string =>
  typed
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\u00a0', '&nbsp;')

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Resolves with the port: the one that is wanted, or any where that is taken. */
const listenOn = async (server: Server, wanted: number): Promise<number> => {
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening').catch(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  return (server.address() as AddressInfo).port
}

/** Starts on loopback. */
export const startLocalTeams = async (options: LocalTeamsOptions): Promise<LocalTeams> => {
  let { keys } = options
  // Made for the first message: it costs more than everything else at the start.
  const published = () => (keys ??= [makeKey(randomUUID())])
  const calls: string[] = []
  const sentences: Sentence[] = []
  let origin = ''
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listen) => listen())
  const saved = options.keepIn === undefined ? NOTHING_SAVED : openSaved(options.keepIn)
  const connector = connectorOf({
    tenantId: options.tenantId,
    people: () => local.people,
    saved,
    changed,
  })

  /** Who is in a conversation is known here, whoever keeps its messages. */
  const answerTo = (
    method: string,
    path: string,
    body: string,
  ): ConnectorAnswer | Promise<ConnectorAnswer> => {
    const conversation = decodeURIComponent(path.split('/')[3] ?? '')
    return method !== 'GET' && options.beyond?.holds(conversation)
      ? options.beyond.answer(method, path, body)
      : connector.answer(method, path, body)
  }

  const respond = async (request: IncomingMessage): Promise<ConnectorAnswer | null> => {
    const [path = '/'] = (request.url ?? '/').split('?')
    const document = openIdDocument(path, { origin, keys: published })
    if (document) return ok(document)
    if (!path.startsWith('/v3/conversations')) return wrong(404, 'NotFound')
    const call = `${request.method ?? ''} ${decodeURIComponent(path)}`
    calls.push(call)
    const body = await read(request)
    if (request.headers.authorization !== `Bearer ${options.botToken}`) return wrong(401, 'Unauthorized')
    const fault = local.fault(call)
    if (fault && 'status' in fault)
      return fault.code === null
        ? { status: fault.status, body: {} }
        : wrong(fault.status, fault.code ?? 'Fault', fault.headers)
    if (fault?.cut === 'before') return null
    const answer = await answerTo(request.method ?? '', path, body)
    return fault ? null : answer
  }

  const server = createServer((request, response) => {
    void respond(request).then((answer) => (answer ? write(response, answer) : response.destroy()))
  })
  const port = await listenOn(server, saved.port)
  saved.append({ kind: 'port', port })
  origin = `http://127.0.0.1:${port}`
  const serviceUrl = `${origin}/`

  const activity = (by: TeamsMember, { id, type }: Conversation, rest: object): object => ({
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
    get key() {
      return published()[0]
    },
    messages: connector.messages,
    said: connector.said,
    typing: connector.typing,
    stamp: connector.stamp,
    calls,
    sentences,
    people: [],
    fault: () => null,
    say: (by, where, text, id = connector.stamp()) => {
      connector.say({ conversation: where.id, id, by: by.objectId, text })
      const typed = inEntities(text)
      return local.deliver(
        activity(by, where, {
          id,
          type: 'message',
          textFormat: 'plain',
          ...(where.type === 'personal' ? { text: typed } : mentioned(typed)),
        }),
      )
    },
    press: (by, where, message, data) =>
      local.act(by, where, message, { type: 'Action.Execute', verb: 'gpu.press', data }),
    act: async (by, where, { id }, action) => {
      const answer = await local.deliver(
        activity(by, where, {
          replyToId: id,
          ...(action.type === 'Action.Execute'
            ? { type: 'invoke', name: 'adaptiveCard/action', value: { action, trigger: 'manual' } }
            : { type: 'message', value: action.data }),
        }),
      )
      const said = SENTENCE.safeParse(
        await answer
          .clone()
          .json()
          .catch(() => null),
      ).data
      if (said) {
        sentences.push({ conversation: where.id, id: connector.stamp(), by: by.objectId, text: said.value })
        changed()
      }
      return answer
    },
    deliver: (body, token = signToken(local.key, claimsFor(options.appId, serviceUrl))) =>
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

const write = (response: ServerResponse, { status, body, headers = {} }: ConnectorAnswer): void => {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}
