// The stand-ins for Windows are written in TypeScript, for the tests: this lets the bench load them as they are.
const { readFileSync } = require('node:fs')
const { transformSync } = require('@swc/core')

const options = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: false,
}
require.extensions['.ts'] = (module, file) =>
  module._compile(transformSync(readFileSync(file, 'utf8'), { ...options, filename: file }).code, file)

// Their files describe suites too, which nobody runs here.
require.cache[require.resolve('@jest/globals')] = { exports: {}, loaded: true }

module.exports = (path) => require(`../../${path}`)
