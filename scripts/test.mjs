// `npm test`: gets what the suites need, then runs them: Pester for the module of PowerShell beside jest for TypeScript.
//   --fast      those that need no PowerShell, SSH server, browser, or process of the bot
//   --changed   those that are concerned by what git sees as changed
// Whatever else is given goes to jest, and then Pester does not run.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import closing from './closing-line.cjs'
import { runPester } from './pester.mjs'
import { prepareTools } from './tools/prepare.mjs'
import { makeTemporary } from './tools/temporary.mjs'
import { here } from './tools/tools.mjs'

const say = (text) => process.stdout.write(`${text}\n`)
const NOTHING = { passed: 0, failed: 0, skipped: 0, open: 0 }

const given = new Set(process.argv.slice(2))
const fast = given.delete('--fast')
const changed = given.delete('--changed')
const jestArguments = [
  ...(fast ? ['--selectProjects', 'fast'] : []),
  ...(changed ? ['--onlyChanged', '--passWithNoTests'] : []),
  ...given,
]

const run = (args, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: 'inherit',
      cwd: here('.'),
      env: { ...process.env, ...env },
    })
    child.once('close', (status) => resolve(status ?? 1))
  })

/** A run that does not come to its end is one that failed. */
const runJest = async (temporary) => {
  const file = join(temporary, 'counts.json')
  const status = await run([here('node_modules/jest/bin/jest.js'), ...jestArguments], {
    COUNTS_FILE: file,
    TMPDIR: temporary,
  })
  const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NOTHING
  return { ...counts, failed: counts.failed === 0 && status !== 0 ? 1 : counts.failed }
}

// .NET compiles as quickly as it can: most processes of PowerShell end before better code would have paid for itself.
process.env.DOTNET_JITMinOpts = '1'

if (!fast) prepareTools(say)
await build(here('.'), { say })
const temporary = makeTemporary()
const wantsPester = !fast && !changed && given.size === 0
const all = await Promise.all([runJest(temporary), wantsPester ? runPester() : NOTHING])
const counts = closing.add(all)
for (const line of closing.linesOf(counts)) say(line)
process.exitCode = counts.failed > 0 || (process.env.CI === 'true' && counts.skipped > 0) ? 1 : 0
