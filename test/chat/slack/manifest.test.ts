import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { slackScopes } from '../../../src/chat/slack/config'

const url = z.string().regex(/^https:\/\/[^\s]+\/slack\/events$/)

/** Slack's manifest schema, major version 2 (slackapi/manifest-schema), as far as this app goes. */
const manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.number().int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    // People talk to the bot, and are told what they watch, in its Messages tab.
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.literal(false),
    }),
    bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z
            .string()
            .max(32)
            .regex(/^\/[a-z-]+$/),
          url,
          description: z.string().min(1).max(2_000),
          usage_hint: z.string().max(1_000),
          // With true, Slack would turn names into <@U1>, and the grammar reads what was typed.
          should_escape: z.literal(false),
        }),
      )
      .min(1)
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      request_url: url,
      bot_events: z.array(z.string()).min(1).max(100),
    }),
    interactivity: z.strictObject({ is_enabled: z.literal(true), request_url: url }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
})

const file = manifest.parse(
  JSON.parse(readFileSync(join(__dirname, '../../../manifests/slack.json'), 'utf8')),
)

test('the manifest creates the app as Slack’s schema wants it, with /gpu and buttons on one address', () => {
  const [gpu] = file.features.slash_commands

  expect(gpu).toMatchObject({ command: '/gpu', url: file.settings.interactivity.request_url })
  expect(file.settings.event_subscriptions.request_url).toBe(file.settings.interactivity.request_url)
})

test('the manifest subscribes to mentions and to what is said in the bot’s own chat, and to nothing else', () => {
  expect(file.settings.event_subscriptions.bot_events).toEqual(['app_mention', 'message.im'])
})

test('the manifest asks for the scopes that the adapter uses and no others', () => {
  expect(file.oauth_config.scopes.bot.toSorted()).toEqual([...slackScopes].toSorted())
})
