import type { WebClient } from '@slack/web-api'
import { broughtNotice } from '../../core/answers/undelivered'
import { messageOf } from '../../core/errors'
import type { Notice } from '../../core/notice/notice'
import type { Chat, MessageRef, SendResult } from '../../core/ports/chat'
import type { SlackAddress } from '../../core/ports/address'
import { slackClient, type SlackConfig } from './config'
import { accountLookup } from './identify'
import type { Runtime } from '../log'
import { retryAfterMs } from '../retry'
import { isAboutPlace, outcomeOf, refusesThreads } from './outcome'
import { refOf } from './ref'
import { renderSlack, type SlackMessage } from './render'
import { postReply } from './reply'

type Impossible = Extract<SendResult, { kind: 'impossible' }>
type PrivateAddress = Extract<SlackAddress, { kind: 'private' }>

interface Posting {
  readonly config: SlackConfig
  readonly client: WebClient
  readonly runtime: Runtime
}

/** Nothing in a post is looked up, linked or unfurled by Slack. */
const literal = { parse: 'none', link_names: false } as const

interface Place {
  readonly channel: string
  readonly thread?: string
}

const inThread = ({ channel, thread }: Place) => ({
  channel,
  ...(thread === undefined ? {} : { thread_ts: thread }),
})

const post = async ({ client }: Posting, place: Place, message: SlackMessage): Promise<SendResult> => {
  try {
    const answer = await client.chat.postMessage({
      ...inThread(place),
      ...message,
      ...literal,
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    })
    if (!answer.channel || !answer.ts)
      return { kind: 'unknown', why: 'Slack did not say which message it has made' }
    return { kind: 'sent', ref: refOf(answer.channel, answer.ts) }
  } catch (error) {
    return outcomeOf(error, 'post')
  }
}

/** Threads have no threads in them: what belongs under a message of a thread goes into that thread. */
const placeUnder = (under: MessageRef | null, { channel, thread }: Place): Place => {
  const root = thread ?? under?.split(':')[1]
  return root === undefined ? { channel } : { channel, thread: root }
}

/** In the channel, where the thread takes no more. */
const postNew = async (posting: Posting, place: Place, message: SlackMessage): Promise<SendResult> => {
  const sent = await post(posting, place, message)
  return place.thread !== undefined && sent.kind === 'impossible' && refusesThreads(sent.code)
    ? post(posting, { channel: place.channel }, message)
    : sent
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

const permalink = async ({ client, runtime: { log } }: Posting, ref: MessageRef): Promise<string | null> => {
  const [channel, ts] = ref.split(':')
  if (!channel || !ts) return null
  try {
    return (await client.chat.getPermalink({ channel, message_ts: ts })).permalink ?? null
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'slack: a message has no link')
    return null
  }
}

/** Answers through the response URL; null when the URL is spent, past its time or refused, so that another way is due. */
const viaReplyUrl = async (
  { config, runtime: { clock } }: Posting,
  to: PrivateAddress,
  message: SlackMessage,
): Promise<SendResult | null> => {
  if (to.replyUrl === null || clock.now() >= to.replyUntil) return null
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

const ephemerally = async (
  { client }: Posting,
  to: PrivateAddress,
  message: SlackMessage,
): Promise<SendResult> => {
  try {
    await client.chat.postEphemeral({ ...inThread(to), user: to.user, ...message, ...literal })
    return { kind: 'sent', ref: null }
  } catch (error) {
    return outcomeOf(error, 'post')
  }
}

/** What is for one person can always be read in the chat that they have with the bot; it says why it stands there. */
const inOwnChat = async (
  posting: Posting,
  to: PrivateAddress,
  { notice, why }: { readonly notice: Notice; readonly why: Impossible },
): Promise<SendResult> => {
  const sent = await post(posting, { channel: to.user }, renderSlack(broughtNotice(notice, why)))
  return sent.kind === 'sent' ? { kind: 'sent', ref: null } : sent
}

const answerPrivately = async (posting: Posting, to: PrivateAddress, notice: Notice): Promise<SendResult> => {
  const message = renderSlack(notice)
  const answered = (await viaReplyUrl(posting, to, message)) ?? (await ephemerally(posting, to, message))
  return answered.kind === 'impossible' && isAboutPlace(answered.code)
    ? inOwnChat(posting, to, { notice, why: answered })
    : answered
}

const REMEMBERED = { afresh: false }

/**
 * The Slack side of `Chat`. A reference is `CHANNEL:TS`. Private answers cannot be edited: each is a new one. A 429 of
 * one call delays no other; when to try again is left to the outbox.
 */
export const slackChat = (config: SlackConfig, runtime: Runtime): Chat<SlackAddress> => {
  const { log, clock } = runtime
  const posting = { config, runtime, client: slackClient(config, log) }
  const accounts = accountLookup(config, posting.client, clock)
  return {
    send: async (to, notice: Notice, ref, under = null) => {
      try {
        if (to.kind === 'private') return await answerPrivately(posting, to, notice)
        const message = renderSlack(notice)
        if (ref !== null) return await edit(posting, ref, message)
        return await postNew(posting, placeUnder(under, to), message)
      } catch (error) {
        log.error({ error: messageOf(error) }, 'slack: a notice could not be rendered')
        return { kind: 'impossible', code: 'unrenderable', next: 'Report it with the request id' }
      }
    },
    identify: (account, _, how = REMEMBERED) => accounts(account, how),
    linkTo: (_, ref) => permalink(posting, ref),
  }
}
