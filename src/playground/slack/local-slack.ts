/**
 * A Slack workspace on loopback that behaves as Slack does at the wire: a Web API for the bot, signed payloads to the
 * bot's events URL, response URLs, limits, errors. People act in it through `command` and `press`.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Fault } from '../../core/errors'
import type { Block, Json } from './block-limits'
import { Faults, type SlackFault } from './faults'
import { asMessageText, eventBody, type Utterance } from './hearing'
import { NO_LOG, openMessageLog } from './message-log'
import { Messages, type StoredMessage } from './messages'
import { blockActions, type Scene, signedHeaders, slashCommand } from './payloads'
import { type Acknowledgement, replyTo, showAcknowledgement } from './replies'
import { ResponseUrls } from './response-urls'
import { SCOPES, type SlackWorkspace } from './web-api'
import { wireServer } from './wire'
import { type Channel, CHANNELS, conversationWith, PEOPLE, type SlackMember, TEAM } from './workspace'

export type { Block } from './block-limits'
export type { SlackFault } from './faults'
export type { StoredMessage as SlackMessage } from './messages'
export { signedHeaders } from './payloads'
export type { Acknowledgement } from './replies'
export { BOT_USER as BOT, CHANNELS, PEOPLE, type SlackMember as Person, TEAM } from './workspace'

export interface LocalSlack {
  /** Base of the Web API, with its final slash. */
  readonly apiUrl: string
  readonly team: { readonly id: string; readonly name: string }
  readonly people: readonly SlackMember[]
  /** With the conversation that each person has with the bot. */
  readonly channels: readonly Channel[]
  messages(channel: string): readonly StoredMessage[]
  /**
   * Posts a person's message, in a thread when one is given. Resolves with the bot's answer to the event, or null where it
   * hears of none: it hears mentions of it (`@GPU ChatOps`) in its channels, and all that is said in its own chats.
   */
  say(personId: string, channel: string, text: string, thread?: string): Promise<Acknowledgement | null>
  /** Types a slash command as a person; `text` with or without its leading `/gpu`. Throws Fault('chat') for an unknown person or channel. */
  command(personId: string, channel: string, text: string): Promise<Acknowledgement>
  /** Presses a button. Throws Fault('chat') when that person does not see such a button. */
  press(personId: string, channel: string, ts: string, actionId: string): Promise<Acknowledgement>
  /** The newest calls of the bot, at most a thousand. `response_url` stands for a reply. */
  readonly calls: readonly { readonly method: string; readonly at: number }[]
  /** An administrator of the workspace changes what kind of account it is. */
  becomes(personId: string, standing: NonNullable<SlackMember['standing']>): void
  /** Makes the next calls of a method fail. */
  fault(fault: SlackFault): void
  /** Calls back after each change of messages or views; the result ends that. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

export interface LocalSlackOptions {
  readonly signingSecret: string
  readonly botToken: string
  /** Where the bot takes its events, asked at each payload. */
  readonly eventsUrl: () => string
  /** A file in which the messages outlive the process; nowhere when absent. */
  readonly keepIn?: string
  /** 0, any free port, when absent. */
  readonly port?: number
  readonly teamId?: string
  /** Those of the manifest when absent. */
  readonly scopes?: readonly string[]
  readonly people?: readonly SlackMember[]
  readonly channels?: readonly Channel[]
  /** How long Slack waits for the app; null without an end. 3 seconds, as the real one, when absent. */
  readonly ackMs?: number | null
  /** `paced` allows one post a second and channel, as Slack does, and answers 429 beyond. */
  readonly posts?: 'unlimited' | 'paced'
  readonly clock?: () => number
  /** Asked before each call for which no fault was added. */
  readonly misfortune?: (method: string) => SlackFault | undefined
}

export const ACK_MS = 3_000
const KEPT_CALLS = 1000
const RETRIES = 3

/** Starts the workspace on 127.0.0.1. */
export const startLocalSlack = async (options: LocalSlackOptions): Promise<LocalSlack> => {
  const clock = options.clock ?? Date.now
  const listeners = new Set<() => void>()
  const faults = new Faults(options.misfortune ?? (() => undefined))
  const urls = new ResponseUrls(clock)
  const calls: { method: string; at: number }[] = []
  const people = [...(options.people ?? PEOPLE)]
  /** Events about the bot's own posts, for which nobody waits. */
  const underWay = new Set<Promise<unknown>>()
  const workspace: SlackWorkspace = {
    team: { ...TEAM, id: options.teamId ?? TEAM.id },
    people,
    channels: [...(options.channels ?? CHANNELS), ...people.map(conversationWith)],
    messages: new Messages(clock, options.keepIn === undefined ? NO_LOG : openMessageLog(options.keepIn)),
    views: new Map(),
    scopes: options.scopes ?? SCOPES,
    changed: () => listeners.forEach((listen) => listen()),
    uttered: (said) => {
      const heard = hear(said)
      underWay.add(heard)
      void heard.finally(() => underWay.delete(heard))
    },
  }

  const server = wireServer({
    workspace,
    botToken: options.botToken,
    faults,
    waitFor: options.posts === 'paced' ? pace(clock) : () => 0,
    record: (method) => {
      calls.push({ method, at: clock() })
      if (calls.length > KEPT_CALLS) calls.shift()
    },
    reply: (path, args) => {
      const found = urls.use(path)
      if (found.kind === 'closed') return { status: 404, body: { ok: false, error: found.error } }
      return replyTo(workspace, found.place, args)
    },
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const sceneOf = (personId: string, channelId: string, original: string | null): Scene => {
    const person = workspace.people.find(({ id }) => id === personId)
    const channel = workspace.channels.find(
      ({ id, only = personId }) => id === channelId && only === personId,
    )
    if (!person || !channel)
      throw new Fault('chat', `no person ${personId} or no channel ${channelId} in the local workspace`)
    const place = { channel: channel.id, person: person.id, original }
    const path = urls.open(original === null ? 'commands' : 'actions', workspace.team.id, place)
    const triggerId = `${workspace.messages.stamp()}.${workspace.team.id}`
    return { team: workspace.team, person, channel, responseUrl: origin + path, triggerId }
  }
  const ackMs = options.ackMs === undefined ? ACK_MS : options.ackMs
  const deliver = (body: string): Promise<Acknowledgement> => {
    const headers = signedHeaders(options.signingSecret, body, clock())
    return sendSigned(options.eventsUrl(), { body, headers }, ackMs)
  }
  /** Delivered again, up to three times, as Slack does; Slack leaves minutes between. */
  const hear = async (said: Utterance): Promise<Acknowledgement | null> => {
    const body = eventBody(workspace, said)
    if (body === null) return null
    for (let again = 0; ; again += 1) {
      const headers = signedHeaders(options.signingSecret, body, clock(), 'json')
      const retry =
        again === 0 ? {} : { 'x-slack-retry-num': String(again), 'x-slack-retry-reason': 'http_error' }
      const answer = await sendSigned(options.eventsUrl(), { body, headers: { ...headers, ...retry } }, ackMs)
      if (answer.status === 200 || again === RETRIES) return answer
    }
  }

  return {
    apiUrl: `${origin}/api/`,
    team: workspace.team,
    people: workspace.people,
    channels: workspace.channels,
    calls,
    messages: (channel) => workspace.messages.of(channel),
    becomes: (personId, standing) => {
      for (const [n, person] of people.entries())
        if (person.id === personId) people[n] = { ...person, standing }
    },
    say: (personId, channelId, typed, thread) => {
      const { person, channel } = sceneOf(personId, channelId, null)
      const text = asMessageText(typed, people)
      const message = workspace.messages.post(channel.id, {
        user: person.id,
        text,
        blocks: [],
        ...(thread === undefined ? {} : { thread }),
      })
      workspace.changed()
      return hear({ channel, message, change: 'new' })
    },
    command: async (personId, channel, text) => {
      const scene = sceneOf(personId, channel, null)
      const answer = await deliver(slashCommand(scene, text.replace(/^\/gpu\b\s*/, '')))
      showAcknowledgement(
        workspace,
        { channel: scene.channel.id, person: scene.person.id, original: null },
        answer,
      )
      return answer
    },
    press: async (personId, channel, ts, actionId) => {
      const message = workspace.messages.find(channel, ts)
      const button = message && seenBy(message, personId) ? buttonOf(message.blocks, actionId) : undefined
      if (!message || !button)
        throw new Fault('chat', `no button ${actionId} on a message ${ts} that ${personId} can see`)
      const actionTs = workspace.messages.stamp()
      return deliver(blockActions(sceneOf(personId, channel, ts), { message, ...button, actionTs }))
    },
    fault: (fault) => faults.add(fault),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      listeners.clear()
      await Promise.all(underWay)
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

const seenBy = (message: StoredMessage, personId: string): boolean =>
  message.ephemeralFor === undefined || message.ephemeralFor === personId

/** The button by its action id, in an `actions` block or beside a section. */
const buttonOf = (
  blocks: readonly Block[],
  actionId: string,
): { block: Block; element: Json } | undefined => {
  for (const block of blocks) {
    const candidates =
      block.type === 'actions' ? (block['elements'] as Json[]) : [block['accessory'] as Json | undefined]
    const element = candidates.find((each) => each?.['action_id'] === actionId)
    if (element) return { block, element }
  }
  return undefined
}

/** One post a second and channel; the answer is the seconds to wait. */
const pace = (clock: () => number): ((method: string, args: Json) => number) => {
  const freeAt = new Map<string, number>()
  return (method, args) => {
    if (method !== 'chat.postMessage' && method !== 'chat.postEphemeral') return 0
    const channel = String(args['channel'])
    const now = clock()
    const free = freeAt.get(channel) ?? now
    if (free > now) return Math.ceil((free - now) / 1000)
    freeAt.set(channel, now + 1000)
    return 0
  }
}

const sendSigned = async (
  url: string,
  payload: { readonly body: string; readonly headers: Record<string, string> },
  ackMs: number | null,
): Promise<Acknowledgement> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      ...payload,
      signal: ackMs === null ? null : AbortSignal.timeout(ackMs),
    })
    return { status: response.status, body: await response.text() }
  } catch {
    // Slack does not tell a refused connection from a slow answer either: the person reads that the app did not respond.
    return { status: 0, body: '' }
  }
}
