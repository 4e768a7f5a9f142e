// HTTP mode. Bolt's receiver verifies signatures; what it lets through or leaves hanging is stopped before it:
// timestamps of the future, other methods and paths, bodies that are no payload.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import type { HTTPReceiver } from '@slack/bolt'
import { Fault, messageOf } from '../../core/errors'
import type { Inbox } from '../../core/ports'
import type { SlackConfig } from './config'
import { slackLogger, type Log } from './log'
import { boltApp, loadBolt, MalformedPayload, type Bolt } from './listen'

export const slackEventsPath = '/slack/events'

const bodyLimitBytes = 1024 * 1024
const clockSkewSeconds = 60
const formType = 'application/x-www-form-urlencoded'
const jsonType = 'application/json'

/** A body that is too large is not read to its end, so the connection cannot be used again. */
const headersFor: Readonly<Record<number, Record<string, string>>> = {
  405: { allow: 'POST' },
  413: { connection: 'close' },
}

const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  if (response.headersSent) return
  response.writeHead(status, headers).end()
}

/** The whole body, or null when it is longer than the limit. */
const readBody = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let length = 0
  // Ending the loop must not end the connection, which still has to carry the refusal.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyLimitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const payloadOf = (body: string, type: string): unknown => {
  if (type === jsonType) return JSON.parse(body)
  const form = parse(body)
  return typeof form['payload'] === 'string' ? JSON.parse(form['payload']) : form
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Bolt answers 404 after three seconds, or breaks, for a payload whose kind it cannot tell. */
const isPayload = (body: string, type: string): boolean => {
  try {
    const payload = payloadOf(body, type)
    if (!isObject(payload) || Array.isArray(payload)) return false
    const event: unknown = Reflect.get(payload, 'event')
    const actions: unknown = Reflect.get(payload, 'actions')
    return (
      ['command', 'type', 'ssl_check'].some((key) => typeof Reflect.get(payload, key) === 'string') &&
      (event === undefined || isObject(event)) &&
      (actions === undefined || (Array.isArray(actions) && isObject(actions[0])))
    )
  } catch {
    return false
  }
}

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

const isSigned = (bolt: Bolt, request: IncomingMessage, body: string, signingSecret: string): boolean =>
  bolt.isValidSlackRequest({
    signingSecret,
    body,
    headers: {
      'x-slack-signature': header(request, 'x-slack-signature'),
      'x-slack-request-timestamp': Number(header(request, 'x-slack-request-timestamp') || 'NaN'),
    },
  })

interface RefusedRequest {
  readonly status: number
  readonly why: string
}

const contentType = (request: IncomingMessage): string =>
  header(request, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const refusalOfHead = (request: IncomingMessage): RefusedRequest | null => {
  if (new URL(request.url ?? '/', 'http://localhost').pathname !== slackEventsPath)
    return { status: 404, why: 'unknown path' }
  if (request.method !== 'POST') return { status: 405, why: 'method' }
  // Bolt refuses old timestamps only: one of the future would stay good for replaying until it is past.
  if (Number(header(request, 'x-slack-request-timestamp')) > Date.now() / 1000 + clockSkewSeconds)
    return { status: 401, why: 'timestamp in the future' }
  if (![formType, jsonType].includes(contentType(request))) return { status: 415, why: 'content type' }
  return null
}

const receiverFor = (bolt: Bolt, signingSecret: string, log: Log): HTTPReceiver =>
  new bolt.HTTPReceiver({
    signingSecret,
    endpoints: slackEventsPath,
    processBeforeResponse: true,
    logger: slackLogger(log),
    bodyLimit: bodyLimitBytes,
    processEventErrorHandler: ({ error, response }) => {
      answer(response, error instanceof MalformedPayload ? 400 : 500)
      return Promise.resolve(true)
    },
    unhandledRequestHandler: ({ response }) => {
      log.error({}, 'slack: a request was not acknowledged within three seconds')
      answer(response, 503)
    },
    dispatchErrorHandler: ({ response }) => answer(response, 404),
  })

/**
 * HTTP mode: the listener for `POST /slack/events`, to be mounted in the application's own server. Throws
 * Fault('config') without a signing secret.
 */
export const slackEvents = (config: SlackConfig, inbox: Inbox, log: Log): { listener: RequestListener } => {
  const { signingSecret } = config
  if (!signingSecret) throw new Fault('config', 'Slack in HTTP mode needs SLACK_SIGNING_SECRET')
  const open = async (): Promise<{ bolt: Bolt; receiver: HTTPReceiver }> => {
    const bolt = await loadBolt().catch((error: unknown) => {
      throw new Fault('chat', "loading Slack's SDK", error)
    })
    const receiver = receiverFor(bolt, signingSecret, log)
    boltApp(bolt, receiver, { config, inbox, log })
    return { bolt, receiver }
  }
  let opened: ReturnType<typeof open> | undefined

  /** Hands the request to Bolt, or says why not. */
  const admit = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<RefusedRequest | null> => {
    const refusal = refusalOfHead(request)
    if (refusal) return refusal
    const type = contentType(request)
    const rawBody = await readBody(request)
    if (rawBody === null) return { status: 413, why: 'body too large' }
    const body = rawBody.toString()
    const { bolt, receiver } = await (opened ??= open())
    if (!isPayload(body, type))
      return isSigned(bolt, request, body, signingSecret)
        ? { status: 400, why: 'no payload' }
        : { status: 401, why: 'signature' }
    // Bolt compares the type as a whole, parameters included, and takes a body that was read already.
    request.headers['content-type'] = type
    receiver.requestListener(Object.assign(request, { rawBody }), response)
    return null
  }

  const refuse = (request: IncomingMessage, response: ServerResponse, refusal: RefusedRequest): void => {
    log.warn({ ...refusal }, 'slack: a request was refused')
    request.resume()
    answer(response, refusal.status, headersFor[refusal.status])
  }

  return {
    listener: (request, response) => {
      admit(request, response).then(
        (refusal) => {
          if (refusal) refuse(request, response, refusal)
        },
        (error: unknown) =>
          refuse(request, response, { status: error instanceof Fault ? 503 : 400, why: messageOf(error) }),
      )
    },
  }
}
