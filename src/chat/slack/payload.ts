// What Slack sent, read into one of five things. Pure, and the same for HTTP and Socket Mode.
import { z } from 'zod'
import { LONGEST_TEXT } from '../../core/notice'
import type { Address, Delivery } from '../../core/ports'
import type { SlackConfig } from './config'
import { unescapeMarkup } from './escape'
import { decodePress, isOurAction } from './press'
import { refOf } from './ref'
import { allowedReplyUrl } from './replyUrl'

const id = z.string().regex(/^[A-Z0-9]{1,30}$/)
/** A response URL works for 30 minutes; the last one is left alone so that no answer is sent into its end. */
const replyWindowMs = 29 * 60_000

const commandPayload = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: id,
  user_id: id,
  channel_id: id,
  trigger_id: z.string().min(1).max(200),
  response_url: z.string().optional(),
  /** Present when the person comes from another workspace through Slack Connect. */
  user_team: z.string().optional(),
  user_team_id: z.string().optional(),
})

const pressPayload = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id }).nullish(),
  user: z.object({ id, team_id: z.string().optional() }),
  channel: z.object({ id }).optional(),
  container: z.object({ message_ts: z.string().optional(), channel_id: id.optional() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  response_url: z.string().optional(),
  actions: z
    .array(z.object({ action_id: z.string(), action_ts: z.string(), value: z.string().optional() }))
    .min(1),
})

export type Reading =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** Someone of another workspace: told so, nothing else happens. */
  | { readonly kind: 'foreign'; readonly team: string; readonly replyUrl: string | null }
  | { readonly kind: 'not-ours'; readonly why: string; readonly replyUrl: string | null }
  | { readonly kind: 'malformed'; readonly why: string }

const malformed = (error: z.ZodError): Reading => ({
  kind: 'malformed',
  why: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
})

const foreignTeam = (config: SlackConfig, teams: readonly (string | null | undefined)[]): string | null =>
  teams.find((team) => typeof team === 'string' && team !== config.teamId) ?? null

interface Origin {
  readonly channel: string
  readonly user: string
  readonly replyUrl: string | null
  readonly now: number
}

/** Posting to the id of a person opens the conversation that they have with the bot. */
const addresses = (origin: Origin): { channel: Address; back: Address; privately: Address } => ({
  privately: { kind: 'channel', chat: 'slack', channel: origin.user },
  channel: { kind: 'channel', chat: 'slack', channel: origin.channel },
  back: {
    kind: 'private',
    chat: 'slack',
    channel: origin.channel,
    user: origin.user,
    replyUrl: origin.replyUrl,
    replyUntil: origin.now + replyWindowMs,
  },
})

/** Reads a slash command. `now` is epoch milliseconds. */
export const readCommand = (config: SlackConfig, body: unknown, now: number): Reading => {
  const parsed = commandPayload.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const payload = parsed.data
  const replyUrl = allowedReplyUrl(payload.response_url, config.apiUrl)
  const foreign = foreignTeam(config, [payload.team_id, payload.user_team, payload.user_team_id])
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
  const foreign = foreignTeam(config, [payload.team?.id ?? 'none', payload.user.team_id])
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
