// Commands acknowledged by the whole bot, durable commit included, beside a bare app over the same SDK that only
// acknowledges. Rounds alternate, and the median of the per-round ratios counts.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

const started = async (file, settings) => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return { port, stop: async () => (child.kill('SIGTERM'), once(child, 'exit')) }
}

const load = async (port, { setupRequest, connections, seconds }) => {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    requests: [{ setupRequest }],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} errors`)
  return { perSecond: result.requests.average, p99: result.latency.p99 }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** `chat` names the folder of the two servers; both get the settings. */
export const acknowledgement = async ({ chat, settings = {}, ...options }) => {
  const rounds = []
  for (let round = 0; round < options.rounds; round++) {
    const both = {}
    for (const side of round % 2 === 0 ? ['bare', 'bot'] : ['bot', 'bare']) {
      const server = await started(`./${chat}/${side}-server.mjs`, settings)
      await load(server.port, { ...options, seconds: 1 })
      both[side] = await load(server.port, options)
      await server.stop()
    }
    rounds.push(both)
  }
  return {
    ratios: {
      [`${chat}-ack-throughput`]: median(rounds.map(({ bot, bare }) => bot.perSecond / bare.perSecond)),
      [`${chat}-ack-p99`]: median(rounds.map(({ bot, bare }) => bot.p99 / bare.p99)),
    },
    figures: {
      [`${chat}-bot-acks-per-second`]: Math.round(median(rounds.map(({ bot }) => bot.perSecond))),
      [`${chat}-bare-acks-per-second`]: Math.round(median(rounds.map(({ bare }) => bare.perSecond))),
      [`${chat}-bot-ack-p99-ms`]: median(rounds.map(({ bot }) => bot.p99)),
      [`${chat}-bare-ack-p99-ms`]: median(rounds.map(({ bare }) => bare.p99)),
    },
  }
}
