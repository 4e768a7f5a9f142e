/** nvidia-smi inside VMs: Windows guests through PowerShell Direct, Linux guests by a way of their own. */
import type { HostName, VmId } from '../../core/inventory/inventory'
import type { GuestUse, SmiAnswer } from '../../core/ports/host'
import type { Call } from './engine/engine'
import type { EngineAnswer, CredentialRef } from './engine/wire'
import type { LinuxUse } from '../guest/use'
import { problemCode } from './problems'
import { rawAddresses, rawSmi } from './raw'

/** How one guest is asked. */
export type GuestAccess =
  | { readonly kind: 'windows'; readonly credential: CredentialRef }
  | {
      readonly kind: 'linux'
      readonly read: (addresses: readonly string[]) => Promise<SmiAnswer>
      /** Asks for processes and people; absent where the configuration names no key for it. */
      readonly use?: (addresses: readonly string[]) => Promise<LinuxUse>
    }

const SMI_MS = 60_000
/** Somebody waits for the plan meanwhile. */
const USE_MS = 15_000

type Ask = (call: Omit<Call, 'session'>) => Promise<EngineAnswer>
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
export const smiFrom = (host: HostName, answer: EngineAnswer): SmiAnswer => {
  if (answer.kind === 'lost') return notRun(`${host}: ${answer.why}`)
  if (answer.kind === 'error')
    return notRun(REMEDIES[answer.code] ?? `${host}: ${answer.code}: ${answer.message}`)
  const read = rawSmi.safeParse(json(answer.json))
  if (!read.success) return notRun(`${host} answered in a form that is not known`)
  const { exitCode, problem, stdout } = read.data
  return { kind: 'ran', exitCode, stdout, problemCode: problem === '-1' ? null : problemCode(problem) }
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const readGuestSmi = async (
  host: HostName,
  vm: VmId,
  { access, ask }: { readonly access: GuestAccess | undefined; readonly ask: Ask },
): Promise<SmiAnswer> => {
  if (!access) return notRun('no account in this guest is configured (see `guests` in the configuration)')
  if (access.kind === 'windows') {
    const parameters = { VmId: vm, Credential: access.credential }
    return smiFrom(host, await ask({ command: 'Get-GuestSmi', parameters, timeoutMs: SMI_MS }))
  }
  const addresses = await addressesOf(host, vm, { ask, timeoutMs: SMI_MS })
  return addresses.ok ? access.read(addresses.found) : addresses.answer
}

type Addresses =
  | { readonly ok: true; readonly found: readonly string[] }
  | { readonly ok: false; readonly answer: SmiAnswer }

const addressesOf = async (
  host: HostName,
  vm: VmId,
  { ask, timeoutMs }: { readonly ask: Ask; readonly timeoutMs: number },
): Promise<Addresses> => {
  const answer = await ask({ command: 'Get-GuestAddress', parameters: { VmId: vm }, timeoutMs })
  if (answer.kind !== 'ok') return { ok: false, answer: smiFrom(host, answer) }
  const read = rawAddresses.safeParse(json(answer.json))
  return read.success
    ? { ok: true, found: read.data.addresses }
    : { ok: false, answer: notRun(`${host} answered in a form that is not known`) }
}

const UNASKED: LinuxUse = { processes: null, people: null }

/** Of a Windows guest only its nvidia-smi is read: for the rest, PowerShell Direct has no function of ours. */
export const guestUse = async (
  host: HostName,
  vm: VmId,
  { access, ask }: { readonly access: GuestAccess | undefined; readonly ask: Ask },
): Promise<GuestUse> => {
  if (access?.kind !== 'linux')
    return {
      smi: await readGuestSmi(host, vm, { access, ask: (call) => ask({ ...call, timeoutMs: USE_MS }) }),
      ...UNASKED,
    }
  const addresses = await addressesOf(host, vm, { ask, timeoutMs: USE_MS })
  if (!addresses.ok) return { smi: addresses.answer, ...UNASKED }
  const [smi, use] = await Promise.all([
    access.read(addresses.found),
    access.use?.(addresses.found) ?? UNASKED,
  ])
  return { smi, ...use }
}
