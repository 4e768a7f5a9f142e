// `npm run bench [-- --short] [-- --json FILE]`: ratios measured in one run, so that a slow machine is slow for both sides.
import { writeFileSync } from 'node:fs'
import { executor } from './executor.mjs'
import { history } from './history.mjs'
import { polling } from './polling.mjs'
import { requests } from './requests.mjs'
import { slackAcknowledgement } from './slack/requests.mjs'
import { teamsAcknowledgement } from './teams/requests.mjs'

const short = process.argv.includes('--short')
const json = process.argv.includes('--json') ? process.argv[process.argv.indexOf('--json') + 1] : null

const pace = { rounds: short ? 1 : 5, seconds: short ? 3 : 6, connections: 50 }
const slack = await slackAcknowledgement(pace)
const teams = await teamsAcknowledgement(pace)
const done = await requests({ count: short ? 50 : 400 })
const host = await executor({ short })
const polled = polling({ rounds: short ? 3 : 10 })
const past = await history({ rounds: short ? 11 : 31, most: short ? 1_000 : 100_000 })

const WANTED = {
  'slack-ack-throughput': 'bot / bare Bolt, want >= 0.80',
  'slack-ack-p99': 'bot / bare Bolt, want <= 2.00',
  'teams-ack-throughput': 'bot / bare botbuilder, want >= 0.80',
  'teams-ack-p99': 'bot / bare botbuilder, want <= 2.00',
  'executor-warm-call': 'a call / the same in a bare session, want <= 1.50',
  'executor-spawn-speedup': 'a process for each command / a call, want >= 50',
  'poll-cpu-growth': 'a host of 1,000 / one of 100, want <= 1.25',
  'history-growth': 'what grows most of commands and loops, after many requests / 400, want <= 1.20',
  'reading-unchanged-transcript': 'nothing is another / something is, want <= 0.10',
  'assign-vs-script': 'an assignment / its script alone, want <= 1.10',
}
const ratios = { ...slack.ratios, ...teams.ratios, ...host.ratios, ...polled.ratios, ...past.ratios }
const figures = {
  'requests-done-per-second': done.perSecond,
  ...slack.figures,
  ...teams.figures,
  ...host.figures,
  ...polled.figures,
  ...past.figures,
}
const row = (name, value, want) => console.log(`${name.padEnd(34)} ${value.padStart(10)}  ${want}`)
for (const [name, value] of Object.entries(ratios)) row(name, value.toFixed(2), WANTED[name])
for (const [name, value] of Object.entries(figures)) row(name, String(Number(value.toFixed(2))), '')
if (json) writeFileSync(json, `${JSON.stringify({ ratios, figures }, null, 2)}\n`)
