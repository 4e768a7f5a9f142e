import { describe, expect, it } from '@jest/globals'
import { hostName, vmId } from '../../../src/core/inventory/inventory'
import type { Call } from '../../../src/host/powershell/engine/engine'
import type { EngineAnswer } from '../../../src/host/powershell/engine/wire'
import { readGuestSmi, guestUse, type GuestAccess } from '../../../src/host/powershell/guests'

const HOST = hostName.parse('hv01')
const VM = vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01')

/** A guest that answers with the addresses at which it was asked. */
const linux: GuestAccess = {
  kind: 'linux',
  read: (addresses) =>
    Promise.resolve({ kind: 'ran', exitCode: 0, stdout: addresses.join(), problemCode: null }),
}

const asked = async (answer: EngineAnswer, access: GuestAccess | undefined = linux) => {
  const calls: Omit<Call, 'session'>[] = []
  const ask = (call: Omit<Call, 'session'>) => {
    calls.push(call)
    return Promise.resolve(answer)
  }
  return { answer: await readGuestSmi(HOST, VM, { access, ask }), calls }
}

describe('a Linux guest', () => {
  it('is asked at the addresses that its host knows', async () => {
    const { answer, calls } = await asked({ kind: 'ok', json: '{"addresses":["10.20.0.7","fe80::1"]}' })

    expect(answer).toMatchObject({ kind: 'ran', stdout: '10.20.0.7,fe80::1' })
    expect(calls).toEqual([
      { command: 'Get-GuestAddress', parameters: { VmId: VM }, timeoutMs: expect.any(Number) },
    ])
  })

  it.each<[string, EngineAnswer, string]>([
    [
      'has no such VM',
      { kind: 'error', code: 'ObjectNotFound', message: 'x' },
      'the host has no such VM any more',
    ],
    ['is not reached', { kind: 'lost', why: 'no answer' }, 'hv01: no answer'],
    [
      'answers strangely',
      { kind: 'ok', json: '{"addresses":7}' },
      'hv01 answered in a form that is not known',
    ],
  ])('is not asked when its host %s', async (_, from, why) => {
    expect((await asked(from)).answer).toEqual({ kind: 'not-run', why })
  })
})

describe('a Windows guest', () => {
  const windows: GuestAccess = { kind: 'windows', credential: { credential: 'vault:Bot/train-02' } }
  const refused = (code: string): EngineAnswer => ({ kind: 'error', code, message: 'what Windows says' })

  it('is asked through its host, with the place of the credential and never what it is', async () => {
    const { answer, calls } = await asked(
      { kind: 'ok', json: '{"exitCode":0,"problem":"0","stdout":"rows"}' },
      windows,
    )

    expect(answer).toEqual({ kind: 'ran', exitCode: 0, stdout: 'rows', problemCode: 0 })
    expect(calls).toEqual([
      {
        command: 'Get-GuestSmi',
        parameters: { VmId: VM, Credential: { credential: 'vault:Bot/train-02' } },
        timeoutMs: expect.any(Number),
      },
    ])
  })

  it.each<[string, RegExp]>([
    ['GuestCredentialRefused', /^the guest refuses the credential .* user name and password/],
    ['GuestNotRunning', /^the VM is not running$/],
    ['GuestNotAnswering', /Restart-Service -Name vmicvmsession$/],
    ['NoPowerShellDirect', /Windows Server 2016 or later$/],
    ['CredentialNotFound', /the variable or the vault that it names$/],
    ['ObjectNotFound', /no such VM any more$/],
    ['NotAllowed', /^the allow-list of the host does not name this VM$/],
    ['SomethingElse', /^hv01: SomethingElse: what Windows says$/],
  ])('that fails with %s is told what to do', async (code, why) => {
    expect((await asked(refused(code), windows)).answer).toEqual({
      kind: 'not-run',
      why: expect.stringMatching(why) as unknown,
    })
  })
})

it('a guest without an account is not asked', async () => {
  const calls: unknown[] = []
  const ask = (call: unknown): Promise<EngineAnswer> => {
    calls.push(call)
    return Promise.resolve({ kind: 'lost', why: 'not reached' })
  }

  expect(await readGuestSmi(HOST, VM, { access: undefined, ask })).toMatchObject({
    kind: 'not-run',
    why: expect.stringContaining('no account in this guest is configured') as unknown,
  })
  expect(calls).toEqual([])
})

describe('what goes on in a guest', () => {
  const used = async (answer: EngineAnswer, access: GuestAccess | undefined) => {
    const calls: Omit<Call, 'session'>[] = []
    const ask = (call: Omit<Call, 'session'>) => {
      calls.push(call)
      return Promise.resolve(answer)
    }
    return { use: await guestUse(HOST, VM, { access, ask }), calls }
  }
  const ADDRESSES: EngineAnswer = { kind: 'ok', json: '{"addresses":["10.20.0.7"]}' }
  const windows: GuestAccess = { kind: 'windows', credential: { credential: 'vault:Bot/train-02' } }

  it('is asked of a Linux guest beside its nvidia-smi, at the same addresses', async () => {
    const use = (addresses: readonly string[]) => Promise.resolve({ processes: [], people: [...addresses] })

    expect((await used(ADDRESSES, { ...linux, use })).use).toEqual({
      ...{ smi: { kind: 'ran', exitCode: 0, stdout: '10.20.0.7', problemCode: null } },
      ...{ processes: [], people: ['10.20.0.7'] },
    })
  })

  it.each<[string, GuestAccess | undefined, EngineAnswer]>([
    ['a Linux guest without the second key', linux, ADDRESSES],
    ['a Linux guest whose host is not reached', linux, { kind: 'lost', why: 'no answer' }],
    ['a Windows guest', windows, { kind: 'ok', json: '{"exitCode":0,"problem":"0","stdout":"rows"}' }],
    ['a guest without an account', undefined, ADDRESSES],
  ])('is not known but for its nvidia-smi in %s', async (_, access, answer) => {
    expect((await used(answer, access)).use).toMatchObject({ processes: null, people: null })
  })

  it('is waited for no longer than a quarter of a minute', async () => {
    for (const access of [linux, windows])
      for (const { timeoutMs } of (await used(ADDRESSES, access)).calls) expect(timeoutMs).toBe(15_000)
  })
})
