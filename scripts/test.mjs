// `npm test`: builds (one suite runs the program as a process of its own), gets PowerShell and an SSH server, then runs
// every suite under test/: those of the PowerShell module through Pester, unless some suites are named, the others through jest.
import { spawnSync } from 'node:child_process'
import { runPester } from './pester.mjs'
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

const named = process.argv.slice(2)

/** Its counts are added to those of jest by scripts/closing-line.cjs. */
const suites = async () => {
  const pester = named.length === 0 ? await runPester() : { passed: 0, failed: 0, skipped: 0 }
  process.env.PESTER_COUNTS = JSON.stringify(pester)
  return run(here('node_modules/jest/bin/jest.js'), ...named) || Math.min(pester.failed, 1)
}

process.exitCode =
  run(here('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json') ||
  run(here('scripts/copy-assets.mjs')) ||
  tools() ||
  (await suites())
