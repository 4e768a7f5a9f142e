export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Milliseconds. */
export const timed = async (work) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
/** The median of so many in a row. */
export const each = async (count, work) => {
  const times = []
  for (let n = 0; n < count; n++) times.push(await timed(work))
  return median(times)
}
