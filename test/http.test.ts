import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { DOOR_LIMITS } from '../src/chat/door'
import { startHttp, type HttpOptions, type HttpServer } from '../src/http'
import type { Readiness } from '../src/readiness'

const OTHERS = { postsWaiting: { slack: 2, teams: 0 }, hosts: { configured: 3, silent: 1 } }
const READY: Readiness = { status: 'ready', others: OTHERS }
const NOT_READY: Readiness = {
  status: 'not ready',
  missing: [{ part: 'store', reason: 'the disk is full', next: 'Free space.' }],
  others: null,
}

const open: HttpServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const options = (changes: Partial<HttpOptions> = {}): HttpOptions => ({
  host: '127.0.0.1',
  port: 0,
  slackEvents: null,
  teamsMessages: null,
  pages: null,
  ready: () => Promise.resolve(READY),
  ...changes,
})
const started = async (changes: Partial<HttpOptions> = {}): Promise<HttpServer> => {
  const server = await startHttp(options(changes))
  open.push(server)
  return server
}
const asked = async ({ port }: HttpServer, path: string, method = 'GET') => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.text(),
  }
}
const json = (status: number, body: object) => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
})
const NOT_FOUND = json(404, { error: 'not found' })
const slack: RequestListener = (req, res) => void res.end(`slack got ${req.method} ${req.url}`)

/** A client that stays connected after its answer, as a load balancer does. */
const keptConnection = async ({ port }: HttpServer) => {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return { socket, answer: answer.toString() }
}

describe('the health of the bot', () => {
  it('is asked for at /healthz, which answers without asking anything else', async () => {
    const server = await started({ ready: () => Promise.resolve(NOT_READY) })

    expect(await asked(server, '/healthz')).toEqual(json(200, { status: 'alive' }))
  })

  it('is ready at /readyz when it can work, whatever others do, which the answer tells', async () => {
    expect(await asked(await started(), '/readyz')).toEqual(json(200, READY))
  })

  it.each<Readiness>([NOT_READY, { status: 'stopping' }])(
    'is not ready at /readyz while it is $status, which says why, and is again afterwards',
    async (readiness) => {
      let now = readiness
      const server = await started({ ready: () => Promise.resolve(now) })

      const before = await asked(server, '/readyz')
      now = READY

      expect(before).toEqual(json(503, readiness))
      expect((await asked(server, '/readyz')).status).toBe(200)
    },
  )

  it('is found whatever the query says', async () => {
    const server = await started()

    expect((await asked(server, '/healthz?from=balancer')).status).toBe(200)
    expect((await asked(server, '/readyz?x=/healthz')).body).toContain('"ready"')
  })
})

describe('a path', () => {
  it.each(['/', '/slack', '/healthz/', '/slack/events/more', '/?/healthz', '//'])(
    'that nobody knows is not found, as JSON: %s',
    async (path) => {
      expect(await asked(await started({ slackEvents: slack }), path)).toEqual(NOT_FOUND)
    },
  )

  it('of Slack goes to Slack, with its query', async () => {
    const server = await started({ slackEvents: slack })

    expect((await asked(server, '/slack/events', 'POST')).body).toBe('slack got POST /slack/events')
    expect((await asked(server, '/slack/events?a=b', 'POST')).body).toBe('slack got POST /slack/events?a=b')
  })

  it('of Slack is not found when Slack does not come over HTTP', async () => {
    expect(await asked(await started(), '/slack/events', 'POST')).toEqual(NOT_FOUND)
  })

  it('of a page is answered by the pages; what they do not have is not found', async () => {
    const server = await started({
      pages: (req, res) => {
        if (req.url !== '/page') return false
        res.end('the page')
        return true
      },
    })

    expect((await asked(server, '/page')).body).toBe('the page')
    expect(await asked(server, '/other')).toEqual(NOT_FOUND)
  })

  it('of ours is never given to the pages', async () => {
    const server = await started({
      slackEvents: slack,
      pages: (_, res) => {
        res.end('the page')
        return true
      },
    })

    expect((await asked(server, '/healthz')).body).toContain('alive')
    expect((await asked(server, '/readyz')).body).toContain('ready')
    expect((await asked(server, '/slack/events')).body).toContain('slack got')
  })
})

describe('a port', () => {
  it('that is taken is a fault that names it and says what to do', async () => {
    const { port } = await started()

    const second = startHttp(options({ port }))

    await expect(second).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${port} .*set PORT to another one.*EADDRINUSE`),
    )
    await expect(second).rejects.toMatchObject({ name: 'Fault', code: 'config' })
  })

  it('is free again once the server is closed', async () => {
    const first = await startHttp(options())
    await first.close()

    expect((await started({ port: first.port })).port).toBe(first.port)
  })
})

describe('connections', () => {
  it('are kept for longer than balancers keep them', async () => {
    const { socket, answer } = await keptConnection(await started())
    socket.destroy()

    expect(answer).toContain('Keep-Alive: timeout=65')
  })

  it('are bounded: one more is closed, and one is taken again when another has ended', async () => {
    const server = await started()
    const kept = []
    for (let n = 0; n < DOOR_LIMITS.connections; n += 1) kept.push(await keptConnection(server))

    const more = connect(server.port, '127.0.0.1')
    await once(more, 'close')
    const taken = once(kept[0]!.socket, 'close')
    kept[0]!.socket.end()
    await taken
    const again = await keptConnection(server)

    expect(again.answer).toContain('200 OK')
    for (const { socket } of [...kept, again]) socket.destroy()
  })
})

describe('closing', () => {
  it('ends connections that are kept open and idle', async () => {
    const server = await startHttp(options())
    const { socket, answer } = await keptConnection(server)
    const ended = once(socket, 'close')

    await server.close()
    await ended

    expect(answer).toContain('Connection: keep-alive')
  })

  it('ends requests that are still waiting for their answer', async () => {
    let arrived: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => (arrived = resolve))
    const server = await startHttp(options({ slackEvents: () => arrived() }))
    const refused = expect(asked(server, '/slack/events', 'POST')).rejects.toThrow('fetch failed')
    await waiting

    await server.close()

    await refused
  })
})
