/**
 * What every door of a chat does before it knows who is there. Anybody may knock: a request is refused by its head where
 * its head is enough, and bodies together take no more memory than is set aside for them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault, messageOf } from '../core/errors'

/** What strangers may take of this process. */
export const DOOR_LIMITS = {
  /** Open at once; one more is closed at once. */
  connections: 512,
  /** Balancers keep a connection for sixty seconds. This end keeps it longer, or it closes one that is just being used. */
  keepAliveMs: 65_000,
  /** Longer than a connection is kept. */
  headersMs: 66_000,
  /** For a request with its body. */
  requestMs: 70_000,
  /** Of one body; chats send some ten thousand. */
  bodyBytes: 1024 * 1024,
  /** Of all bodies at one door that are not answered yet. */
  bodiesBytes: 16 * 1024 * 1024,
} as const

/** Why a request gets no more than a status. The words are for the log. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(status: number, why: string) {
    super(why)
    this.status = status
  }
}

/** Where a part of the bot broke, the chat is to come again. */
export const refusedFor = (error: unknown): Refused =>
  error instanceof Refused ? error : new Refused(error instanceof Fault ? 503 : 400, messageOf(error))

const headersFor: Readonly<Record<number, Record<string, string>>> = {
  405: { allow: 'POST' },
  503: { 'retry-after': '5' },
}

/**
 * Answers with the status alone. What is still to come of the body is thrown away as it comes: were the connection closed
 * on whoever is still sending, the answer might not be read.
 */
export const refuse = (request: IncomingMessage, response: ServerResponse, { status }: Refused): void => {
  request.resume()
  if (!response.headersSent) response.writeHead(status, headersFor[status]).end()
}

/** Empty when it is absent. */
export const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/** Throws Refused for what says of itself that it is too long. */
export const refuseTooLong = (request: IncomingMessage): void => {
  if (Number(header(request, 'content-length')) > DOOR_LIMITS.bodyBytes)
    throw new Refused(413, 'body too large')
}

interface Held {
  bytes: number
  /** Null once it was read to its end. */
  drop: ((refused: Refused) => void) | null
}

/** Reads bodies whole. Throws Refused for one that is too long, or that had to make room for others. */
export type ReadBody = (request: IncomingMessage, response: ServerResponse) => Promise<Buffer>

/**
 * The bodies at one door. When there is no more room for all, the longest of those that are still coming makes it: a chat
 * sends short ones, at once, while who wants to fill the memory has to send long ones and to hold them.
 */
export const openBodies = (): ReadBody => {
  const held = new Set<Held>()

  const longestComing = (): Held | null =>
    [...held].reduce<Held | null>(
      (longest, each) => (each.drop === null || (longest && longest.bytes >= each.bytes) ? longest : each),
      null,
    )

  const makeRoom = (): void => {
    while (sum(held) > DOOR_LIMITS.bodiesBytes) {
      const longest = longestComing()
      if (!longest?.drop) return
      longest.drop(new Refused(503, 'too many bodies at once'))
    }
  }

  return (request, response) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      const body: Held = { bytes: 0, drop: null }
      const take = (chunk: Buffer): void => {
        chunks.push(chunk)
        body.bytes += chunk.length
        if (body.bytes > DOOR_LIMITS.bodyBytes) drop(new Refused(413, 'body too large'))
        else makeRoom()
      }
      const drop = (refused: Refused): void => {
        request.off('data', take)
        held.delete(body)
        chunks.length = 0
        reject(refused)
      }
      body.drop = drop
      held.add(body)
      // A body takes room until its request is answered, or its sender is gone.
      response.once('close', () => held.delete(body))
      request
        .on('data', take)
        .once('end', () => {
          body.drop = null
          resolve(Buffer.concat(chunks))
        })
        .once('error', () => drop(new Refused(400, 'cut short')))
    })
}

const sum = (held: Iterable<Held>): number => [...held].reduce((bytes, each) => bytes + each.bytes, 0)
