/**
 * What the bot hears of the messages in the workspace, as events: what mentions it in a channel that it is in, and all
 * that stands in a conversation that somebody has with it, its own posts and their edits included.
 */
import { randomUUID } from 'node:crypto'
import type { Json } from './block-limits'
import type { StoredMessage } from './messages'
import { BOT_USER, type Channel, type SlackMember } from './workspace'

export interface Utterance {
  readonly channel: Channel
  readonly message: StoredMessage
  readonly change: 'new' | 'edited'
}

interface Hearer {
  readonly team: { readonly id: string }
  readonly scopes: readonly string[]
}

const MENTION = `<@${BOT_USER.id}>`

/** The event, or null where the bot hears nothing: no event, or no scope for it. */
const eventTypeOf = ({ scopes }: Hearer, { channel, message, change }: Utterance) => {
  if (message.ephemeralFor !== undefined) return null
  if (channel.only !== undefined) return scopes.includes('im:history') ? 'message' : null
  const mentions = message.user !== BOT_USER.id && message.text.includes(MENTION)
  const heard = mentions && channel.bot === 'member' && change === 'new'
  return heard && scopes.includes('app_mentions:read') ? 'app_mention' : null
}

const written = (message: StoredMessage, team: string): Json => ({
  user: message.user,
  text: message.text,
  ts: message.ts,
  team,
  ...(message.user === BOT_USER.id
    ? { bot_id: BOT_USER.botId, app_id: BOT_USER.appId }
    : { client_msg_id: randomUUID() }),
  ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
  ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
})

/** The JSON body of the event, or null when the bot hears nothing. */
export const eventBody = (hearer: Hearer, said: Utterance): string | null => {
  const type = eventTypeOf(hearer, said)
  if (type === null) return null
  const { channel, message, change } = said
  const team = hearer.team.id
  const place = {
    channel: channel.id,
    event_ts: message.edited?.ts ?? message.ts,
    ...(type === 'message' ? { channel_type: 'im' } : {}),
  }
  const event: Json =
    change === 'new'
      ? { type, ...written(message, team), ...place }
      : {
          ...{
            type,
            subtype: 'message_changed',
            hidden: true,
            ts: message.edited?.ts ?? message.ts,
            ...place,
          },
          message: { type: 'message', ...written(message, team), edited: message.edited },
        }
  return JSON.stringify({
    token: 'deprecated-verification-token',
    team_id: team,
    context_team_id: team,
    api_app_id: BOT_USER.appId,
    event,
    type: 'event_callback',
    event_id: `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`,
    event_time: Math.floor(Number(message.ts)),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team,
        user_id: BOT_USER.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  })
}

const escaped = (typed: string): string =>
  typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const HOST = /(?<![\w@./:-])(?:[\w-]+\.)+(?:com|net|org)(?![\w.-])/gu

/** What Slack makes of words: people who are mentioned by their ids, addresses as links, three characters escaped. */
export const asMessageText = (typed: string, people: readonly SlackMember[]): string => {
  const linked = escaped(typed)
    .replace(/(?<!\S)https?:\/\/[^\s|]+/gu, (url) => `<${url}>`)
    .replace(HOST, (name) => `<http://${name}|${name}>`)
  return [{ id: BOT_USER.id, name: BOT_USER.name }, ...people].reduce(
    (text, { id, name }) => text.replaceAll(`@${name}`, `<@${id}>`),
    linked,
  )
}
