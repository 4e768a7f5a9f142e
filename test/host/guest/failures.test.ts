import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../../../src/host/guest/failures'

/** As OpenSSH 9.2 writes them. */
describe('what ssh says is understood', () => {
  it.each([
    ['ssh: connect to host 10.8.0.2 port 22: Connection refused', 'refuses the connection'],
    ['ssh: connect to host 10.8.0.2 port 22: Connection timed out', 'does not answer'],
    ['ssh: connect to host 10.8.0.2 port 22: Operation timed out', 'does not answer'],
    ['Connection timed out during banner exchange', 'does not answer'],
    ['ssh: connect to host 10.8.0.2 port 22: No route to host', 'is not reachable from the bot'],
    ['ssh: connect to host fd12::7 port 22: Network is unreachable', 'is not reachable from the bot'],
    ['ssh: connect to host fd12::7 port 22: Bad luck', 'cannot be connected to'],
    [
      'kex_exchange_identification: read: Connection reset by peer',
      'ends the connection before anybody is let in',
    ],
    ['Connection closed by 10.8.0.2 port 22', 'ends the connection before anybody is let in'],
  ])('%s: another address may do', (log, what) => {
    expect(failureOf(`${log}\r\n`, '')).toEqual({ kind: 'unreachable', what })
  })

  it.each([
    [
      'Unable to negotiate with 10.8.0.2 port 22: no matching host key type found. Their offer: ssh-dss',
      /^the guest has no host key of a kind/,
    ],
    [
      'Unable to negotiate with 10.8.0.2 port 22: no matching cipher found. Their offer: 3des-cbc',
      /no way of encryption in common/,
    ],
    [
      "Permissions 0644 for '/keys/x' are too open.\r\ngpubot@10.8.0.2: Permission denied (publickey).",
      /may be read by others/,
    ],
    ['gpubot@10.8.0.2: Permission denied (publickey,password).', /refuses the bot's account or key/],
    ['gpubot@10.8.0.2: Permission denied (keyboard-interactive).', /more than its key/],
    ['No user exists for uid 4711', /^ssh ended for a reason that the bot does not know/],
    ['', /^ssh ended for a reason that the bot does not know/],
  ])('%s: no other address will', (log, why) => {
    expect(failureOf(log, '')).toEqual({ kind: 'final', why: expect.stringMatching(why) })
  })

  it('and what the guest prints about it is not', () => {
    const log = 'Authenticated to 10.8.0.2 ([10.8.0.2]:22) using "publickey".\r\n'

    expect(failureOf(log, 'gpubot@10.8.0.2: Permission denied (publickey).\n')).toBeNull()
    expect(failureOf('', 'Host key verification failed.\n')).toMatchObject({ kind: 'final' })
    expect(failureOf(log, 'Connection to 10.8.0.2 closed by remote host.\r\n')).toMatchObject({
      kind: 'final',
      why: expect.stringMatching(/^the connection to the guest was lost/),
    })
  })
})
