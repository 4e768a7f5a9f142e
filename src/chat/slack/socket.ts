// Socket Mode. Reconnecting is done here: the client's own reconnection leaves a rejected promise unhandled when Slack
// refuses a new connection, which would end the process.
import type { SocketModeReceiver } from '@slack/bolt'
import { Fault, messageOf } from '../../core/errors'
import type { Inbox } from '../../core/ports/delivery'
import { clientOptions, type SlackConfig } from './config'
import type { Log, Runtime } from '../log'
import { slackLogger } from './log'
import { boltApp, loadBolt, MalformedPayload, type Bolt } from './listen'
import { patiently, saysWrongToken, SlackDown } from './patience'

const receiverFor = (bolt: Bolt, appToken: string, config: SlackConfig, log: Log): SocketModeReceiver =>
  new bolt.SocketModeReceiver({
    appToken,
    logger: slackLogger(log),
    autoReconnectEnabled: false,
    // Only here does the address of the Web API reach the call that opens the connection.
    installerOptions: { clientOptions: clientOptions(config.apiUrl, log) },
    processEventErrorHandler: async ({ error, event }) => {
      // Without an acknowledgement Slack delivers again, which is right for a store that is down and wrong for a
      // payload that will never be readable.
      if (error instanceof MalformedPayload)
        await event
          .ack()
          .catch((reason: unknown) => log.warn({ error: messageOf(reason) }, 'slack: an ack was not sent'))
      return false
    },
  })

/** Slack did not open the connection, and may do so later, unless it says that the token is wrong. */
const faultOf = (error: unknown): Fault => {
  // The client gives no reason when the connection closes before Slack has said hello.
  const cause = error ?? new Error('closed')
  return saysWrongToken(cause)
    ? new Fault(
        'chat',
        'opening the Slack Socket Mode connection (is SLACK_APP_TOKEN an app-level token, xapp-..., with ' +
          'connections:write, and is Socket Mode on in the app settings?)',
        cause,
      )
    : new SlackDown('opening the Slack Socket Mode connection', cause)
}

export interface SlackSocket {
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Socket Mode. `start` resolves once Slack said hello, however long Slack is down before, or once it is stopped; it
 * throws Fault('chat') when the token is wrong. Later losses are repaired in the background. `stop` resolves when the
 * socket is closed.
 */
export const slackSocket = async (
  config: SlackConfig,
  inbox: Inbox,
  { log, clock }: Runtime,
): Promise<SlackSocket> => {
  const { appToken } = config
  if (!appToken) throw new Fault('config', 'Slack in Socket Mode needs SLACK_APP_TOKEN')
  const bolt = await loadBolt()
  const receiver = receiverFor(bolt, appToken, config, log)
  boltApp(bolt, receiver, { config, inbox, log, clock })

  const stopping = new AbortController()
  const patience = { clock, log, stopping: stopping.signal }
  let phase: 'connecting' | 'connected' = 'connecting'

  const connect = async (): Promise<void> => {
    try {
      await receiver.client.start()
    } catch (error) {
      throw faultOf(error)
    }
    // Stopping may happen while a connection is being opened.
    if (stopping.signal.aborted) {
      await receiver.client.disconnect()
      return
    }
    phase = 'connected'
    log.info({}, 'slack: Socket Mode is connected')
  }
  /** A token that was right does not end a bot that works: an administrator gives the right one in their own time. */
  const reconnect = (): Promise<void> =>
    connect().catch((error: unknown) => {
      throw error instanceof SlackDown ? error : new SlackDown('opening the connection again', error)
    })

  receiver.client.on('disconnected', () => {
    // A failing attempt reports here as well; its own loop goes on.
    if (phase !== 'connected' || stopping.signal.aborted) return
    phase = 'connecting'
    void patiently(reconnect, patience)
  })

  return {
    start: async () => {
      await patiently(connect, patience)
    },
    stop: async () => {
      stopping.abort()
      await receiver.client.disconnect()
    },
  }
}
