// Socket Mode. Reconnecting is done here: the client's own reconnection leaves a rejected promise unhandled when Slack
// refuses a new connection, which would end the process.
import type { SocketModeReceiver } from '@slack/bolt'
import { Fault, messageOf } from '../../core/errors'
import type { Inbox } from '../../core/ports'
import { clientOptions, type SlackConfig } from './config'
import { slackLogger, type Log } from './log'
import { boltApp, loadBolt, MalformedPayload, type Bolt } from './listen'

const firstRetryMs = 500
const slowestRetryMs = 30_000

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

/**
 * Socket Mode. `start` resolves once Slack said hello and throws Fault('chat') when the first connection fails; later
 * losses are repaired in the background. `stop` resolves when the socket is closed.
 */
export const slackSocket = async (
  config: SlackConfig,
  inbox: Inbox,
  log: Log,
): Promise<{ start(): Promise<void>; stop(): Promise<void> }> => {
  const { appToken } = config
  if (!appToken) throw new Fault('config', 'Slack in Socket Mode needs SLACK_APP_TOKEN')
  const bolt = await loadBolt()
  const receiver = receiverFor(bolt, appToken, config, log)
  boltApp(bolt, receiver, { config, inbox, log })

  let phase: 'stopped' | 'connected' | 'reconnecting' = 'stopped'
  let timer: NodeJS.Timeout | undefined

  const reconnect = async (nextWaitMs: number): Promise<void> => {
    try {
      await receiver.client.start()
    } catch (error) {
      log.error({ error: error === undefined ? 'closed' : messageOf(error) }, 'slack: could not reconnect')
      if (isStopped()) return
      timer = setTimeout(() => void reconnect(Math.min(nextWaitMs * 2, slowestRetryMs)), nextWaitMs)
      return
    }
    if (isStopped()) return void receiver.client.disconnect()
    phase = 'connected'
    log.info({}, 'slack: Socket Mode is connected again')
  }
  // Stopping may happen while a connection is being opened.
  const isStopped = (): boolean => phase === 'stopped'

  receiver.client.on('disconnected', () => {
    // A failing attempt reports here as well; its own loop goes on.
    if (phase !== 'connected') return
    phase = 'reconnecting'
    void reconnect(firstRetryMs)
  })

  return {
    start: async () => {
      try {
        await receiver.client.start()
        phase = 'connected'
      } catch (error) {
        throw new Fault(
          'chat',
          'opening the Slack Socket Mode connection (is SLACK_APP_TOKEN an app-level token, xapp-..., with ' +
            'connections:write, and is Socket Mode on in the app settings?)',
          error,
        )
      }
    },
    stop: async () => {
      phase = 'stopped'
      clearTimeout(timer)
      await receiver.client.disconnect()
    },
  }
}
