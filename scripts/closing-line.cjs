// The last line of a test run, in one plain form: "N passed, N failed".
module.exports = class ClosingLine {
  onRunComplete(_contexts, results) {
    const broken = results.testResults.filter((file) => file.testExecError).length
    const skipped = results.numPendingTests + results.numTodoTests
    if (skipped > 0 && process.env.CI === 'true') this.error = new Error(`${skipped} tests were skipped`)
    this.line = `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed`
    if (skipped > 0) this.line += `, ${skipped} skipped`
    process.on('exit', () => process.stdout.write(`${this.line}\n`))
  }
  getLastError() {
    return this.error
  }
}
