// The PowerShell executor over the stand-ins for Windows that the tests have. What the machine lacks for it is said.
import { existsSync } from 'node:fs'
import { preparePwsh } from '../scripts/tools/pwsh.mjs'

const NOTHING = { ratios: {}, figures: {} }

const merged = (...parts) => ({
  ratios: Object.assign({}, ...parts.map(({ ratios }) => ratios)),
  figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
})

export const executor = async ({ short }) => {
  const { pwsh: program, stubs, why } = preparePwsh(console.log)
  if (program === null) {
    console.log(`the executor is not measured: ${why}`)
    return NOTHING
  }
  const found = { program, stubs }
  const { calls } = await import('./executor/calls.mjs')
  const { assignment } = await import('./executor/assignment.mjs')
  const { readings } = await import('./executor/readings.mjs')
  const { sshSessions } = await import('./executor/ssh-sessions.mjs')
  const called = await calls(
    found,
    short ? { rounds: 3, warm: 100, cold: 3 } : { rounds: 9, warm: 300, cold: 9 },
  )
  const assigned = await assignment(found, { rounds: short ? 1 : 5 })
  if (!existsSync('/usr/sbin/sshd')) {
    console.log('sessions over SSH are not measured: sshd is not installed')
    return merged(called, assigned)
  }
  const read = await readings(found, { count: short ? 10 : 50 })
  return merged(called, assigned, read, await sshSessions(found, { repeats: short ? 3 : 15 }))
}
