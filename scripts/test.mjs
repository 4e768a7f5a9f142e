// `npm test`: every suite under test/, through jest; arguments are passed on.
import { spawnSync } from 'node:child_process'

const jest = new URL('../node_modules/jest/bin/jest.js', import.meta.url).pathname
const run = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exitCode = run.status ?? 1
