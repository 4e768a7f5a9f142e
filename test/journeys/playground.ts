/** A playground for one test: the real bot, a local workspace, a fleet without latencies, a directory of its own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'libsql'
import { startPlayground, startServer, type Playground } from '../../src/app'
import type { PolicyFile } from '../../src/core/policy/written'
import { fleetFile } from '../../src/host/simulated/fleet'
import {
  PEOPLE,
  signedHeaders,
  startLocalSlack,
  type Acknowledgement,
  type LocalSlack,
  type Person,
  type SlackMessage,
} from '../../src/playground/slack/local-slack'
import type { SteppedClock } from '../fakes/stepped-clock'
import { isTold } from './told'
import { makeTempDir, removeTempDir } from '../fakes/temp'

export const MAYA = 'U0MAYA'
export const JONAS = 'U0JONAS'
export const PRIYA = 'U0PRIYA'
export const GPU = 'C0GPU'
export const CHANGES = 'C0GPUCHANGES'

const nothing = (): undefined => undefined
const silent = { info: nothing, warn: nothing, error: nothing }

interface Acting {
  /** Types a command and resolves with the first message it leads to, of those which that person can read. */
  says(person: string, text: string): Promise<SlackMessage>
  /** Presses the button with this label on the newest message that has it. */
  presses(person: string, label: string): Promise<Acknowledgement>
  /** The first message in a channel, old or to come, of which the test holds. */
  sees(channel: string, holds: (message: SlackMessage) => boolean): Promise<SlackMessage>
}

export interface Journey extends Playground, Acting {
  end(): Promise<void>
}

const read = new WeakMap<SlackMessage, string>()

/** All the text of a message, blocks included, as one string; a person is `@` and the id. Each state is read once. */
export const textOf = (message: SlackMessage): string => {
  const text = read.get(message) ?? textIn(message)
  read.set(message, text)
  return text
}

const textIn = (message: SlackMessage): string => {
  const texts: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') texts.push(inner)
        else if (key === 'user_id') texts.push(`@${String(inner)}`)
        else walk(inner)
      }
  }
  walk({ text: message.text, blocks: message.blocks })
  return texts.join(' ')
}

interface Button {
  readonly action_id: string
  readonly text: { readonly text: string }
}
export const buttonsOf = (message: SlackMessage): Button[] =>
  (message.blocks as unknown as { type: string; elements?: unknown[] }[])
    .filter((block) => block.type === 'actions')
    .flatMap((block) => block.elements as Button[])

/** The action id of the button with this label. */
export const buttonNamed = (message: SlackMessage, label: string): string | undefined =>
  buttonsOf(message).find((button) => button.text.text === label)?.action_id

/** Resolves with the first message, old or to come, of which `holds` is true. */
export const firstMessage = (slack: LocalSlack, channel: string, holds: (message: SlackMessage) => boolean) =>
  once(slack, () => slack.messages(channel).find(holds))

const once = (slack: LocalSlack, find: () => SlackMessage | undefined): Promise<SlackMessage> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = find()
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = slack.onChange(look)
    look()
  })

const actingIn = (slack: LocalSlack): Acting => ({
  says: async (person, text) => {
    const before = new Set(
      slack.channels.flatMap((channel) => slack.messages(channel.id).map((message) => message.ts)),
    )
    const typed = slack.command(person, GPU, text)
    const answer = await once(slack, () =>
      slack
        .messages(GPU)
        .find(
          (message) =>
            !before.has(message.ts) &&
            message.user !== person &&
            (message.ephemeralFor ?? person) === person &&
            !isTold(textOf(message)),
        ),
    )
    await typed
    return answer
  },
  presses: async (person, label) => {
    const message = await once(slack, () =>
      slack.messages(GPU).findLast((each) => buttonNamed(each, label) !== undefined),
    )
    return slack.press(person, GPU, message.ts, buttonNamed(message, label) ?? '')
  },
  sees: (channel, holds) => firstMessage(slack, channel, holds),
})

/** `agents` is where a client as Microsoft 365 Agents Playground listens. */
export const startJourney = async (agents: string | null = null): Promise<Journey> => {
  const dir = makeTempDir()
  const playground = await startPlayground(
    {
      kind: 'playground',
      DATA_DIR: dir,
      PORT: 0,
      HOST: undefined,
      LOG_LEVEL: 'error',
      AGENTS_PLAYGROUND: agents,
    },
    silent,
    { latency: 'none', ackMs: null },
  )
  return {
    ...playground,
    ...actingIn(playground.slack),
    end: async () => {
      await playground.stop()
      removeTempDir(dir)
    },
  }
}

/** A request as Slack sends it, with its signature among the headers. */
export interface Sent {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** The bot of a real workspace, with an attacker on the way from Slack to it. */
export interface Served extends Acting {
  readonly slack: LocalSlack
  /** What Slack sent, oldest first, before anything was done to it. */
  readonly sent: readonly Sent[]
  /** What becomes of each request on the way to the bot, from now on. */
  onTheWay(change: (sent: Sent) => Sent): void
  /** Brings a request to the bot once more, beside Slack. */
  brings(sent: Sent): Promise<Acknowledgement>
  /** Signs a body as Slack does; `at` in epoch milliseconds. */
  signs(body: string, options?: { readonly at?: number; readonly secret?: string }): Sent
  /** All that a request, a decision or a step leaves behind, what everybody in the channels can read included. */
  traces(): unknown
  /** Deliveries that the bot took in: while this stays, there is nothing that it could still be about to do. */
  deliveries(): number
  /** The policy in the configuration file, for the next time that it is read. */
  writesPolicy(policy: unknown): void
  /** The rows of the decisions that count. */
  decisions(): unknown[]
  /** What `/readyz` answers. */
  readiness(): Promise<{ readonly status: number; readonly body: unknown }>
  stop(): Promise<void>
  end(): Promise<void>
}

export interface ServedOptions {
  readonly people?: readonly Person[]
  readonly policy?: PolicyFile
  /** Text of a fleet file. */
  readonly fleet?: string
  /** That of the machine when absent. */
  readonly clock?: SteppedClock
}

/** The built-in fleet, its hosts taking no time. */
export const INSTANT_FLEET = readFileSync(fleetFile('default'), 'utf8').replace(
  /^( {6}\w+: )\d{2,4}$/gm,
  '$10',
)

/** What a request, a decision and a step write; the rest is mail and what was last read of the hosts. */
const TRACES = ['requests', 'request_events', 'decisions', 'journal', 'locks', 'counters', 'pauses']

export const startServed = async (options: ServedOptions = {}): Promise<Served> => {
  const dir = makeTempDir()
  const signingSecret = 'the signing secret of a journey'
  const people = options.people ?? PEOPLE
  writeFileSync(join(dir, 'fleet.yaml'), options.fleet ?? INSTANT_FLEET)
  const sent: Sent[] = []
  let bot = ''
  let change = (each: Sent): Sent => each
  const bring = ({ body, headers }: Sent): Promise<Acknowledgement> =>
    fetch(bot, { method: 'POST', body, headers }).then(async (response) => ({
      status: response.status,
      body: await response.text(),
    }))

  const way = await onLoopback(async (request) => {
    const arrived = await sentBy(request)
    sent.push(arrived)
    return bring(change(arrived))
  })
  const slack = await startLocalSlack({
    ackMs: null,
    signingSecret,
    botToken: 'xoxb-journey',
    people,
    eventsUrl: () => way.url,
  })
  const everyone = people.map((person) => person.id)
  const policy = options.policy ?? { ask: everyone, approve: everyone, admin: everyone }
  const path = join(dir, 'gpu-chatops.yaml')
  const writePolicy = (next: unknown): void => writeFileSync(path, JSON.stringify({ policy: next }))
  writePolicy(policy)
  const starting = startServer(
    {
      kind: 'server',
      DATA_DIR: dir,
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      path,
      slack: { botToken: 'xoxb-journey', signingSecret, appToken: null, apiUrl: slack.apiUrl },
      teams: null,
      file: {
        policy,
        channels: { changes: CHANGES },
        requests: { expireMinutes: 30 },
        fleet: join(dir, 'fleet.yaml'),
      },
    },
    silent,
    options.clock,
  )
  const app = await (options.clock?.until(starting) ?? starting)
  bot = `http://127.0.0.1:${app.port}/slack/events`

  const rows = (table: string): unknown[] => {
    const file = new Database(join(dir, 'gpu-chatops.db'), { readonly: true })
    try {
      return file.prepare(`select * from ${table}`).all()
    } finally {
      file.close()
    }
  }
  return {
    ...actingIn(slack),
    slack,
    sent,
    onTheWay: (next) => void (change = next),
    brings: bring,
    signs: (body, { at = Date.now(), secret = signingSecret } = {}) => ({
      body,
      headers: signedHeaders(secret, body, at),
    }),
    traces: () => ({
      rows: TRACES.map((table) => [table, rows(table)]),
      fleet: existsSync(join(dir, 'simulated-fleet.json'))
        ? readFileSync(join(dir, 'simulated-fleet.json'), 'utf8')
        : 'untouched',
      channels: slack.channels.map(({ id }) =>
        slack.messages(id).filter((message) => message.ephemeralFor === undefined),
      ),
    }),
    deliveries: () => rows('deliveries').length,
    writesPolicy: writePolicy,
    decisions: () => rows('decisions'),
    readiness: async () => {
      const response = await fetch(`http://127.0.0.1:${app.port}/readyz`)
      return { status: response.status, body: await response.json() }
    },
    stop: () => app.stop(),
    end: async () => {
      await (options.clock?.until(app.stop()) ?? app.stop())
      await slack.close()
      await way.close()
      removeTempDir(dir)
    },
  }
}

type Payload = Record<string, unknown> & { readonly actions: readonly Record<string, unknown>[] }

/** The body of a press with other fields in it. */
export const alteredPress = ({ body }: Sent, change: (payload: Payload) => object): string => {
  const payload = JSON.parse(new URLSearchParams(body).get('payload') ?? '') as Payload
  return new URLSearchParams({ payload: JSON.stringify({ ...payload, ...change(payload) }) }).toString()
}
export const alteredAction = (sent: Sent, changes: object): string =>
  alteredPress(sent, ({ actions }) => ({ actions: [{ ...actions[0], ...changes }] }))
/** The body of a command with other fields in it. */
export const alteredCommand = ({ body }: Sent, changes: Record<string, string>): string =>
  new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(body)), ...changes }).toString()

const sentBy = async (request: IncomingMessage): Promise<Sent> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) body += chunk
  const kept = ['content-type', 'x-slack-request-timestamp', 'x-slack-signature'] as const
  return { body, headers: Object.fromEntries(kept.map((name) => [name, String(request.headers[name])])) }
}

const onLoopback = async (serve: (request: IncomingMessage) => Promise<Acknowledgement>) => {
  const server: Server = createServer((request, response) => {
    serve(request).then(
      ({ status, body }) => response.writeHead(status).end(body),
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
