// Two ways to the same PowerShell engine beside ours: a session that reads commands from its standard input, and a process
// for each command.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Commands one after the other; each has to print one line. */
export const bareSession = ({ program, env }) => {
  const child = spawn(program, ['-NoProfile', '-NonInteractive', '-Command', '-'], { env, stdio: 'pipe' })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stderr.resume()
  return {
    ask: async (command) => {
      child.stdin.write(`${command}\n`)
      return (await lines.next()).value
    },
    close: async () => {
      child.stdin.end('exit\n')
      await once(child, 'close')
    },
  }
}

/** A process that loads the module, runs the command and ends. */
export const processes = ({ program, env, dir, module }) => {
  const file = join(dir, 'bench.ps1')
  return async (command) => {
    writeFileSync(file, `Import-Module '${module}'\n${command}\n`)
    const { stdout } = await run(program, ['-NoProfile', '-NonInteractive', '-File', file], { env })
    return stdout.trim()
  }
}
