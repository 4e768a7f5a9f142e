// What commands and loops cost after many requests that have ended, beside a few hundred: the past may not slow anybody down.
// A few hundred, since `history` has as many lines as it shows then.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openPast } from './history/past.mjs'
import { median, timed } from './executor/measure.mjs'

const FEW = 400

/** In turns, so that a machine that is busy for a while is so for both. Milliseconds. */
const inTurns = async (rounds, one, other) => {
  const took = [[], []]
  for (const work of [one, other]) await work()
  for (let n = 0; n < rounds; n += 1) {
    took[0].push(await timed(one))
    took[1].push(await timed(other))
  }
  return took.map(median)
}

/** The longest that nothing else is done, in milliseconds, at the 99th percentile of all that is asked once. */
const delayOf = async (work) => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (const each of Object.values(work)) {
    await each()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  delay.disable()
  return delay.percentile(99) / 1e6
}

export const history = async ({ rounds, most }) => {
  const few = await openPast(FEW)
  const many = await openPast(most)
  const took = []
  for (const [name, work] of Object.entries(many.work)) {
    const [before, after] = await inTurns(rounds, few.work[name], work)
    took.push({ name, ms: after, ratio: after / before, more: after - before })
  }
  const delays = [await delayOf(few.work), await delayOf(many.work)]
  await few.close()
  await many.close()
  // What takes less than a millisecond more holds nobody up, whatever it is of.
  const grown = took.filter(({ more }) => more >= 1)
  return {
    ratios: { 'history-growth': Math.max(1, ...grown.map(({ ratio }) => ratio)) },
    figures: {
      'after-400-event-loop-p99-ms': delays[0],
      [`after-${most}-event-loop-p99-ms`]: delays[1],
      ...Object.fromEntries(
        took.map(({ name, ms }) => [`after-${most}-${name.replaceAll(/\W+/g, '-')}-ms`, ms]),
      ),
    },
  }
}
