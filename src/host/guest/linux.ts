/**
 * nvidia-smi inside a Linux guest, over the `ssh` program of the machine that the bot runs on. Neither the addresses that
 * the guest reports nor what it prints is believed: see subnets.ts and output.ts.
 */
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VmId } from '../../core/inventory/inventory'
import type { Clock } from '../../core/ports/clock'
import type { SmiAnswer } from '../../core/ports/host'
import { SMI_COMMAND, sshArguments, sshEnvironment, USE_COMMAND } from './arguments'
import type { LinuxAccount } from './config'
import { failureOf, type GuestFailure } from './failures'
import { plainText } from './output'
import { run, type Ran } from './run'
import { siftAddresses, type Sifted } from './subnets'
import { readUse, type LinuxUse } from './use'

export interface LinuxGuestOptions {
  readonly vm: VmId
  readonly account: LinuxAccount
  readonly allowedSubnets: readonly string[]
  readonly clock: Clock
  /** The `ssh` program. */
  readonly program?: string
  readonly env?: NodeJS.ProcessEnv
  /** Fixed text; the question for nvidia-smi when absent. */
  readonly command?: string
  readonly withinMs?: number
}

/** Bytes; readSmi takes less still. */
const MOST = 2 ** 20
const ALL_MS = 30_000
/** Somebody waits for the plan meanwhile. */
const USE_MS = 15_000
/** A guest reports what it likes; it gets no scan of a network out of the bot. */
const TRIED = 4
const LOOKED_AT = 64
const NAMED = 3

const LATE = `the guest gave no answer within ${ALL_MS / 1000} s: ask again, or look into it`

const notRun = (why: string): SmiAnswer => ({ kind: 'not-run', why })

/** Asks at the addresses that the guest reports, in their order, until one answers. Never throws. */
export const linuxGuest =
  (options: LinuxGuestOptions) =>
  async (addresses: readonly string[]): Promise<SmiAnswer> => {
    const { account } = options
    if (account.hostKeys.length === 0)
      return notRun(
        'no host key of this guest is pinned: an administrator reads it, compares it in the guest itself and pins it (see docs/guests.md)',
      )
    const sifted = siftAddresses(addresses.slice(0, LOOKED_AT), options.allowedSubnets)
    if (sifted.allowed.length === 0) return notRun(nowhere(sifted))
    const unusable = objectionToKey(account.keyFile)
    if (unusable) return notRun(unusable)
    let folder: string | null = null
    try {
      folder = mkdtempSync(join(tmpdir(), 'gpu-chatops-ssh-'))
      return await askInTurn(options, sifted.allowed.slice(0, TRIED), folder)
    } catch {
      // The message would hold paths.
      return notRun('the bot cannot write its temporary files for ssh: look at the disk it runs on')
    } finally {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
    }
  }

/** What goes on there, with the key that opens that question. What does not answer is not known. */
export const linuxUse =
  (options: LinuxGuestOptions, keyFile: string) =>
  async (addresses: readonly string[]): Promise<LinuxUse> => {
    const account = { ...options.account, keyFile }
    const ask = linuxGuest({ ...options, account, command: USE_COMMAND, withinMs: USE_MS })
    const answer = await ask(addresses)
    return answer.kind === 'ran' ? readUse(answer.stdout, account.user) : { processes: null, people: null }
  }

const nowhere = ({ refused }: Sifted): string => {
  if (refused.length === 0)
    return 'the guest reports no IP address: it may still be starting, or lacks the Hyper-V services (package hyperv-daemons, linux-cloud-tools)'
  const named = refused.slice(0, NAMED).map(({ address, why }) => `${address} (${why})`)
  const more = refused.length > NAMED ? ` and ${refused.length - NAMED} more` : ''
  return `allowedSubnets, which an administrator sets, lets none of the guest's addresses be asked: ${named.join(', ')}${more}`
}

/** As ssh sees it, which does not mind the mode of another account's file. Null when it can be used. */
const objectionToKey = (file: string): string | null => {
  try {
    const { mode, uid } = statSync(file)
    accessSync(file, constants.R_OK)
    return uid === process.getuid?.() && (mode & 0o077) !== 0
      ? "the bot's key for this guest may be read by others, so ssh does not use it: give the file mode 0600"
      : null
  } catch {
    return "the bot's key for this guest is missing, or the bot may not read it: check keyFile in the configuration"
  }
}

const askInTurn = async (
  options: LinuxGuestOptions,
  addresses: readonly string[],
  folder: string,
): Promise<SmiAnswer> => {
  const { clock, vm, account } = options
  const { command = SMI_COMMAND, withinMs = ALL_MS } = options
  const until = clock.now() + withinMs
  const knownHosts = join(folder, 'known_hosts')
  writeFileSync(knownHosts, account.hostKeys.map((key) => `${vm} ${key}\n`).join(''), { mode: 0o600 })
  const failed: Failed[] = []
  for (const [index, address] of addresses.entries()) {
    const log = join(folder, `log-${index}`)
    const ran = await run({
      program: options.program ?? 'ssh',
      args: sshArguments({ ...account, alias: vm, address, knownHosts, log, command }),
      env: sshEnvironment(options.env ?? process.env),
      timeoutMs: Math.max(0, until - clock.now()),
      most: MOST,
      clock,
    })
    const came = answerOf(ran, log)
    if ('answer' in came) return came.answer
    if (ran.kind === 'late' && failed.length === 0) return notRun(LATE)
    if (came.failure.kind === 'final') return notRun(came.failure.why)
    failed.push({ address, failure: came.failure })
    if (ran.kind === 'late') break
  }
  return notRun(nobody(failed, account.port))
}

interface Failed {
  readonly address: string
  readonly failure: Exclude<GuestFailure, { kind: 'final' }>
}
type Came = { readonly answer: SmiAnswer } | { readonly failure: GuestFailure }

const answerOf = (ran: Ran, log: string): Came => {
  switch (ran.kind) {
    case 'not-started':
      return { answer: notRun('the bot has no ssh program: install the OpenSSH client where it runs') }
    case 'late':
      return { failure: { kind: 'unreachable', what: 'does not answer' } }
    case 'too-much':
      return { answer: notRun('the guest sent more output than nvidia-smi gives, so it was not read') }
    case 'ended': {
      if (ran.code === null) return { answer: notRun('ssh was ended from outside: ask again') }
      const failure = ran.code === 255 ? failureOf(readLog(log), ran.stderr) : null
      if (failure) return { failure }
      // A Linux guest has no problem code; that one is of Windows' devices.
      const stdout = plainText(ran.stdout)
      return { answer: { kind: 'ran', exitCode: ran.code, stdout, problemCode: null } }
    }
  }
}

const readLog = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const nobody = (failed: readonly Failed[], port: number): string => {
  const other = failed.find(({ failure }) => failure.kind === 'other-key')
  if (other)
    return `not checked: the host key at ${other.address} is not the pinned one; an administrator compares it in the guest itself and pins the new key (see docs/guests.md)`
  const each = failed.map(({ address, failure }) =>
    failure.kind === 'unreachable' ? `${address} ${failure.what}` : address,
  )
  return `the guest is not reached on port ${port}, so check its SSH server and its firewall: ${each.join('; ')}`
}
