import { describe, expect, it } from '@jest/globals'
import { hostName, vmId } from '../../../src/core/inventory'
import type { Call } from '../../../src/host/powershell/engine/engine'
import type { Answer } from '../../../src/host/powershell/engine/wire'
import { guestSmi, type GuestAccess } from '../../../src/host/powershell/guests'

const HOST = hostName.parse('hv01')
const VM = vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01')

/** A guest that answers with the addresses at which it was asked. */
const linux: GuestAccess = {
  kind: 'linux',
  read: (addresses) =>
    Promise.resolve({ kind: 'ran', exitCode: 0, stdout: addresses.join(), problemCode: null }),
}

const asked = async (answer: Answer, access: GuestAccess | undefined = linux) => {
  const calls: Omit<Call, 'session'>[] = []
  const ask = (call: Omit<Call, 'session'>) => {
    calls.push(call)
    return Promise.resolve(answer)
  }
  return { answer: await guestSmi(HOST, VM, { access, ask }), calls }
}

describe('a Linux guest', () => {
  it('is asked at the addresses that its host knows', async () => {
    const { answer, calls } = await asked({ kind: 'ok', json: '{"addresses":["10.20.0.7","fe80::1"]}' })

    expect(answer).toMatchObject({ kind: 'ran', stdout: '10.20.0.7,fe80::1' })
    expect(calls).toEqual([
      { command: 'Get-GuestAddress', parameters: { VmId: VM }, timeoutMs: expect.any(Number) },
    ])
  })

  it.each<[string, Answer, string]>([
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
