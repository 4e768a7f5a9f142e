// Slash commands acknowledged by the whole bot, durable commit included, beside a bare Bolt app that only acknowledges.
// Rounds alternate, and the median of the per-round ratios counts.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { SECRET, TEAM, USER } from './fixture.mjs'

const started = async (file) => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return { port, stop: async () => (child.kill('SIGTERM'), once(child, 'exit')) }
}

let count = 0
const signed = (request) => {
  const body = new URLSearchParams({
    team_id: TEAM,
    user_id: USER,
    user_name: 'bench',
    channel_id: 'C0BENCH',
    channel_name: 'bench',
    command: '/gpu',
    text: 'whoami',
    trigger_id: `${process.pid}.${Date.now()}.${++count}`,
    response_url: 'https://hooks.slack.com/commands/T/1/x',
    api_app_id: 'A1',
    token: 'x',
  }).toString()
  const time = String(Math.floor(Date.now() / 1000))
  const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${time}:${body}`).digest('hex')}`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': time,
    'x-slack-signature': signature,
  }
  return { ...request, method: 'POST', path: '/slack/events', headers, body }
}

export const load = async (port, { connections, seconds }) => {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    requests: [{ setupRequest: signed }],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} errors`)
  return { perSecond: result.requests.average, p99: result.latency.p99 }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

export const acknowledgement = async (options) => {
  const rounds = []
  for (let round = 0; round < options.rounds; round++) {
    const both = {}
    for (const side of round % 2 === 0 ? ['bare', 'bot'] : ['bot', 'bare']) {
      const server = await started(`./${side}-server.mjs`)
      await load(server.port, { ...options, seconds: 1 })
      both[side] = await load(server.port, options)
      await server.stop()
    }
    rounds.push(both)
  }
  return {
    throughputRatio: median(rounds.map(({ bot, bare }) => bot.perSecond / bare.perSecond)),
    p99Ratio: median(rounds.map(({ bot, bare }) => bot.p99 / bare.p99)),
    figures: {
      'bot-acks-per-second': Math.round(median(rounds.map(({ bot }) => bot.perSecond))),
      'bare-acks-per-second': Math.round(median(rounds.map(({ bare }) => bare.perSecond))),
      'bot-ack-p99-ms': median(rounds.map(({ bot }) => bot.p99)),
      'bare-ack-p99-ms': median(rounds.map(({ bare }) => bare.p99)),
    },
  }
}
