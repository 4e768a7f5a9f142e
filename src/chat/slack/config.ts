import { WebClient } from '@slack/web-api'
import type { Log } from '../log'
import { slackLogger } from './log'

export interface SlackConfig {
  /** Bot User OAuth Token, `xoxb-...`. */
  readonly botToken: string
  /** For HTTP mode. */
  readonly signingSecret: string | null
  /** For Socket Mode: app-level token, `xapp-...`. */
  readonly appToken: string | null
  /** Address of the Web API, Slack's own being `https://slack.com/api/`. */
  readonly apiUrl: string
  readonly teamId: string
  readonly botId: string
  readonly botUserId: string
  /** The slash command with its slash, such as `/gpu`. */
  readonly command: string
}

/** The scopes without which the bot does nothing. */
export const neededScopes = ['chat:write', 'commands', 'users:read'] as const

/** The scopes of its events, and what the bot does not hear without each. An app that was made before lacks them. */
export const eventScopes = {
  'app_mentions:read': 'mentions of it in a channel',
  'im:history': 'plain words in its own chat with a person',
} as const
export type EventScope = keyof typeof eventScopes

/** The manifest asks for these and no others. */
export const slackScopes: readonly string[] = [...neededScopes, ...Object.keys(eventScopes)]

export const updateApp =
  'Update the app from manifests/slack.json, its event subscriptions included, and reinstall it'

export const callTimeoutMs = 10_000

/**
 * Options for every Web API client. The defaults of web-api are wrong for a bot with its own outbox: ten retries over
 * half an hour, no timeout, and on one 429 a pause of all calls of the client.
 */
export const clientOptions = (apiUrl: string, log: Log) => ({
  slackApiUrl: apiUrl,
  retryConfig: { retries: 0 },
  timeout: callTimeoutMs,
  rejectRateLimitedCalls: true,
  allowAbsoluteUrls: false,
  logger: slackLogger(log),
})

export const slackClient = (config: Pick<SlackConfig, 'botToken' | 'apiUrl'>, log: Log): WebClient =>
  new WebClient(config.botToken, clientOptions(config.apiUrl, log))
