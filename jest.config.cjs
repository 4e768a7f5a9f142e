// Two projects: `fast` holds the suites that need nothing but Node and end soon, `slow` all others. A suite that asks for
// PowerShell, an SSH server or a browser is found by that question; those of the whole bot, and the long ones, are named here.
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

const ASKS_FOR_MORE = /\bwith(Engine|Sshd|Chromium)\(/
const WHOLE_BOT = /^(journeys|playground)\/|^log\.test/
const LONG =
  /^work\/(operations\/|across|poison|drift-histories|queue-properties|pause-between|restart-pending|harm\/|whose-host)|^core\/lease\/(year|properties)|^(build|manifests\/)/

const TESTS = join(__dirname, 'test')
const suites = readdirSync(TESTS, { recursive: true })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.test.ts'))
const isSlow = (path) =>
  WHOLE_BOT.test(path) || LONG.test(path) || ASKS_FOR_MORE.test(readFileSync(join(TESTS, path), 'utf8'))

const project = (displayName, paths) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: paths.map((path) => `<rootDir>/test/${path}`),
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  setupFilesAfterEnv: ['<rootDir>/test/setup.ts'],
  cacheDirectory: '<rootDir>/.tools/jest',
})

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    project(
      'fast',
      suites.filter((path) => !isSlow(path)),
    ),
    project('slow', suites.filter(isSlow)),
  ],
  maxWorkers: 3,
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/scripts/closing-line.cjs'],
}
