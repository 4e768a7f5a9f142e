/** The Web API methods that the bot uses, with the errors Slack gives. An unknown method is `unknown_method`. */
import { checkBlocks, type Block, type Json } from './block-limits'
import type { Messages } from './messages'
import type { Utterance } from './hearing'
import { BOT_USER, botObject, type Channel, type SlackMember, userObject } from './workspace'

/** Those of the manifest. */
export const SCOPES: readonly string[] = [
  'app_mentions:read',
  'chat:write',
  'commands',
  'im:history',
  'users:read',
]

export type ApiAnswer = Json & { readonly ok: boolean }

export interface SlackWorkspace {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly people: readonly SlackMember[]
  readonly channels: readonly Channel[]
  readonly messages: Messages
  /** Modals by view id. */
  readonly views: Map<string, Json>
  /** What the bot's token was granted. */
  readonly scopes: readonly string[]
  readonly changed: () => void
  /** A message that everybody there sees was posted or edited. */
  readonly uttered: (said: Utterance) => void
}

const MAX_TEXT = 40_000

const no = (error: string, more: Json = {}): ApiAnswer => ({ ok: false, error, ...more })

type Content =
  | { readonly kind: 'content'; readonly text: string; readonly blocks: readonly Block[] }
  | { readonly kind: 'refused'; readonly answer: ApiAnswer }

/** Text and blocks of a message, under Slack's limits. */
export const contentOf = (args: Json): Content => {
  const text = typeof args['text'] === 'string' ? args['text'] : ''
  const verdict = checkBlocks(args['blocks'])
  if (verdict.kind === 'wrong') {
    const details = [...verdict.details]
    return {
      kind: 'refused',
      answer: no(
        verdict.error,
        details.length > 0 ? { errors: details, response_metadata: { messages: details } } : {},
      ),
    }
  }
  if (text.length > MAX_TEXT) return { kind: 'refused', answer: no('msg_too_long') }
  if (text === '' && verdict.blocks.length === 0) return { kind: 'refused', answer: no('no_text') }
  return { kind: 'content', text, blocks: verdict.blocks }
}

type Method = (at: SlackWorkspace, args: Json) => ApiAnswer

/** The channel by its id, or by that of the person whose conversation with the bot it is; or Slack's error. */
const channelOf = (at: SlackWorkspace, args: Json): Channel | 'channel_not_found' | 'not_in_channel' => {
  const found = at.channels.find(({ id, only }) => [id, only].includes(String(args['channel'])))
  if (!found) return 'channel_not_found'
  return found.bot === 'member' ? found : 'not_in_channel'
}

const shown = (
  at: SlackWorkspace,
  content: { readonly text: string; readonly blocks: readonly Block[] },
  ts: string,
): Json => ({
  type: 'message',
  subtype: 'bot_message',
  user: BOT_USER.id,
  bot_id: BOT_USER.botId,
  app_id: BOT_USER.appId,
  team: at.team.id,
  ts,
  text: content.text,
  blocks: content.blocks,
})

const threadIn = (args: Json): { thread?: string } =>
  typeof args['thread_ts'] === 'string' ? { thread: args['thread_ts'] } : {}

const postMessage: Method = (at, args) => {
  const channel = channelOf(at, args)
  if (typeof channel === 'string') return no(channel)
  const content = contentOf(args)
  if (content.kind === 'refused') return content.answer
  const message = at.messages.post(channel.id, {
    user: BOT_USER.id,
    text: content.text,
    blocks: content.blocks,
    ...threadIn(args),
  })
  at.changed()
  at.uttered({ channel, message, change: 'new' })
  return { ok: true, channel: channel.id, ts: message.ts, message: shown(at, message, message.ts) }
}

const update: Method = (at, args) => {
  const channel = channelOf(at, args)
  if (channel === 'channel_not_found') return no(channel)
  if (channel === 'not_in_channel') return no('message_not_found')
  const before = at.messages.find(channel.id, String(args['ts']))
  if (!before || before.ephemeralFor !== undefined) return no('message_not_found')
  if (before.user !== BOT_USER.id) return no('cant_update_message')
  const content = contentOf(args)
  if (content.kind === 'refused') return content.answer
  const message = at.messages.edit(channel.id, before.ts, content)
  at.changed()
  if (message) at.uttered({ channel, message, change: 'edited' })
  return {
    ok: true,
    channel: channel.id,
    ts: before.ts,
    text: content.text,
    message: shown(at, content, before.ts),
  }
}

const getPermalink: Method = (at, args) => {
  const channel = channelOf(at, args)
  if (typeof channel === 'string') return no('channel_not_found')
  const ts = String(args['message_ts'])
  if (!at.messages.find(channel.id, ts)) return no('message_not_found')
  const permalink = `https://${at.team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`
  return { ok: true, channel: channel.id, permalink }
}

const postEphemeral: Method = (at, args) => {
  const channel = channelOf(at, args)
  if (typeof channel === 'string') return no(channel)
  const person = at.people.find(({ id }) => id === args['user'])
  if (!person) return no('user_not_in_channel')
  const content = contentOf(args)
  if (content.kind === 'refused') return content.answer
  const { text, blocks } = content
  const draft = { user: BOT_USER.id, text, blocks, ephemeralFor: person.id, ...threadIn(args) }
  const message = at.messages.post(channel.id, draft)
  at.changed()
  return { ok: true, message_ts: message.ts }
}

const usersInfo: Method = (at, args) => {
  if (args['user'] === BOT_USER.id) return { ok: true, user: botObject(at.team.id) }
  const person = at.people.find(({ id }) => id === args['user'])
  return person ? { ok: true, user: userObject(person, at.team.id) } : no('user_not_found')
}

const viewOf = (args: Json): Json | undefined => {
  try {
    const view: unknown = typeof args['view'] === 'string' ? JSON.parse(args['view']) : args['view']
    return typeof view === 'object' && view !== null ? (view as Json) : undefined
  } catch {
    return undefined
  }
}

const keepView = (at: SlackWorkspace, id: string, args: Json): ApiAnswer => {
  const view = viewOf(args)
  if (!view) return no('invalid_arguments')
  const kept = { ...view, id, team_id: at.team.id, bot_id: BOT_USER.botId }
  at.views.set(id, kept)
  at.changed()
  return { ok: true, view: kept }
}

const viewsOpen: Method = (at, args) =>
  typeof args['trigger_id'] === 'string'
    ? keepView(at, `V${at.views.size + 1}`, args)
    : no('invalid_trigger_id')

const viewsUpdate: Method = (at, args) => {
  const id = String(args['view_id'])
  return at.views.has(id) ? keepView(at, id, args) : no('not_found')
}

/** Exists at Slack, but not for this bot, whatever it was granted here. */
const ungranted =
  (needed: string): Method =>
  ({ scopes }) =>
    no('missing_scope', { needed, provided: scopes.join(',') })

const authTest: Method = (at) => ({
  ok: true,
  url: `https://${at.team.domain}.slack.com/`,
  team: at.team.name,
  team_id: at.team.id,
  user: BOT_USER.handle,
  user_id: BOT_USER.id,
  bot_id: BOT_USER.botId,
  is_enterprise_install: false,
})

/** Each with the scope that it needs; null where any token will do. */
const METHODS: Readonly<Record<string, readonly [scope: string | null, method: Method]>> = {
  'auth.test': [null, authTest],
  'chat.postMessage': ['chat:write', postMessage],
  'chat.update': ['chat:write', update],
  'chat.postEphemeral': ['chat:write', postEphemeral],
  'chat.getPermalink': [null, getPermalink],
  'users.info': ['users:read', usersInfo],
  'views.open': [null, viewsOpen],
  'views.update': [null, viewsUpdate],
  'conversations.history': [null, ungranted('channels:history')],
  'conversations.list': [null, ungranted('channels:read')],
  'usergroups.users.list': [null, ungranted('usergroups:read')],
}

/** Answers one call of a caller whose token was found good. */
export const callMethod = (at: SlackWorkspace, method: string, args: Json): ApiAnswer => {
  const [scope, answer] = (Object.hasOwn(METHODS, method) ? METHODS[method] : undefined) ?? [null, null]
  if (answer === null) return no('unknown_method', { req_method: method })
  return scope === null || at.scopes.includes(scope) ? answer(at, args) : ungranted(scope)(at, args)
}
