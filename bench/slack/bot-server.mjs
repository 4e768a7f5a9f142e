// The whole bot with its store on disk; only Slack's own Web API is left out.
import { createServer } from 'node:http'
import { slackEvents } from '../../dist/chat/slack/receive.js'
import { startBenchBot } from '../bot.mjs'
import { runtime, slackConfig } from '../fixture.mjs'

const { bot, close } = await startBenchBot()
const server = createServer(slackEvents(slackConfig, bot.inbox, runtime).listener)
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('SIGTERM', async () => {
  server.closeAllConnections()
  server.close()
  await close()
  process.exit()
})
