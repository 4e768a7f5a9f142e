// The last line of a test run, in one plain form: "N passed, N failed". What Pester counted before is in it.
const pester = JSON.parse(process.env.PESTER_COUNTS ?? '{"passed":0,"failed":0,"skipped":0}')

module.exports = class ClosingLine {
  onRunComplete(_contexts, results) {
    const broken = results.testResults.filter((file) => file.testExecError).length
    const skipped = results.numPendingTests + results.numTodoTests + pester.skipped
    if (skipped > 0 && process.env.CI === 'true') this.error = new Error(`${skipped} tests were skipped`)
    const failed = results.numFailedTests + broken + pester.failed
    this.line = `${results.numPassedTests + pester.passed} passed, ${failed} failed`
    if (skipped > 0) this.line += `, ${skipped} skipped`
    process.on('exit', () => process.stdout.write(`${this.line}\n`))
  }
  getLastError() {
    return this.error
  }
}
