// The whole bot as a process of its own, to be killed: both chats, a simulated fleet that outlives it, and a clock that
// stands still. Whoever starts it tells it when it is, lets time pass, and may act on the fleet beside it.
import { join } from 'node:path'
import { LIMITS, startBot } from '../../../dist/bot.js'
import { slackChat } from '../../../dist/chat/slack/post.js'
import { slackEvents } from '../../../dist/chat/slack/receive.js'
import { teamsChat } from '../../../dist/chat/teams/post.js'
import { teamsMessages } from '../../../dist/chat/teams/receive.js'
import { bothChats } from '../../../dist/chats.js'
import { readFile } from '../../../dist/config.js'
import { fleetFile, openSimulatedFleet } from '../../../dist/host/simulated/fleet.js'
import { byName } from '../../../dist/hosts.js'
import { startHttp } from '../../../dist/http.js'
import { policySource } from '../../../dist/policy-source.js'
import { openStore } from '../../../dist/store/database.js'
import { bringAbout } from '../../../dist/playground/world.js'

const { dir, slack, teams, channels, limits, time, clockFile } = JSON.parse(process.argv[2])
const { duringCalls, steppedClock } = await import(clockFile)
const clock = steppedClock(time)
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
const starting = startBot({
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
  chat: duringCalls(clock, bothChats({ slack: slackChat(slack, log), teams: teamsChat(teams, log) })),
  limits: { ...LIMITS, ...limits },
  ...channels,
})
const bot = await clock.until(starting)
const http = await startHttp({
  host: '127.0.0.1',
  port: 0,
  pages: null,
  ready: () => Promise.resolve(true),
  slackEvents: slackEvents(slack, bot.inbox, log).listener,
  teamsMessages: teamsMessages(teams, bot.inbox, log),
})

const dieAfter = (turns) =>
  setImmediate(() => (turns > 0 ? dieAfter(turns - 1) : process.kill(process.pid, 'SIGKILL')))
process.on('message', async ({ id, befall, pass, turns }) => {
  if (turns !== undefined) dieAfter(turns)
  if (befall) process.send({ id, came: bringAbout(fleet.world, befall).kind })
  else await clock.pass(pass).then(() => process.send({ id, came: 'passed' }))
})
process.send({ id: 0, came: http.port })
