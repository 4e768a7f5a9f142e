/** A client that says only as much of a request as the test says, and then waits. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Knock {
  readonly socket: Socket
  /** The first line and the headers of the answer. Rejects when the connection ends without one. */
  readonly answer: Promise<string>
}

/** Sends the head of a request, and of its body what `body` holds, whatever the head says of its length. */
export const knock = (
  port: number,
  { path, method = 'POST', headers = {}, body = '' }: KnockOptions,
): Knock => {
  const socket = connect(port, '127.0.0.1')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write([`${method} ${path} HTTP/1.1`, 'host: localhost', ...lines, '', body].join('\r\n'))
  const answer = (async () => {
    const [answered] = (await Promise.race([
      once(socket, 'data'),
      once(socket, 'close').then(() => Promise.reject(new Error('closed without an answer'))),
    ])) as [Buffer]
    return answered.toString().split('\r\n\r\n')[0] ?? ''
  })()
  // Whoever holds on does not look at it.
  answer.catch(() => undefined)
  return { socket, answer }
}

export interface KnockOptions {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string
}

/** The status that a request gets for its head alone. */
export const statusOf = async (port: number, options: KnockOptions): Promise<number> => {
  const { socket, answer } = knock(port, options)
  try {
    return Number((await answer).split(' ')[1])
  } finally {
    socket.destroy()
  }
}
