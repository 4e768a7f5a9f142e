/** Does the bot's key for a host open the restricted session alone? Tried by asking for a command of our own. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../core/ports/clock'
import { sshArguments, sshEnvironment } from '../host/guest/arguments'
import { run, type Ran } from '../host/guest/run'
import type { HostConfig } from '../host/powershell/config'
import type { ForcedCommand } from './host-checks'

const PATIENCE_MS = 30_000
const MOST = 64 * 1024
/** ssh itself failed, and the command was never run. */
const NOT_CONNECTED = 255

/** `echo` is a command of cmd, PowerShell and sh alike, and prints the mark unless another command is forced. */
export const tryForcedCommand = async (
  { name, computer, port, user, keyFile, hostKeys }: Extract<HostConfig, { via: 'ssh' }>,
  clock: Clock,
): Promise<ForcedCommand> => {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-chatops-doctor-'))
  const mark = `gpuchatops-${randomBytes(12).toString('hex')}`
  try {
    const knownHosts = join(folder, 'known_hosts')
    writeFileSync(knownHosts, hostKeys.map((key) => `${name} ${key}\n`).join(''), { mode: 0o600 })
    const log = join(folder, 'log')
    const where = { alias: name, address: computer, port, user, keyFile, knownHosts, log }
    const ran = await run({
      program: 'ssh',
      args: sshArguments({ ...where, command: `echo ${mark}` }),
      env: sshEnvironment(process.env),
      timeoutMs: PATIENCE_MS,
      most: MOST,
      clock,
    })
    return verdictOf(ran, { mark, log })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const verdictOf = (
  ran: Ran,
  { mark, log }: { readonly mark: string; readonly log: string },
): ForcedCommand => {
  switch (ran.kind) {
    case 'not-started':
      return { unknown: 'there is no ssh program where the bot runs' }
    case 'late':
      return { unknown: `ssh gave no answer within ${PATIENCE_MS / 1000} s` }
    case 'too-much':
      return { unknown: 'the host printed more than it should' }
    case 'ended':
      if (ran.stdout.includes(mark)) return 'open'
      return ran.code === NOT_CONNECTED ? { unknown: `ssh did not get in: ${lastWords(log)}` } : 'held'
  }
}

/** What ssh said last, which is why it ended. */
const lastWords = (log: string): string => {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  return lines.at(-1) || 'it did not say why'
}
