/**
 * Who may talk to the playground: pages it served itself, from this machine. The Host header defeats DNS rebinding, the
 * Origin and the JSON content type defeat forms and scripts of other sites.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../core/errors'

export type GateEntry =
  | { readonly kind: 'let-in' }
  | { readonly kind: 'turned-away'; readonly status: 403 | 405 | 415; readonly why: string }

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i
const away = (status: 403 | 405 | 415, why: string): GateEntry => ({ kind: 'turned-away', status, why })

/** Judges by headers alone; `method` is the only one that the path takes. */
export const enter = (request: IncomingMessage, method: 'GET' | 'POST'): GateEntry => {
  const { host = '', origin } = request.headers
  if (!LOOPBACK.test(host))
    return away(403, 'The playground answers to localhost only: open it at http://localhost.')
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return away(403, 'Only the page that the playground served may talk to it.')
  if (request.method !== method) return away(405, `This address takes ${method}.`)
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (method === 'POST' && type !== 'application/json') return away(415, 'The body must be application/json.')
  return { kind: 'let-in' }
}

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Starts an answer under the page's security headers. */
export const begin = (response: ServerResponse, status: number, type: string): ServerResponse =>
  response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': type })

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  begin(response, status, 'application/json; charset=utf-8').end(JSON.stringify(body))
}

export type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'unreadable'; readonly status: 400 | 413; readonly why: string }

const MAX_BODY_BYTES = 256 * 1024

export const readJson = async (request: IncomingMessage): Promise<Body> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES)
      return { kind: 'unreadable', status: 413, why: 'The body is larger than 256 KiB.' }
    chunks.push(chunk as Buffer)
  }
  try {
    return { kind: 'json', value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown }
  } catch (error) {
    return { kind: 'unreadable', status: 400, why: `The body is not JSON: ${messageOf(error)}` }
  }
}
