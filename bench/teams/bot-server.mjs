// The whole bot with its store on disk; only the Bot Connector is left out.
import { createServer } from 'node:http'
import { teamsMessages } from '../../dist/chat/teams/receive.js'
import { startBenchBot } from '../bot.mjs'
import { APP, runtime, TENANT } from '../fixture.mjs'

const cloud = { kind: 'local', ...JSON.parse(process.argv[2]), botToken: 'bench' }
const { bot, close } = await startBenchBot()
const server = createServer(teamsMessages({ appId: APP, tenantId: TENANT, cloud }, bot.inbox, runtime))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('SIGTERM', async () => {
  server.closeAllConnections()
  server.close()
  await close()
  process.exit()
})
