// `npm test`: builds (one suite runs the program as a process of its own), gets the PowerShell engine and an SSH server,
// then runs every suite under test/ through jest.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit', cwd: here('.') }).status ?? 1

// Without the .NET SDK the suites that need the engine say that they are skipped.
const engine = () => {
  const status = run(here('scripts/engine.mjs'))
  return status === 3 ? 0 : status
}

process.exitCode =
  run(here('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json') ||
  run(here('scripts/copy-assets.mjs')) ||
  engine() ||
  run(here('scripts/sshd.mjs')) ||
  run(here('node_modules/jest/bin/jest.js'), ...process.argv.slice(2))
