// The whole bot as a process of its own, to be killed: both chats, a simulated fleet that outlives it, and a clock that
// stands still. Whoever starts it tells it when it is, lets time pass, and may act on the fleet beside it.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const built = createRequire(new URL('../../../dist/', import.meta.url))
const { TIME_LIMITS, startBot } = built('./bot.js')
const { slackChat } = built('./chat/slack/post.js')
const { slackEvents } = built('./chat/slack/receive.js')
const { teamsChat } = built('./chat/teams/post.js')
const { teamsMessages } = built('./chat/teams/receive.js')
const { allChats } = built('./chats.js')
const { readFile } = built('./config/config.js')
const { fleetFile, openSimulatedFleet } = built('./host/simulated/fleet.js')
const { hostsByName } = built('./hosts.js')
const { startHttp } = built('./http.js')
const { policySource } = built('./policy-source.js')
const { openStore } = built('./store/database.js')
const { bringAbout } = built('./playground/world.js')

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
const runtime = { log, clock }
const starting = startBot({
  store: await openStore(dir),
  log,
  clock,
  policy: policySource(file, {
    incomplete: () => null,
    chats: () => ({ slackTeam: slack.teamId, teamsTenant: teams.tenantId }),
    clock,
    log,
    directory: () => Promise.resolve([]),
    readAgain: () => readFile(path),
  }),
  hosts: hostsByName(fleet.hosts),
  chat: duringCalls(clock, allChats({ slack: slackChat(slack, runtime), teams: teamsChat(teams, runtime) })),
  limits: { ...TIME_LIMITS, ...limits },
  ...channels,
})
const bot = await clock.until(starting)
const http = await startHttp({
  host: '127.0.0.1',
  port: 0,
  pages: null,
  ready: () => Promise.resolve({ status: 'ready' }),
  slackEvents: slackEvents(slack, bot.inbox, runtime).listener,
  teamsMessages: teamsMessages(teams, bot.inbox, runtime),
})

const dieAfter = (turns) =>
  setImmediate(() => (turns > 0 ? dieAfter(turns - 1) : process.kill(process.pid, 'SIGKILL')))
process.on('message', async ({ id, befall, pass, turns }) => {
  if (turns !== undefined) dieAfter(turns)
  if (befall) process.send({ id, came: bringAbout(fleet.world, befall).kind })
  else await clock.pass(pass).then(() => process.send({ id, came: 'passed' }))
})
process.send({ id: 0, came: http.port })
