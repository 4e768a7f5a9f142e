// `npm test`: builds (one suite runs the program as a process of its own), gets PowerShell and an SSH server, then runs
// every suite under test/ through jest.
import { spawnSync } from 'node:child_process'
import { preparePwsh } from './tools/pwsh.mjs'
import { prepareSshd } from './tools/sshd.mjs'
import { here, leaveFound } from './tools/tools.mjs'

const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit', cwd: here('.') }).status ?? 1
const say = (text) => process.stdout.write(`${text}\n`)

const tools = () => {
  say('getting PowerShell and an SSH server ...')
  const { pwsh, stubs, why } = preparePwsh()
  leaveFound({ pwsh, stubs, why })
  if (pwsh === null) say(`No PowerShell (${why}): the suites that need it are skipped.`)
  const noSshd = prepareSshd()
  if (noSshd !== null) say(`No OpenSSH server (${noSshd}): the suites that need one are skipped.`)
  return 0
}

process.exitCode =
  run(here('scripts/build.mjs')) ||
  tools() ||
  run(here('node_modules/jest/bin/jest.js'), ...process.argv.slice(2))
