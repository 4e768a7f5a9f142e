// The whole bot as a process of its own, to be killed: both chats, a simulated fleet that outlives it, and a clock that
// runs many times as fast as the one on the wall. Whoever starts it tells it when it is, and may act on the fleet beside it.
import { join } from 'node:path'
import { LIMITS, startBot } from '../../../dist/bot.js'
import { slackChat } from '../../../dist/chat/slack/post.js'
import { slackEvents } from '../../../dist/chat/slack/receive.js'
import { teamsChat } from '../../../dist/chat/teams/post.js'
import { teamsMessages } from '../../../dist/chat/teams/receive.js'
import { bothChats } from '../../../dist/chats.js'
import { systemClock } from '../../../dist/clock.js'
import { readFile } from '../../../dist/config.js'
import { fleetFile, openSimulatedFleet } from '../../../dist/host/simulated/fleet.js'
import { byName } from '../../../dist/hosts.js'
import { startHttp } from '../../../dist/http.js'
import { policySource } from '../../../dist/policy-source.js'
import { openStore } from '../../../dist/store/database.js'
import { bringAbout } from '../../../dist/playground/world.js'

const { dir, slack, teams, channels, limits, start, times } = JSON.parse(process.argv[2])
const began = Date.now()
const clock = {
  now: () => start + (Date.now() - began) * times,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms / times, 2 ** 31 - 1), signal),
}
const nothing = () => undefined
const log = {
  info: nothing,
  warn: nothing,
  error: (what, message) => process.stderr.write(`${message} ${JSON.stringify(what)}\n`),
}
const path = join(dir, 'gpu-chatops.yaml')
const file = readFile(path).value

const fleet = openSimulatedFleet({
  file: fleetFile('default'),
  stateFile: join(dir, 'fleet.json'),
  clock,
  latency: 'none',
})
const bot = await startBot({
  store: await openStore(dir),
  log,
  clock,
  policy: policySource(file, {
    chats: { slackTeam: slack.teamId, teamsTenant: teams.tenantId },
    clock,
    log,
    directory: () => Promise.resolve([]),
    readAgain: () => readFile(path),
  }),
  hosts: byName(fleet.hosts),
  chat: bothChats({ slack: slackChat(slack, log), teams: teamsChat(teams, log) }),
  limits: { ...LIMITS, ...limits },
  ...channels,
})
process.on('message', ({ id, what }) => process.send({ id, came: bringAbout(fleet.world, what).kind }))
const http = await startHttp({
  host: '127.0.0.1',
  port: 0,
  pages: null,
  ready: () => Promise.resolve(true),
  slackEvents: slackEvents(slack, bot.inbox, log).listener,
  teamsMessages: teamsMessages(teams, bot.inbox, log),
})
process.send({ port: http.port, began })
