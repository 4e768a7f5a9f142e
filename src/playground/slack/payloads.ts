/** What Slack sends to a bot, field by field, and the signature that goes with it. */
import { createHmac } from 'node:crypto'
import type { Block, Json } from './block-limits'
import type { StoredMessage } from './messages'
import { BOT_USER, type Channel, type SlackMember } from './workspace'

const TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const

/**
 * Headers of a request signed as Slack signs: HMAC-SHA256 over `v0:timestamp:body`. `at` is epoch milliseconds. Events
 * are JSON, everything else is a form.
 */
export const signedHeaders = (
  secret: string,
  body: string,
  at: number,
  type: keyof typeof TYPES = 'form',
): Record<string, string> => {
  const timestamp = String(Math.floor(at / 1000))
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    'content-type': TYPES[type],
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  }
}

export interface Scene {
  readonly team: { readonly id: string; readonly domain: string }
  readonly person: SlackMember
  readonly channel: Channel
  readonly responseUrl: string
  readonly triggerId: string
}

const userName = (person: SlackMember): string => person.name.toLowerCase().replace(/[^a-z0-9]+/g, '.')

/** Slack escapes three characters of what is typed after a slash command. */
const escaped = (typed: string): string =>
  typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The form body of a slash command. `text` is what follows the command's name. */
export const slashCommand = (scene: Scene, text: string): string =>
  new URLSearchParams({
    token: 'deprecated-verification-token',
    team_id: scene.team.id,
    team_domain: scene.team.domain,
    channel_id: scene.channel.id,
    channel_name: scene.channel.name,
    user_id: scene.person.id,
    user_name: userName(scene.person),
    command: '/gpu',
    text: escaped(text),
    api_app_id: BOT_USER.appId,
    is_enterprise_install: 'false',
    response_url: scene.responseUrl,
    trigger_id: scene.triggerId,
  }).toString()

export interface Pressed {
  readonly message: StoredMessage
  readonly block: Block
  readonly element: Json
  /** The moment of the press, in Slack's seconds with six decimals. */
  readonly actionTs: string
}

/** An ephemeral message has no `message` in its payloads: Slack keeps none. */
const whereFrom = (scene: Scene, message: StoredMessage): Json => {
  const container = { type: 'message', message_ts: message.ts, channel_id: scene.channel.id }
  if (message.ephemeralFor !== undefined) return { container: { ...container, is_ephemeral: true } }
  return {
    container: { ...container, is_ephemeral: false },
    message: {
      type: 'message',
      user: message.user,
      bot_id: BOT_USER.botId,
      app_id: BOT_USER.appId,
      team: scene.team.id,
      ts: message.ts,
      text: message.text,
      blocks: message.blocks,
      ...(message.edited ? { edited: message.edited } : {}),
    },
  }
}

/** The form body of a press on a button. */
export const blockActions = (scene: Scene, pressed: Pressed): string => {
  const { block, element, message } = pressed
  const payload = {
    type: 'block_actions',
    user: {
      id: scene.person.id,
      username: userName(scene.person),
      name: userName(scene.person),
      team_id: scene.person.workspaces?.[0] ?? scene.team.id,
    },
    api_app_id: BOT_USER.appId,
    token: 'deprecated-verification-token',
    ...whereFrom(scene, message),
    trigger_id: scene.triggerId,
    team: scene.team,
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: scene.channel.id, name: scene.channel.name },
    state: { values: {} },
    response_url: scene.responseUrl,
    actions: [
      {
        type: element['type'],
        block_id: block['block_id'],
        action_id: element['action_id'],
        text: element['text'],
        ...(element['value'] === undefined ? {} : { value: element['value'] }),
        ...(element['style'] === undefined ? {} : { style: element['style'] }),
        action_ts: pressed.actionTs,
      },
    ],
  }
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}
