import { ErrorCode, WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { messageOf } from '../../core/errors'
import type { SendResult } from '../../core/ports/chat'
import { inDoubt, pauseMs, type Repeatable } from '../retry'

export const inviteBot = 'Invite the bot to the channel: /invite @GPU ChatOps'
const checkToken = 'Check SLACK_BOT_TOKEN: reinstall the app and use its Bot User OAuth Token (xoxb-...)'
const shorten = 'The message does not fit into Slack; report it with the request id'

/** What to do about an answer that will not change by trying again. Names: Slack's reference of chat.postMessage. */
export const cures: Readonly<Record<string, string>> = {
  not_in_channel: inviteBot,
  channel_not_found: `Check the channel's id, and if the channel is private: ${inviteBot}`,
  user_not_in_channel: 'The person left the channel; they can ask again where they are',
  messages_tab_disabled:
    'Switch the Messages tab of the app on, under App Home (manifests/slack.json has it)',
  is_archived: 'Unarchive the channel or choose another one in the configuration',
  restricted_action: 'A workspace administrator must let the app post in this channel',
  message_not_found: 'The message was deleted; post anew',
  cant_update_message: 'The message is not this bot’s or can no longer be edited; post anew',
  edit_window_closed: 'Slack no longer lets this message be edited; post anew',
  msg_too_long: shorten,
  msg_blocks_too_long: shorten,
  invalid_blocks: shorten,
  invalid_blocks_format: shorten,
  missing_scope: 'Reinstall the app from manifests/slack.json: a scope is missing',
}

const placeTrouble: ReadonlySet<string> = new Set([
  'not_in_channel',
  'channel_not_found',
  'user_not_in_channel',
  'is_archived',
])

/** Whether another place would have taken the post. */
export const isAboutPlace = (code: string): boolean =>
  placeTrouble.has(code) || code.startsWith('restricted_action')

/** Whether the same place would have taken it outside of the thread. */
export const refusesThreads = (code: string): boolean =>
  ['cannot_reply_to_message', 'thread_not_found', 'restricted_action_thread_locked'].includes(code) ||
  code === 'restricted_action_non_threadable_channel'

/** These say something about the bot and nothing about the post, which waits until somebody has mended it. */
export const tokenTrouble: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
])

const transient = new Set(['ratelimited', 'rate_limited', 'service_unavailable', 'request_timeout'])
/** Slack says of these that part of the call may have succeeded. */
const doubtful = new Set(['internal_error', 'fatal_error', 'team_added_to_org'])

/** The message to be edited, or to be answered in its thread, is not there any more. */
const gone = new Set(['message_not_found', 'thread_not_found'])

/** Slack's code of a refused Web API call, or null when it was something else. */
export const platformCode = (error: unknown): string | null => {
  const code: unknown = error instanceof WebAPIPlatformError ? error.data.error : null
  return typeof code === 'string' ? code : null
}

/** What a failed Web API call means for the post. */
export const outcomeOf = (error: unknown, repeatable: Repeatable): SendResult => {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'later', afterMs: error.retryAfter * 1000, why: ErrorCode.RateLimitedError }
  if (error instanceof WebAPIHTTPError) {
    const why = `HTTP ${error.statusCode}`
    return error.statusCode >= 500
      ? inDoubt(repeatable, why)
      : { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why }
  }
  const code = platformCode(error)
  if (code === null) return inDoubt(repeatable, messageOf(error))
  if (transient.has(code)) return { kind: 'later', afterMs: pauseMs.rateLimited, why: code }
  if (tokenTrouble.has(code))
    return { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why: `${code}. ${checkToken}` }
  // A proxy's page arrives as an error without a name: nobody knows what became of the call.
  if (doubtful.has(code) || !/^[a-z_]{1,60}$/.test(code)) return inDoubt(repeatable, code.slice(0, 100))
  const next = cures[code] ?? `Slack refused the message: ${code}`
  return { kind: 'impossible', code, next, ...(gone.has(code) ? { gone: true } : {}) }
}
