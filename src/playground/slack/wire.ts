/** The HTTP side of the local Slack: bodies in both encodings, tokens, faults, the pace of posts, response URLs. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Json } from './block-limits'
import type { Faults, SlackFault } from './faults'
import { type ApiAnswer, callMethod, type SlackWorkspace } from './web-api'

export interface Wire {
  readonly workspace: SlackWorkspace
  readonly botToken: string
  readonly faults: Faults
  /** Seconds to wait before this call, or 0. */
  readonly waitFor: (method: string, args: Json) => number
  readonly record: (method: string) => void
  /** Answers a post to a response URL's path. */
  readonly reply: (path: string, args: Json) => { readonly status: number; readonly body: Json }
}

const MAX_BODY_BYTES = 4 * 2 ** 20

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const piece = chunk as Buffer
    bytes += piece.length
    if (bytes > MAX_BODY_BYTES) throw new RangeError('the body is larger than 4 MiB')
    chunks.push(piece)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parse = (contentType: string, body: string): Json | undefined => {
  if (!contentType.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body))
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : undefined
  } catch {
    return undefined
  }
}

const send = (
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

const limited = (response: ServerResponse, seconds: number): void =>
  send(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) })

/** Plays the fault; true when the call is finished with it, so that nothing is done. */
const play = (fault: SlackFault | undefined, response: ServerResponse): boolean => {
  switch (fault?.kind) {
    case 'error':
      send(response, 200, { ok: false, error: fault.error ?? 'internal_error' })
      return true
    case 'status':
      send(response, fault.status ?? 503, { ok: false, error: fault.error ?? 'service_unavailable' })
      return true
    case 'rate-limit':
      limited(response, fault.retryAfter ?? 1)
      return true
    case 'drop-before':
      response.destroy()
      return true
    case 'drop-after':
    case undefined:
      return false
  }
}

const tokenOf = (request: IncomingMessage, args: Json): string | undefined => {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer ?? (typeof args['token'] === 'string' ? args['token'] : undefined)
}

const answerMethod = (
  wire: Wire,
  call: { method: string; args: Json; token: string | undefined },
): ApiAnswer => {
  if (call.token === undefined) return { ok: false, error: 'not_authed' }
  if (call.token !== wire.botToken) return { ok: false, error: 'invalid_auth' }
  return callMethod(wire.workspace, call.method, call.args)
}

const serve = async (wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const args = parse(request.headers['content-type'] ?? '', await bodyOf(request))
  const method = path.startsWith('/api/') ? path.slice('/api/'.length) : 'response_url'
  wire.record(method)
  const fault = wire.faults.take(method)
  if (play(fault, response)) return
  if (!args) {
    send(response, 200, { ok: false, error: 'invalid_json' })
    return
  }
  const wait = wire.waitFor(method, args)
  if (wait > 0) {
    limited(response, wait)
    return
  }

  const answer =
    method === 'response_url'
      ? wire.reply(path, args)
      : { status: 200, body: answerMethod(wire, { method, args, token: tokenOf(request, args) }) }
  if (fault?.kind === 'drop-after') response.destroy()
  else send(response, answer.status, answer.body, { 'x-oauth-scopes': wire.workspace.scopes.join(',') })
}

/** A server that is not listening yet. A body that cannot be read ends in 400. */
export const wireServer = (wire: Wire): Server =>
  createServer((request, response) => {
    serve(wire, request, response).catch((error: unknown) => {
      if (!response.headersSent)
        send(response, 400, { ok: false, error: 'invalid_post_body', detail: String(error) })
    })
  })
