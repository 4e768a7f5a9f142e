/** nvidia-smi inside VMs: Windows guests through PowerShell Direct, Linux guests by a way of their own. */
import type { HostName, VmId } from '../../core/inventory'
import type { SmiAnswer } from '../../core/ports'
import type { Call } from './engine/engine'
import type { Answer, CredentialRef } from './engine/wire'
import { problemOf } from './problems'
import { rawAddresses, rawSmi } from './raw'

/** How one guest is asked. */
export type GuestAccess =
  | { readonly kind: 'windows'; readonly credential: CredentialRef }
  | { readonly kind: 'linux'; readonly read: (addresses: readonly string[]) => Promise<SmiAnswer> }

const SMI_MS = 60_000

type Ask = (call: Omit<Call, 'session'>) => Promise<Answer>
const notRun = (why: string): SmiAnswer => ({ kind: 'not-run', why })

/** What to do about the refusals of Get-GuestSmi; others are told as they came. */
const REMEDIES: Readonly<Record<string, string>> = {
  GuestCredentialRefused:
    'the guest refuses the credential that is configured for it: an administrator checks user name and password, and that the account has a profile there',
  GuestNotRunning: 'the VM is not running',
  GuestNotAnswering:
    'the guest does not answer PowerShell Direct: it may still be starting; if it is not, run there: Restart-Service -Name vmicvmsession',
  NoPowerShellDirect: 'this host has no PowerShell Direct; it needs Windows Server 2016 or later',
  CredentialNotFound:
    'the credential that is configured for this guest is not there: an administrator checks the variable or the vault that it names',
  ObjectNotFound: 'the host has no such VM any more',
  NotAllowed: 'the allow-list of the host does not name this VM',
}

/** What nvidia-smi said, out of the answer of Get-HostSmi or Get-GuestSmi. */
export const smiFrom = (host: HostName, answer: Answer): SmiAnswer => {
  if (answer.kind === 'lost') return notRun(`${host}: ${answer.why}`)
  if (answer.kind === 'error')
    return notRun(REMEDIES[answer.code] ?? `${host}: ${answer.code}: ${answer.message}`)
  const read = rawSmi.safeParse(json(answer.json))
  if (!read.success) return notRun(`${host} answered in a form that is not known`)
  const { exitCode, problem, stdout } = read.data
  return { kind: 'ran', exitCode, stdout, problemCode: problem === '-1' ? null : problemOf(problem) }
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const guestSmi = async (
  host: HostName,
  vm: VmId,
  { access, ask }: { readonly access: GuestAccess | undefined; readonly ask: Ask },
): Promise<SmiAnswer> => {
  if (!access) return notRun('no account in this guest is configured (see `guests` in the configuration)')
  if (access.kind === 'windows') {
    const parameters = { VmId: vm, Credential: access.credential }
    return smiFrom(host, await ask({ command: 'Get-GuestSmi', parameters, timeoutMs: SMI_MS }))
  }
  const answer = await ask({ command: 'Get-GuestAddress', parameters: { VmId: vm }, timeoutMs: SMI_MS })
  if (answer.kind !== 'ok') return smiFrom(host, answer)
  const read = rawAddresses.safeParse(json(answer.json))
  return read.success
    ? access.read(read.data.addresses)
    : notRun(`${host} answered in a form that is not known`)
}
