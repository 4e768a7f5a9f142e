/** The receiver of Slack's HTTP requests, served on loopback before a recording inbox and log, with the Web API that it may ask. */
import { createServer, type Server } from 'node:http'
import { slackEvents } from '../../../src/chat/slack/receive'
import {
  close,
  configFor,
  fakeApi,
  listen,
  recordingInbox,
  recordingLog,
  type FakeApi,
  type RecordingInbox,
  type RecordingLog,
} from './fakeSlack'
import { systemClock } from '../../../src/clock'

export interface Receiver {
  readonly api: FakeApi
  readonly inbox: RecordingInbox
  readonly log: RecordingLog
  readonly server: Server
  /** Where Slack sends to. */
  readonly url: string
  close(): Promise<void>
}

export const openReceiver = async (): Promise<Receiver> => {
  const api = await fakeApi()
  const inbox = recordingInbox()
  const log = recordingLog()
  const server = createServer(slackEvents(configFor(api.apiUrl), inbox, { log, clock: systemClock }).listener)
  return {
    ...{ api, inbox, log, server },
    url: `${await listen(server)}/slack/events`,
    close: async () => {
      await close(server)
      await api.close()
    },
  }
}
