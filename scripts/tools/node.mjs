// Other versions of Node.js, from the npm packages that hold their binaries, into .tools/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TOOLS } from './tools.mjs'

const SYSTEM = process.platform === 'win32' ? 'win' : process.platform
const PACKAGE = `node-${SYSTEM}-${process.arch}`

/** The program of this major version. Throws where npm has none for this machine. */
export const prepareNode = (major) => {
  const home = join(TOOLS, `node-${major}`)
  const program = join(home, 'node_modules', PACKAGE, 'bin', SYSTEM === 'win' ? 'node.exe' : 'node')
  if (existsSync(program)) return program
  mkdirSync(home, { recursive: true })
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', home, '--no-save', '--no-audit', '--no-fund', `${PACKAGE}@${major}`],
    { stdio: ['ignore', 'ignore', 'inherit'], shell: SYSTEM === 'win' },
  )
  if (status !== 0 || !existsSync(program)) throw new Error(`npm has no Node.js ${major} for this machine`)
  return program
}
