// Reading 10, 100 and 1,000 hosts of 8 GPUs each, of which one in ten has changed: what a round costs, and how it grows.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROUNDS = fileURLToPath(new URL('./polling/rounds.mjs', import.meta.url))
const measured = (hosts, rounds) =>
  JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', ROUNDS, String(hosts), String(rounds)], {
      encoding: 'utf8',
    }),
  )

const named = (hosts, { cpuMs, rssMiB, heapMiB, dbKiB, listMs, showMs }) => ({
  [`poll-${hosts}-cpu-ms-per-round`]: cpuMs,
  [`poll-${hosts}-resident-mib`]: rssMiB,
  [`poll-${hosts}-heap-in-use-mib`]: heapMiB,
  [`poll-${hosts}-database-kib-per-round`]: dbKiB,
  [`poll-${hosts}-list-ms`]: listMs,
  [`poll-${hosts}-show-ms`]: showMs,
})

export const polling = ({ rounds }) => {
  const [few, some, many] = [10, 100, 1_000].map((hosts) => [hosts, measured(hosts, rounds)])
  return {
    ratios: { 'poll-cpu-growth': many[1].cpuMs / some[1].cpuMs / 10 },
    figures: Object.assign({}, ...[few, some, many].map(([hosts, each]) => named(hosts, each))),
  }
}
