// `npm run bench [-- --short] [-- --json FILE]`: ratios measured in one run, so that a slow machine is slow for both sides.
import { writeFileSync } from 'node:fs'
import { acknowledgement } from './acknowledgement.mjs'
import { requests } from './requests.mjs'

const short = process.argv.includes('--short')
const json = process.argv.includes('--json') ? process.argv[process.argv.indexOf('--json') + 1] : null

const ack = await acknowledgement({ rounds: short ? 1 : 5, seconds: short ? 3 : 6, connections: 50 })
const done = await requests({ count: short ? 50 : 400 })

const ratios = { 'slack-ack-throughput': ack.throughputRatio, 'slack-ack-p99': ack.p99Ratio }
const figures = { 'requests-done-per-second': done.perSecond, ...ack.figures }
const row = (name, value, want) => console.log(`${name.padEnd(34)} ${String(value).padStart(10)}  ${want}`)
row('slack-ack-throughput', ratios['slack-ack-throughput'].toFixed(2), 'bot / bare Bolt, want >= 0.80')
row('slack-ack-p99', ratios['slack-ack-p99'].toFixed(2), 'bot / bare Bolt, want <= 2.00')
for (const [name, value] of Object.entries(figures)) row(name, value, '')
if (json) writeFileSync(json, `${JSON.stringify({ ratios, figures }, null, 2)}\n`)
