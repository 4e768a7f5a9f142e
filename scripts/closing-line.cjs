// The end of a test run, in one plain form: "field cases: N of N" where any was tried, "open cases: N", and as the very
// last line "N passed, N failed". A field case is a case from a public report (test/field-cases).
// An open case is a fault that is known and not mended: a `test.failing` whose name begins with "[open: some-id] ".
// Once it is mended jest fails it, until it is made an ordinary test.
//
// With COUNTS_FILE the counts are written there, and nothing is printed: whoever started several runners adds them up.
const { writeFileSync } = require('node:fs')

const OPEN = /^\[open: [\w-]+\] /
const FIELD_CASE = /^cases from public reports: \S+ (?:\[open: )?[A-D]\d\d\b/

/** The counts of several runners as those of one. */
const add = (all) => {
  const sum = (name) => all.reduce((total, counts) => total + (counts[name] ?? 0), 0)
  const [passed, failed, skipped, open] = ['passed', 'failed', 'skipped', 'open'].map(sum)
  return { passed, failed, skipped, open, cases: sum('cases'), held: sum('held') }
}

const linesOf = ({ passed, failed, skipped, open, cases, held }) => [
  ...(cases > 0 ? [`field cases: ${held} of ${cases}`] : []),
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
  ...fieldCases(tests.filter(({ fullName, status }) => FIELD_CASE.test(fullName) && status !== 'pending')),
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

const fieldCases = (tries) => ({
  cases: tries.length,
  held: tries.filter(({ failing, status }) => !failing && status === 'passed').length,
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
