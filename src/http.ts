/** The one HTTP server: health, readiness, and the paths of the chats. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { DOOR_LIMITS } from './chat/door'
import { Fault } from './core/errors'
import type { Readiness } from './readiness'

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly slackEvents: RequestListener | null
  readonly teamsMessages: RequestListener | null
  /** Pages of the playground; false when the path is not one of them. */
  readonly pages: ((req: IncomingMessage, res: ServerResponse) => boolean) | null
  readonly ready: () => Promise<Readiness>
}

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

/** Throws Fault('config') when the port is taken. */
export const startHttp = async (options: HttpOptions): Promise<HttpServer> => {
  const timeouts = {
    keepAliveTimeout: DOOR_LIMITS.keepAliveMs,
    headersTimeout: DOOR_LIMITS.headersMs,
    requestTimeout: DOOR_LIMITS.requestMs,
  }
  const server = createServer(timeouts, (req, res) => route(options, req, res))
  server.maxConnections = DOOR_LIMITS.connections
  server.listen(options.port, options.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Fault(
      'config',
      `listening on ${options.host}:${options.port} (if the port is in use, set PORT to another one; if the address is not this machine's, set HOST)`,
      error,
    )
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const route = (options: HttpOptions, req: IncomingMessage, res: ServerResponse): void => {
  const path = (req.url ?? '/').split('?')[0]
  if (path === '/healthz') answer(res, 200, { status: 'alive' })
  else if (path === '/readyz') void readiness(options, res)
  else if (path === '/slack/events' && options.slackEvents) options.slackEvents(req, res)
  else if (path === '/api/messages' && options.teamsMessages) options.teamsMessages(req, res)
  else if (!options.pages?.(req, res)) answer(res, 404, { error: 'not found' })
}

const readiness = async (options: HttpOptions, res: ServerResponse): Promise<void> => {
  const readiness = await options.ready()
  answer(res, readiness.status === 'ready' ? 200 : 503, readiness)
}

const answer = (res: ServerResponse, status: number, body: object): void => {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
