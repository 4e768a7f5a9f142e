// HTTP mode. Bolt's receiver verifies signatures; what it lets through or leaves hanging is stopped before it:
// timestamps of the future, other methods and paths, bodies that are no payload. What cannot be signed is not even read.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import type { HTTPReceiver } from '@slack/bolt'
import { Fault } from '../../core/errors'
import type { Inbox } from '../../core/ports/delivery'
import { header, DOOR_LIMITS, openBodies, refuse, Refused, refusedFor, refuseTooLong } from '../door'
import type { SlackConfig } from './config'
import type { Log, Runtime } from '../log'
import { slackLogger } from './log'
import { boltApp, loadBolt, MalformedPayload, type Bolt } from './listen'

const slackEventsPath = '/slack/events'

const clockSkewSeconds = 60
/** As Slack advises. */
const oldestSeconds = 5 * 60
const formType = 'application/x-www-form-urlencoded'
const jsonType = 'application/json'

const answer = (response: ServerResponse, status: number): void => {
  if (!response.headersSent) response.writeHead(status).end()
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

const isSigned = (bolt: Bolt, request: IncomingMessage, body: string, signingSecret: string): boolean =>
  bolt.isValidSlackRequest({
    signingSecret,
    body,
    headers: {
      'x-slack-signature': header(request, 'x-slack-signature'),
      'x-slack-request-timestamp': Number(header(request, 'x-slack-request-timestamp') || 'NaN'),
    },
  })

const contentType = (request: IncomingMessage): string =>
  header(request, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Slack's check of our certificate, which has no signature, is shorter than this. */
const unsignedBytes = 1024

const isCertificateCheck = (request: IncomingMessage): boolean =>
  header(request, 'x-slack-signature') === '' &&
  header(request, 'content-length') !== '' &&
  Number(header(request, 'content-length')) <= unsignedBytes

const refuseSignature = (request: IncomingMessage): void => {
  if (isCertificateCheck(request)) return
  if (!/^v0=[0-9a-f]{64}$/u.test(header(request, 'x-slack-signature'))) throw new Refused(401, 'no signature')
  // By the clock of the machine, as Bolt's own check of the signature is.
  const ageSeconds = Date.now() / 1000 - Number(header(request, 'x-slack-request-timestamp') || 'NaN')
  // Bolt refuses old timestamps only: one of the future would stay good for replaying until it is past.
  if (ageSeconds < -clockSkewSeconds) throw new Refused(401, 'timestamp in the future')
  if (!(ageSeconds <= oldestSeconds)) throw new Refused(401, 'timestamp too old')
}

const refuseHead = (request: IncomingMessage): void => {
  if (new URL(request.url ?? '/', 'http://localhost').pathname !== slackEventsPath)
    throw new Refused(404, 'unknown path')
  if (request.method !== 'POST') throw new Refused(405, 'method')
  if (![formType, jsonType].includes(contentType(request))) throw new Refused(415, 'content type')
  refuseTooLong(request)
  refuseSignature(request)
}

const receiverFor = (bolt: Bolt, signingSecret: string, log: Log): HTTPReceiver =>
  new bolt.HTTPReceiver({
    signingSecret,
    endpoints: slackEventsPath,
    processBeforeResponse: true,
    logger: slackLogger(log),
    bodyLimit: DOOR_LIMITS.bodyBytes,
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
export const slackEvents = (
  config: SlackConfig,
  inbox: Inbox,
  { log, clock }: Runtime,
): { listener: RequestListener } => {
  const { signingSecret } = config
  if (!signingSecret) throw new Fault('config', 'Slack in HTTP mode needs SLACK_SIGNING_SECRET')
  const open = async (): Promise<{ bolt: Bolt; receiver: HTTPReceiver }> => {
    const bolt = await loadBolt().catch((error: unknown) => {
      throw new Fault('chat', "loading Slack's SDK", error)
    })
    const receiver = receiverFor(bolt, signingSecret, log)
    boltApp(bolt, receiver, { config, inbox, log, clock })
    return { bolt, receiver }
  }
  let opened: ReturnType<typeof open> | undefined
  const readBody = openBodies()

  /** Hands the request to Bolt. Throws Refused, or a Fault of ours. */
  const admit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    refuseHead(request)
    const type = contentType(request)
    const rawBody = await readBody(request, response)
    const body = rawBody.toString()
    const { bolt, receiver } = await (opened ??= open())
    if (!isPayload(body, type))
      throw isSigned(bolt, request, body, signingSecret)
        ? new Refused(400, 'no payload')
        : new Refused(401, 'signature')
    // Bolt compares the type as a whole, parameters included, and takes a body that was read already.
    request.headers['content-type'] = type
    receiver.requestListener(Object.assign(request, { rawBody }), response)
  }

  return {
    listener: (request, response) => {
      admit(request, response).catch((error: unknown) => {
        const refused = refusedFor(error)
        log.warn({ status: refused.status, why: refused.message }, 'slack: a request was refused')
        refuse(request, response, refused)
      })
    },
  }
}
