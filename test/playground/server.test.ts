import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fleetFile, openSimulatedFleet, type World } from '../../src/host/simulated/fleet'
import { playgroundHandler, type PlaygroundState } from '../../src/playground/server'
import { type LocalSlack, startLocalSlack } from '../../src/playground/slack/local-slack'
import { startLocalTeams, type LocalTeams } from '../../src/playground/teams/local-teams'
import { MEMBERS, TENANT } from '../../src/playground/members'
import { issuerKey } from '../fakes/issuer-key'

let slack: LocalSlack
let teams: LocalTeams
let world: World
let server: Server
let connected = 0
const noteConnected = (): void => {
  connected++
}
let port: number
let commands: string[]

beforeEach(async () => {
  commands = []
  slack = await startLocalSlack({
    ackMs: null,
    signingSecret: 'secret',
    botToken: 'xoxb-test',
    eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
  })
  teams = await startLocalTeams({
    ...{ appId: TENANT.id, tenantId: TENANT.id, botToken: 'the token of the bot' },
    messagesUrl: () => `http://127.0.0.1:${port}/api/messages`,
    keys: [issuerKey()],
  })
  teams.people = MEMBERS.map((member) => member.teams)
  const clock = { now: () => 0, sleep: () => Promise.resolve() }
  world = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' }).world
  const pages = playgroundHandler({ slack, teams, world, agents: false, connected: noteConnected })
  server = createServer((request, response) => {
    if (pages(request, response)) return
    if (request.url !== '/slack/events') return void response.writeHead(404).end('not the playground')
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      commands.push(new URLSearchParams(body).get('text') ?? '')
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await Promise.all([slack.close(), teams.close()])
})

interface Ask {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** A bare request: fetch would set Host and Origin by itself. */
const ask = ({ method = 'GET', path, headers = {}, body }: Ask) =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    },
  )

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask({
    method: 'POST',
    path,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
const list = { person: 'U0MAYA', channel: 'C0GPU', text: '/gpu list' }

describe('the page', () => {
  it('is served under a policy that forbids inline scripts and foreign resources', async () => {
    const page = await ask({ path: '/' })

    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(page.body).not.toMatch(/\son\w+=|style=|https?:\/\//)
  })

  it('has every file that it names', async () => {
    const { body } = await ask({ path: '/' })
    const named = [...body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '')

    const statuses = await Promise.all(named.map(async (path) => (await ask({ path })).status))

    expect(named.length).toBeGreaterThan(3)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('brings the renderer of cards itself', async () => {
    const { status, body } = await ask({ path: '/adaptivecards.js' })

    expect([status, body.includes('AdaptiveCards')]).toEqual([200, true])
  })

  it.each(['/healthz', '/../server.js', '/%2e%2e/server.js', '/page/index.html', '/server.ts'])(
    'leaves %s to others',
    async (path) => {
      const answer = await ask({ path })

      expect(answer.body).toBe('not the playground')
    },
  )
})

describe('who may talk to it', () => {
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '192.168.0.4:3978'])(
    'not a page that reached it under the name %s',
    async (host) => {
      const page = await ask({ path: '/', headers: { host } })
      const deed = await send('/playground/command', list, { host })

      expect([page.status, deed.status]).toEqual([403, 403])
      expect(commands).toEqual([])
    },
  )

  it.each(['https://evil.example', 'null', 'http://localhost:1'])('not a page of %s', async (origin) => {
    const events = await ask({ path: '/playground/events', headers: { origin } })
    const deed = await send('/playground/command', list, { origin })

    expect([events.status, deed.status]).toEqual([403, 403])
    expect(commands).toEqual([])
  })

  it('its own page, under any name of this machine', async () => {
    const host = `localhost:${port}`

    const answer = await send('/playground/command', list, { host, origin: `http://${host}` })

    expect(answer.status).toBe(200)
    expect(commands).toEqual(['list'])
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'not a form that sends %s',
    async (type) => {
      const answer = await send('/playground/command', list, { 'content-type': type })

      expect(answer.status).toBe(415)
      expect(commands).toEqual([])
    },
  )

  it('takes deeds by POST only and knows no others', async () => {
    const got = await ask({ path: '/playground/command' })
    const unknown = await ask({ path: '/playground/constructor' })

    expect([got.status, unknown.status]).toEqual([405, 404])
  })

  it.each([
    ['no JSON', '{', 400],
    ['a field missing', { person: 'U0MAYA', channel: 'C0GPU' }, 400],
    ['an empty text', { ...list, text: '   ' }, 400],
    ['an unknown person', { ...list, person: 'U0NOBODY' }, 404],
    ['another slash command', { ...list, text: '/giphy cat' }, 404],
    ['a body of a megabyte', 'x'.repeat(2 ** 20), 413],
  ])('refuses %s and says why', async (_, body, status) => {
    const answer = await send('/playground/command', body)

    expect(answer.status).toBe(status)
    expect((JSON.parse(answer.body) as { error: string }).error).not.toBe('')
    expect(commands).toEqual([])
  })
})

describe('what a person does', () => {
  it('reaches the bot when it is a command, and the channel alone when it is not', async () => {
    await send('/playground/command', list)
    await send('/playground/command', { ...list, text: 'good morning' })

    expect(commands).toEqual(['list'])
    expect(slack.messages('C0GPU')).toMatchObject([{ user: 'U0MAYA', text: 'good morning' }])
  })

  it('cannot be a press on a button that is not there', async () => {
    const answer = await send('/playground/press', {
      person: 'U0MAYA',
      channel: 'C0GPU',
      ts: '1.0',
      action: 'go',
    })

    expect(answer.status).toBe(404)
  })
})

describe('misfortunes', () => {
  const befall = (what: object) => send('/playground/world', what)

  it('arm the next step, and are forgotten', async () => {
    await befall({ kind: 'fail-step', host: 'hv01', step: 'attachDevice', how: 'lost-after' })
    const armed = world.faults()
    await befall({ kind: 'forget-failures' })

    expect(armed).toMatchObject([{ host: 'hv01', step: 'attachDevice', times: 1, kind: 'lost-after' }])
    expect(world.faults()).toEqual([])
  })

  it('cut hosts off, bring them back, and change VMs by hand', async () => {
    await befall({ kind: 'cut-off', host: 'hv01' })
    await befall({ kind: 'reconnect', host: 'hv03' })
    await befall({ kind: 'set-vm', host: 'hv01', vm: 'train-01', state: 'Running' })

    expect([world.isReachable('hv01'), world.isReachable('hv03')]).toEqual([false, true])
    // The bot is told of the one that can be asked now.
    expect(connected).toBe(1)
    expect(world.facts('hv01').vms.find(({ name }) => name === 'train-01')?.state).toBe('Running')
  })

  it.each([
    ['of no known kind', { kind: 'meteor', host: 'hv01' }, 400],
    ['on a host that is not there', { kind: 'reboot', host: 'hv09' }, 409],
    ['to a VM that is not there', { kind: 'set-vm', host: 'hv01', vm: 'nobody', state: 'Off' }, 409],
  ])('%s are refused', async (_, what, status) => {
    const answer = await befall(what)

    expect(answer.status).toBe(status)
  })
})

describe('what an administrator does to a device by hand', () => {
  const does = (slot: string, what: string) =>
    send('/playground/world', { kind: 'by-hand', host: 'hv01', slot, does: what })
  const gpu0 = () => world.facts('hv01').gpus.find((gpu) => gpu.slot === 'gpu0')!

  it('happens where Hyper-V permits it', async () => {
    const statuses = []
    for (const what of ['disable', 'dismount', 'mount', 'enable'])
      statuses.push((await does('gpu0', what)).status)

    expect(statuses).toEqual([200, 200, 200, 200])
    expect(gpu0().problemCode).toBe(0)
  })

  it('takes a GPU from the VM that has it', async () => {
    world.setVmState('hv01', 'render-01', 'Off')

    await does('gpu2', 'detach')

    expect(world.facts('hv01').vms.find((vm) => vm.name === 'render-01')?.assigned).toEqual([])
  })

  it('pulls a card, which its host shows no more, and puts it back', async () => {
    expect((await does('gpu0', 'pull')).status).toBe(200)
    expect(gpu0().problemCode).toBeNull()

    expect((await does('gpu0', 'put')).status).toBe(200)
    expect(gpu0().problemCode).toBe(0)
    expect((await does('gpu0', 'put')).body).toContain('gpu0 is in its place')
    expect((await does('gpu9', 'pull')).status).toBe(409)
  })

  it('is refused with the reason where it does not', async () => {
    const answers = [await does('gpu0', 'mount'), await does('gpu0', 'detach'), await does('gpu9', 'enable')]

    expect(answers.map((answer) => answer.status)).toEqual([409, 409, 409])
    expect(answers[1]?.body).toContain('no VM has hv01/gpu0')
    expect(answers[2]?.body).toContain('no gpu9')
  })
})

describe('the live state', () => {
  /** Reads states until one satisfies the condition. */
  const watch = async (condition: (state: PlaygroundState) => boolean, then?: () => void) => {
    const stop = new AbortController()
    const response = await fetch(`http://127.0.0.1:${port}/playground/events`, { signal: stop.signal })
    const states: PlaygroundState[] = []
    let text = ''
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString('utf8')
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      states.push(...events.map((event) => JSON.parse(event.replace(/^data: /, '')) as PlaygroundState))
      if (states.length === 1) then?.()
      if (states.some(condition)) break
    }
    stop.abort()
    return states
  }

  it('begins with everything: people, channels, hosts with their GPUs and VMs', async () => {
    const [state] = await watch(() => true)

    expect(state?.people.map(({ role }) => role)).toEqual(['requester', 'approver', 'administrator'])
    expect(state?.channels.filter(({ only }) => only === undefined).map(({ name }) => name)).toEqual([
      'gpu',
      'gpu-changes',
    ])
    expect(state?.fleet.hosts.map(({ name, reachable }) => [name, reachable])).toEqual([
      ['hv01', true],
      ['hv02', true],
      ['hv03', false],
    ])
    expect(state?.fleet.hosts[0]?.gpus[2]).toMatchObject({
      slot: 'gpu2',
      place: 'assigned',
      holders: ['render-01'],
    })
  })

  it('follows the channel and the fleet', async () => {
    const states = await watch(
      ({ channels, fleet }) => channels[0]?.messages.length === 1 && fleet.hosts[2]?.reachable === true,
      () => {
        void slack.say('U0MAYA', 'C0GPU', 'hello')
        world.setReachable('hv03', true)
      },
    )

    expect(states.at(-1)?.channels[0]?.messages[0]).toMatchObject({ user: 'U0MAYA', text: 'hello' })
  })

  it('tells many changes at once as one', async () => {
    const states = await watch(
      ({ channels }) => channels[0]?.messages.length === 50,
      () => {
        for (let n = 0; n < 50; n += 1) void slack.say('U0MAYA', 'C0GPU', `line ${n}`)
      },
    )

    expect(states.length).toBe(2)
  })
})
