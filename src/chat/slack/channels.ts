import type { WebClient } from '@slack/web-api'
import { accepted, messageOf, refusal, refused, type Outcome } from '../../core/errors'
import type { ChatCheck } from '../check'
import { cures, inviteBot, platformCode } from './outcome'

/**
 * Is the bot in these channels? Slack says so to a token with `channels:read`, and of private channels with
 * `groups:read`; the bot needs neither for its work, so the manifest asks for neither. Never throws.
 */
export const checkChannels = (client: WebClient, ids: readonly string[]): Promise<ChatCheck[]> =>
  Promise.all(ids.map(async (id) => ({ what: `channel ${id}`, outcome: await membership(client, id) })))

const membership = async (client: WebClient, id: string): Promise<Outcome<string>> => {
  try {
    const { channel } = await client.conversations.info({ channel: id })
    if (channel?.is_archived) return missing('is_archived')
    return channel?.is_member ? accepted('the bot is in it') : missing('not_in_channel')
  } catch (error) {
    const code = platformCode(error)
    if (code === 'channel_not_found') return missing(code)
    return refused(
      code === 'missing_scope'
        ? refusal('unreachable', 'the token may not ask whether the bot is in it', `${inviteBot}. ${SCOPES}`)
        : refusal('unreachable', `nobody knows whether the bot is in it: ${messageOf(error)}`, inviteBot),
    )
  }
}

const SCOPES =
  'With the bot scope channels:read, and groups:read for private channels, this is found out here.'

const missing = (code: string): Outcome<string> =>
  refused(refusal('not-allowed', `the bot cannot post there: ${code}`, cures[code]))
