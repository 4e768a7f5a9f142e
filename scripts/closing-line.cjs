// The end of a test run, in one plain form: "open cases: N", and as the very last line "N passed, N failed".
// An open case is a fault that is known and not mended: a `test.failing` whose name begins with "[open: some-id] ".
// Once it is mended jest fails it, until it is made an ordinary test.
//
// With COUNTS_FILE the counts are written there, and nothing is printed: whoever started several runners adds them up.
const { writeFileSync } = require('node:fs')

const OPEN = /^\[open: [\w-]+\] /

/** The counts of several runners as those of one. */
const add = (all) => {
  const sum = (name) => all.reduce((total, counts) => total + counts[name], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), open: sum('open') }
}

const linesOf = ({ passed, failed, skipped, open }) => [
  `open cases: ${open}`,
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
]

/** Why the run fails though no test did; null: it does not. */
const objection = (tests, skipped) => {
  const odd = tests.find(({ title, failing }) => OPEN.test(title) !== Boolean(failing))
  if (odd) return `an open case is a test.failing with its id in its name: ${odd.fullName}`
  return skipped > 0 && process.env.CI === 'true' ? `${skipped} tests were skipped` : null
}

const countsOf = (results, tests) => ({
  // As jest has it, a case that fails as expected has passed.
  passed: results.numPassedTests,
  failed: results.numFailedTests + results.testResults.filter((file) => file.testExecError).length,
  skipped: results.numPendingTests + results.numTodoTests,
  // One fault may show on several hosts.
  open: new Set(
    tests
      .filter(({ failing, status }) => failing && status === 'passed')
      .map(({ title }) => OPEN.exec(title)?.[0]),
  ).size,
})

class ClosingLine {
  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap((file) => file.testResults)
    const counts = countsOf(results, tests)
    const why = objection(tests, counts.skipped)
    if (why !== null) {
      this.error = new Error(why)
      process.stderr.write(`${why}\n`)
    }
    const file = process.env.COUNTS_FILE
    if (file) writeFileSync(file, JSON.stringify(counts))
    else process.on('exit', () => process.stdout.write(`${linesOf(counts).join('\n')}\n`))
  }
  getLastError() {
    return this.error
  }
}

module.exports = Object.assign(ClosingLine, { add, linesOf })
