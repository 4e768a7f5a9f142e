// A Bolt app that acknowledges and does nothing else.
import { createServer } from 'node:http'
import bolt from '@slack/bolt'
import { SECRET, slackConfig } from '../fixture.mjs'

const receiver = new bolt.HTTPReceiver({ signingSecret: SECRET })
const app = new bolt.App({
  receiver,
  authorize: async () => ({
    botToken: 'xoxb-bench',
    botId: slackConfig.botId,
    botUserId: slackConfig.botUserId,
  }),
})
app.command('/gpu', ({ ack }) => ack())

const server = createServer(receiver.requestListener)
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('SIGTERM', () => process.exit())
