// A slash command or the press of a button, as Slack sent it. Pure, and the same for HTTP and Socket Mode.
import { z } from 'zod'
import { LONGEST_TEXT } from '../../core/notice/notice'
import type { SlackConfig } from './config'
import { unescapeMarkup } from './escape'
import { decodePress, isOurAction } from './press'
import { addresses, foreignTeam, id, malformed, type Reading } from './reading'
import { refOf } from './ref'
import { allowedReplyUrl } from './reply-url'

const commandPayload = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: id,
  user_id: id,
  channel_id: id,
  trigger_id: z.string().min(1).max(200),
  response_url: z.string().optional(),
})

const pressPayload = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id }).nullish(),
  user: z.object({ id }),
  channel: z.object({ id }).optional(),
  container: z.object({ message_ts: z.string().optional(), channel_id: id.optional() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  response_url: z.string().optional(),
  actions: z
    .array(z.object({ action_id: z.string(), action_ts: z.string(), value: z.string().optional() }))
    .min(1),
})

/** Reads a slash command. `now` is epoch milliseconds. */
export const readSlashCommand = (config: SlackConfig, body: unknown, now: number): Reading => {
  const parsed = commandPayload.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const payload = parsed.data
  const replyUrl = allowedReplyUrl(payload.response_url, config.apiUrl)
  const foreign = foreignTeam(config, payload.team_id)
  if (foreign !== null) return { kind: 'foreign', team: foreign, replyUrl }
  if (payload.command !== config.command) return { kind: 'not-ours', why: 'unknown command', replyUrl }
  const text = unescapeMarkup(payload.text)
  return {
    kind: 'delivery',
    delivery: {
      id: `slack:cmd:${payload.team_id}:${payload.user_id}:${payload.trigger_id}`,
      at: now,
      from: `slack:${payload.team_id}/${payload.user_id}`,
      ...addresses({ channel: payload.channel_id, user: payload.user_id, replyUrl, now }),
      said: { kind: 'text', text: text.slice(0, LONGEST_TEXT) },
    },
  }
}

/** Reads the press of a button. `now` is epoch milliseconds. */
export const readPress = (config: SlackConfig, body: unknown, now: number): Reading => {
  const parsed = pressPayload.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const payload = parsed.data
  const replyUrl = allowedReplyUrl(payload.response_url, config.apiUrl)
  // An organisation-wide payload has no team: whose workspace it is cannot be told, so it is not ours.
  const foreign = foreignTeam(config, payload.team?.id ?? null)
  if (foreign !== null) return { kind: 'foreign', team: foreign, replyUrl }

  const channel = payload.channel?.id ?? payload.container?.channel_id
  const messageTs = payload.container?.message_ts ?? payload.message?.ts
  const action = payload.actions[0]
  if (!action || !channel || !messageTs) return { kind: 'malformed', why: 'no action, channel or message' }
  if (!isOurAction(action.action_id)) return { kind: 'not-ours', why: 'unknown action', replyUrl }
  const press = decodePress(action.value ?? '')
  if (!press) return { kind: 'not-ours', why: 'unknown button value', replyUrl }

  const team = config.teamId
  const user = payload.user.id
  const deliveryId = `slack:act:${team}:${user}:${channel}:${messageTs}:${action.action_id}:${action.action_ts}`
  if (deliveryId.length > 500) return { kind: 'malformed', why: 'ids: too long' }
  return {
    kind: 'delivery',
    delivery: {
      id: deliveryId,
      at: now,
      from: `slack:${team}/${user}`,
      ...addresses({ channel, user, replyUrl, now }),
      said: press.kind === 'say' ? { kind: 'text', text: press.text } : press,
      on: refOf(channel, messageTs),
    },
  }
}
