import type { WebClient } from '@slack/web-api'
import { messageOf } from '../../core/errors'
import type { Notice } from '../../core/notice'
import type { Chat, MessageRef, SendResult, SlackAddress } from '../../core/ports'
import { slackClient, type SlackConfig } from './config'
import { accountLookup } from './identify'
import type { Log } from './log'
import { outcomeOf, retryAfterMs } from './outcome'
import { refOf } from './ref'
import { renderSlack, type SlackMessage } from './render'
import { postReply } from './reply'

type PrivateAddress = Extract<SlackAddress, { kind: 'private' }>

interface Posting {
  readonly config: SlackConfig
  readonly client: WebClient
  readonly log: Log
}

/** Nothing in a post is looked up, linked or unfurled by Slack. */
const literal = { parse: 'none', link_names: false } as const

const post = async (
  { client }: Posting,
  channel: string,
  message: SlackMessage,
  under: MessageRef | null,
): Promise<SendResult> => {
  try {
    const answer = await client.chat.postMessage({
      channel,
      ...message,
      ...threadOf(under),
      ...literal,
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    })
    return { kind: 'sent', ref: answer.channel && answer.ts ? refOf(answer.channel, answer.ts) : null }
  } catch (error) {
    return outcomeOf(error, 'post')
  }
}

const threadOf = (under: MessageRef | null): { thread_ts?: string } => {
  const ts = under?.split(':')[1]
  return ts === undefined ? {} : { thread_ts: ts }
}

const edit = async ({ client }: Posting, ref: MessageRef, message: SlackMessage): Promise<SendResult> => {
  const [channel, ts] = ref.split(':')
  if (!channel || !ts) return { kind: 'impossible', code: 'message_not_found', next: 'Post anew' }
  try {
    await client.chat.update({ channel, ts, ...message, ...literal })
    return { kind: 'sent', ref }
  } catch (error) {
    return outcomeOf(error, 'edit')
  }
}

/** Answers through the response URL; null when the URL is spent, past its time or refused, so that another way is due. */
const viaReplyUrl = async (
  { config }: Posting,
  to: PrivateAddress,
  message: SlackMessage,
): Promise<SendResult | null> => {
  if (to.replyUrl === null || Date.now() >= to.replyUntil) return null
  try {
    const answer = await postReply(to.replyUrl, config.apiUrl, message)
    if (answer.status === 429)
      return { kind: 'later', afterMs: retryAfterMs(answer.retryAfter), why: 'response_url: HTTP 429' }
    if (answer.status >= 500) return { kind: 'unknown', why: `response_url: HTTP ${answer.status}` }
    const refused = answer.status !== 200 || /used_url|expired_url|"ok":\s*false/.test(answer.body)
    return refused ? null : { kind: 'sent', ref: null }
  } catch (error) {
    return { kind: 'unknown', why: `response_url: ${messageOf(error)}` }
  }
}

const answerPrivately = async (
  posting: Posting,
  to: PrivateAddress,
  message: SlackMessage,
): Promise<SendResult> => {
  const answered = await viaReplyUrl(posting, to, message)
  if (answered) return answered
  try {
    await posting.client.chat.postEphemeral({ channel: to.channel, user: to.user, ...message, ...literal })
    return { kind: 'sent', ref: null }
  } catch (error) {
    return outcomeOf(error, 'post')
  }
}

/**
 * The Slack side of `Chat`. A reference is `CHANNEL:TS`. Private answers cannot be edited: each is a new one. A 429 of
 * one call delays no other; when to try again is left to the outbox.
 */
export const slackChat = (config: SlackConfig, log: Log): Chat<SlackAddress> => {
  const posting = { config, log, client: slackClient(config, log) }
  return {
    send: async (to, notice: Notice, ref, under = null) => {
      try {
        const message = renderSlack(notice)
        if (to.kind === 'private') return await answerPrivately(posting, to, message)
        return ref === null
          ? await post(posting, to.channel, message, under)
          : await edit(posting, ref, message)
      } catch (error) {
        log.error({ error: messageOf(error) }, 'slack: a notice could not be rendered')
        return { kind: 'impossible', code: 'unrenderable', next: 'Report it with the request id' }
      }
    },
    identify: accountLookup(config, posting.client),
  }
}
