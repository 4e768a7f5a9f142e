// A message to the bot: one that mentions it in a channel, or anything in the chat that a person has with it. Pure, and
// the same for HTTP and Socket Mode.
import { z } from 'zod'
import { LONGEST_TEXT } from '../../core/notice/notice'
import type { Address } from '../../core/ports/address'
import type { SlackConfig } from './config'
import { mentions, textOfMessage } from './escape'
import { foreignTeam, id, malformed, ownChatOf, type Addresses, type Reading } from './reading'

const SLACKBOT = 'USLACKBOT'
const ts = z.string().regex(/^\d{1,12}\.\d{1,6}$/)

const happened = z.object({ team_id: id.nullish(), event: z.looseObject({ type: z.string() }) })

const said = z.object({ channel: id, user: id, text: z.string(), ts, thread_ts: ts.nullish() })
type Said = z.infer<typeof said>

type Happening = z.infer<typeof happened>['event']

export type MessageReading =
  | Reading
  /** Slack tells of much that asks for nothing: what bots say, edits, people who join. */
  | { readonly kind: 'nothing'; readonly why: string }

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** Why nobody asks for anything; null for what a person has just written. */
const whyNothing = (event: Happening, { botUserId }: SlackConfig): string | null => {
  if (event.type !== 'app_mention' && event.type !== 'message') return 'another event'
  // Of a changed or deleted message, of somebody who joined, and of most that bots say, the subtype tells.
  if (isThere(event['subtype'])) return 'no plain message'
  if (isThere(event['bot_id']) || isThere(event['bot_profile'])) return 'of a bot'
  if (event['user'] === botUserId || event['user'] === SLACKBOT) return 'of a bot'
  if (isThere(event['edited']) || event['hidden'] === true) return 'an edit'
  return isThere(event['user']) && isThere(event['text']) ? null : 'no words of a person'
}

const isOwnChat = ({ channel }: Said): boolean => channel.startsWith('D')

/** Absent where it begins a conversation of its own. */
const threadOf = ({ ts: own, thread_ts: thread }: Said): { thread?: string } =>
  typeof thread === 'string' && thread !== own ? { thread } : {}

/**
 * What everybody may read goes into the thread of the question. What is for the asker alone stays so: Slack shows it to
 * nobody else, but in a thread only where that has begun, so beside a question that begins one it stands in the channel.
 */
const addressesOf = (message: Said): Addresses => {
  const { channel, user, ts: own } = message
  const privately = ownChatOf(user)
  const place = { chat: 'slack', channel, ...threadOf(message) } as const
  if (isOwnChat(message)) {
    const chat: Address = { kind: 'channel', ...place }
    return { channel: chat, back: chat, privately }
  }
  return {
    channel: { kind: 'channel', thread: own, ...place },
    back: { kind: 'private', ...place, user, replyUrl: null, replyUntil: 0 },
    privately,
  }
}

/**
 * Reads an event of Slack. However often it is delivered, and as whatever event, a message has one id: its channel and
 * its timestamp. `now` is epoch milliseconds.
 */
export const readMessage = (config: SlackConfig, body: unknown, now: number): MessageReading => {
  const envelope = happened.safeParse(body)
  if (!envelope.success) return malformed(envelope.error)
  const { team_id: where = null, event } = envelope.data
  const nothing = whyNothing(event, config)
  if (nothing !== null) return { kind: 'nothing', why: nothing }
  const parsed = said.safeParse(event)
  if (!parsed.success) return malformed(parsed.error)
  const message = parsed.data
  const meant = event.type === 'app_mention' || isOwnChat(message) || mentions(message.text, config.botUserId)
  if (!meant) return { kind: 'nothing', why: 'overheard' }
  const foreign = foreignTeam(config, where)
  if (foreign !== null) return { kind: 'foreign', team: foreign, replyUrl: null }
  const team = config.teamId
  const { channel, user, text, ts: own } = message
  return {
    kind: 'delivery',
    delivery: {
      id: `slack:msg:${team}:${channel}:${own}`,
      at: now,
      from: `slack:${team}/${user}`,
      ...addressesOf(message),
      said: { kind: 'text', text: textOfMessage(text, config.botUserId).slice(0, LONGEST_TEXT) },
    },
  }
}
