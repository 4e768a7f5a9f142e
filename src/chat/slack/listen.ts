// Bolt's App with our listeners. Whatever transport brought the payload, a delivery is durable in the inbox before it
// is acknowledged, and nothing here waits for the network: Slack gives three seconds.
import type { App, Receiver } from '@slack/bolt'
import { messageOf } from '../../core/errors'
import type { Delivery, Inbox } from '../../core/ports/delivery'
import { clientOptions, type SlackConfig } from './config'
import type { Log, Runtime } from '../log'
import { slackLogger } from './log'
import { readMessage } from './message'
import { readSlashCommand, readPress } from './payload'
import type { Reading } from './reading'
import { postReply } from './reply'

/** Long to load: a server loads it before it listens, else the first use waits for it. */
export const loadBolt = () => import('@slack/bolt')

export type Bolt = Awaited<ReturnType<typeof loadBolt>>

/** Thrown out of Bolt so that the transport can answer as it should (HTTP: 400). */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload'
  readonly code = 'slack_malformed_payload'
}

export interface Receiving extends Runtime {
  readonly config: SlackConfig
  readonly inbox: Inbox
}

export const answers = {
  foreign: 'I only work for members of the workspace that I am installed in, so I did nothing.',
  notOurs: 'That button is not one of mine or is out of date, so I did nothing.',
  unknownCommand: 'I do not know that command, so I did nothing.',
  notRecorded: 'I could not record that, so nothing was done. Try again in a moment.',
} as const

const privately = (text: string) => ({ response_type: 'ephemeral' as const, text })

/** After the acknowledgement, and without making it wait: a lost courtesy is logged, nothing more. */
const tellLater = ({ config, log }: Receiving, replyUrl: string | null, text: string): void => {
  if (replyUrl === null) return
  postReply(replyUrl, config.apiUrl, { text }).catch((error: unknown) =>
    log.warn({ error: messageOf(error) }, 'slack: a private refusal could not be posted'),
  )
}

type Refused = Exclude<Reading, { kind: 'delivery' }>

const logRefused = (log: Log, what: string, reading: Refused): void =>
  log.warn(
    { kind: reading.kind, why: reading.kind === 'foreign' ? `workspace ${reading.team}` : reading.why },
    `slack: ${what} refused`,
  )

const accept = async ({ inbox, log }: Receiving, delivery: Delivery): Promise<void> => {
  await inbox.accept(delivery)
  log.info(
    { delivery: delivery.id, from: delivery.from, said: delivery.said.kind },
    'slack: delivery recorded',
  )
}

const listenForCommands = (app: App, receiving: Receiving): void =>
  app.command(/^/, async ({ body, ack }) => {
    const { config, log, clock } = receiving
    const reading = readSlashCommand(config, body, clock.now())
    if (reading.kind !== 'delivery') {
      logRefused(log, 'a command', reading)
      if (reading.kind === 'malformed') throw new MalformedPayload(reading.why)
      return ack(privately(reading.kind === 'foreign' ? answers.foreign : answers.unknownCommand))
    }
    try {
      await accept(receiving, reading.delivery)
    } catch (error) {
      // Slack shows a person only "operation failed" for any other status, so the failure is told in words.
      log.error(
        { delivery: reading.delivery.id, error: messageOf(error) },
        'slack: a command was not recorded',
      )
      return ack(privately(answers.notRecorded))
    }
    await ack()
  })

const listenForPresses = (app: App, receiving: Receiving): void =>
  app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    const { config, log, clock } = receiving
    const reading = readPress(config, body, clock.now())
    if (reading.kind !== 'delivery') {
      logRefused(log, 'a button press', reading)
      if (reading.kind === 'malformed') throw new MalformedPayload(reading.why)
      await ack()
      tellLater(receiving, reading.replyUrl, reading.kind === 'foreign' ? answers.foreign : answers.notOurs)
      return
    }
    // When the store is down this throws: no acknowledgement, and Slack marks the button as failed for the person.
    await accept(receiving, reading.delivery)
    await ack()
  })

/** Nobody is told why an event was refused: there is no response URL, and in a channel of strangers no words of ours. */
const takeMessage = async (receiving: Receiving, body: object): Promise<void> => {
  const { config, log, clock } = receiving
  const reading = readMessage(config, body, clock.now())
  if (reading.kind === 'delivery') return accept(receiving, reading.delivery)
  if (reading.kind === 'nothing') return
  logRefused(log, 'a message', reading)
  if (reading.kind === 'malformed') throw new MalformedPayload(reading.why)
}

/**
 * Bolt acknowledges an event before any listener hears of it, and over a socket that cannot be taken back. So events are
 * taken ahead of it: when the store is down this throws, nothing is acknowledged, and Slack delivers again.
 */
const takeMessagesFirst = (app: App, receiving: Receiving): void => {
  const dispatch = app.processEvent.bind(app)
  app.processEvent = async (event) => {
    if (event.body['type'] !== 'event_callback') return dispatch(event)
    try {
      await takeMessage(receiving, event.body)
    } catch (error) {
      if (!(error instanceof MalformedPayload))
        receiving.log.error({ error: messageOf(error) }, 'slack: a message was not recorded')
      throw error
    }
    await event.ack()
  }
}

const handled = (body: object): boolean =>
  'command' in body || ('type' in body && body.type === 'block_actions' && 'actions' in body)

/**
 * Connects a Bolt receiver to the inbox. `authorize` answers from the configuration, so that no request costs an
 * `auth.test`, and with our own team, so that payloads of others leave nothing behind.
 */
export const boltApp = ({ App }: Bolt, receiver: Receiver, receiving: Receiving): App => {
  const { config, log } = receiving
  const { botToken, botId, botUserId, teamId } = config
  const app = new App({
    receiver,
    authorize: () => Promise.resolve({ botToken, botId, botUserId, teamId }),
    clientOptions: clientOptions(config.apiUrl, log),
    logger: slackLogger(log),
    convoStore: false,
    ignoreSelf: false,
    attachFunctionToken: false,
    socketMode: false,
  })
  app.use(async (args) => {
    if (handled(args.body)) {
      await args.next()
      return
    }
    log.warn(
      { type: 'type' in args.body ? String(args.body.type) : 'unknown' },
      'slack: a payload nobody asked for',
    )
    if ('ack' in args && typeof args.ack === 'function') await args.ack()
  })
  listenForCommands(app, receiving)
  listenForPresses(app, receiving)
  takeMessagesFirst(app, receiving)
  app.error((error) => {
    if (!(error instanceof MalformedPayload))
      log.error({ error: error.message }, 'slack: a payload was not handled')
    return Promise.reject(error)
  })
  return app
}
