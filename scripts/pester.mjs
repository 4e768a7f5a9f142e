// `node scripts/pester.mjs [PROGRAM]`: every Pester suite under test/pester in one process of the PowerShell that the tests
// use, or of another, such as powershell.exe. Part of `npm test`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { preparePester } from './tools/pester.mjs'
import { preparePwsh } from './tools/pwsh.mjs'
import { here } from './tools/tools.mjs'

/** Policies are of Windows alone, where a script of ours is not signed. */
const POLICY = process.platform === 'win32' ? ['-ExecutionPolicy', 'Bypass'] : []
const COUNTS = /^pester: (\d+) passed, (\d+) failed, (\d+) skipped/m

/**
 * Runs the suites, prints what they say in one piece, and gives {passed, failed, skipped, open}. Without a PowerShell or Pester
 * they are one that was skipped; a run that does not come to its end, or finds nothing to run, is one that failed.
 */
export const runPester = async (program = preparePwsh(console.log).pwsh) => {
  const { pester, why } = program === null ? { pester: null, why: 'there is no PowerShell' } : preparePester()
  if (pester === null) {
    process.stdout.write(`The Pester suites are skipped: ${why}.\n`)
    return { passed: 0, failed: 0, skipped: 1, open: 0 }
  }
  const child = spawn(
    program,
    ['-NoProfile', '-NonInteractive', ...POLICY]
      .concat('-File', here('test/pester/Invoke-Tests.ps1'))
      .concat('-Pester', pester),
    { env: { ...process.env, NO_COLOR: '1', TERM: 'dumb' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [status] = await once(child, 'close')
  process.stdout.write(`${said.trim()}\n`)
  const [passed, failed, skipped] = (COUNTS.exec(said) ?? [0, 0, 0, 0]).slice(1).map(Number)
  const ended = status === 0 && passed > 0
  return { passed, failed: failed === 0 && !ended ? 1 : failed, skipped, open: 0 }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { failed } = await runPester(process.argv[2])
  process.exitCode = failed > 0 ? 1 : 0
}
