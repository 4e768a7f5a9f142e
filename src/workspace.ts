/**
 * The workspace of Slack that the bot serves. Who the bot is in it, Slack says; while Slack is down what it said last
 * holds, and where it never said anything, posts wait, requests are turned away and nobody is known.
 */
import type { RequestListener, ServerResponse } from 'node:http'
import type { Runtime } from './chat/log'
import type { SlackConfig } from './chat/slack/config'
import { eventScopes, slackClient, updateApp } from './chat/slack/config'
import { slackGroup } from './chat/slack/groups'
import { identifyBot } from './chat/slack/identify'
import { patiently, SlackDown } from './chat/slack/patience'
import { slackChat } from './chat/slack/post'
import { slackEvents } from './chat/slack/receive'
import { slackSocket, type SlackSocket } from './chat/slack/socket'
import type { SlackSettings } from './config/config'
import { Fault, messageOf } from './core/errors'
import type { BotIdentity, Chat } from './core/ports/chat'
import type { Inbox } from './core/ports/delivery'
import type { SlackAddress } from './core/ports/address'
import type { Db } from './store/database'
import { rememberedIdentity, rememberIdentity } from './store/identities'

const COMMAND = '/gpu'
const UNKNOWN = 'Slack has not said yet who the bot is'
/** Posts that wait for that are tried again after so long. */
const AGAIN_MS = 5_000
/** No account is of this workspace: ids of Slack are letters and digits. */
const NOWHERE = '-'

export interface Workspace {
  /** Of which workspace the accounts of the policy are; until it is known, of none. */
  readonly teamId: () => string
  /** Why it is not known, as a clause; null once it is. */
  readonly unknown: () => string | null
  readonly chat: Chat<SlackAddress>
  /** The accounts in a user group. Throws Fault('chat'). */
  readonly members: (group: string) => Promise<readonly string[]>
  /** For `POST /slack/events`; null in Socket Mode. */
  readonly events: RequestListener | null
  /**
   * Receives from now on, and asks Slack until it answers. `known` is called when the workspace becomes known. Resolves
   * when all is open or stopped; throws Fault('chat') when a token is wrong.
   */
  serve(inbox: Inbox, known: () => void): Promise<void>
  stop(): Promise<void>
}

interface Around extends Runtime {
  readonly db: Db
}

/** Asks Slack once. Throws Fault('chat') with the cure when the token is wrong. */
export const openWorkspace = async (
  settings: SlackSettings,
  { db, clock, log }: Around,
): Promise<Workspace> => {
  const stopping = new AbortController()
  const { botToken } = settings

  const ask = async (): Promise<BotIdentity> => {
    const { identity, lacks } = await identifyBot(settings)
    for (const scope of lacks)
      log.warn({ scope, unheard: eventScopes[scope], next: updateApp }, 'slack: a scope is missing')
    await rememberIdentity(db, botToken, identity).catch((error: unknown) =>
      log.error({ error: messageOf(error) }, 'slack: who the bot is was not written down'),
    )
    return identity
  }
  const answer = await ask().catch((error: unknown) => {
    if (!(error instanceof SlackDown)) throw error
    return error
  })
  const atFirst = answer instanceof SlackDown ? await rememberedIdentity(db, botToken) : answer
  let there = atFirst && openedFor(settings, atFirst, { log, clock })
  if (answer instanceof SlackDown)
    log.warn(
      { error: messageOf(answer), team: atFirst?.teamId ?? null },
      'slack: the start goes on without it',
    )

  let listener: RequestListener | null = null
  let socket: SlackSocket | null = null
  const receive = async ({ config }: Opened, inbox: Inbox): Promise<void> => {
    if (config.signingSecret !== null) ({ listener } = slackEvents(config, inbox, { log, clock }))
    if (config.appToken === null || stopping.signal.aborted) return
    socket = await slackSocket(config, inbox, { log, clock })
    await socket.start()
  }

  /** A token is of one bot in one workspace for good, so what was remembered stays right. */
  const becomeKnown = async (inbox: Inbox, known: () => void): Promise<void> => {
    const identity = await patiently(ask, { clock, log, stopping: stopping.signal })
    if (identity === null) return
    log.info({ team: identity.teamId }, 'slack: answers')
    if (there) return
    there = openedFor(settings, identity, { log, clock })
    known()
    await receive(there, inbox)
  }

  return {
    teamId: () => there?.config.teamId ?? NOWHERE,
    unknown: () => (there ? null : UNKNOWN),
    chat: {
      send: (...post) =>
        there?.chat.send(...post) ?? Promise.resolve({ kind: 'later', afterMs: AGAIN_MS, why: UNKNOWN }),
      linkTo: (...message) => there?.chat.linkTo(...message) ?? Promise.resolve(null),
      identify: (...who) => there?.chat.identify(...who) ?? Promise.reject(new Fault('chat', UNKNOWN)),
    },
    members: (group) => there?.members(group) ?? Promise.reject(new Fault('chat', UNKNOWN)),
    events:
      settings.signingSecret === null
        ? null
        : (request, response) => (listener ? listener(request, response) : turnAway(response)),
    serve: async (inbox, known) => {
      await Promise.all([
        there && receive(there, inbox),
        answer instanceof SlackDown && becomeKnown(inbox, known),
      ])
    },
    stop: async () => {
      stopping.abort()
      await socket?.stop()
    },
  }
}

interface Opened {
  readonly config: SlackConfig
  readonly chat: Chat<SlackAddress>
  readonly members: (group: string) => Promise<readonly string[]>
}

const openedFor = (settings: SlackSettings, identity: BotIdentity, runtime: Runtime): Opened => {
  const config = { ...settings, ...identity, command: COMMAND }
  const members = slackGroup(config, slackClient(config, runtime.log))
  return { config, chat: slackChat(config, runtime), members }
}

/** Slack delivers an event again, and tells a person that the command did not work. */
const turnAway = (response: ServerResponse): void => {
  response.writeHead(503, { connection: 'close' }).end()
}
