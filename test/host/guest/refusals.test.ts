import { expect, it } from '@jest/globals'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeClock } from '../../fakes/clock'
import { makeKeys, withSshd } from '../../fakes/sshd'
import { notRun, useGuests } from './asking'

withSshd('a Linux guest that cannot be asked', (start) => {
  const { ask, close, dir, guest, keys, listen } = useGuests(start)

  it('is not asked when the host key is another one, and the new key is never learnt', async () => {
    const sshd = await guest({ command: 'echo here' })
    const pinned = makeKeys(join(dir(), 'pinned')).publicKey
    const account = { hostKeys: [pinned] }
    const addresses = ['127.0.0.1', '127.0.0.2']
    const other = notRun(
      'not checked: the host key at 127.0.0.1 is not the pinned one; an administrator compares it in the guest itself and pins the new key (see docs/guests.md)',
    )

    expect(await ask(sshd, { account, addresses })).toEqual(other)
    expect(await ask(sshd, { account, addresses })).toEqual(other)
    expect(await ask(sshd, { account: { hostKeys: [pinned, sshd.hostKey] } })).toMatchObject({ kind: 'ran' })
  })

  it('is not asked when the host key is of another kind than the pinned one', async () => {
    const sshd = await guest({ command: 'echo here', hostKeyType: 'ecdsa' })
    const account = { hostKeys: [makeKeys(join(dir(), 'pinned')).publicKey] }

    expect(await ask(sshd, { account })).toMatchObject({
      why: expect.stringMatching(/^not checked: the host key/),
    })
  })

  it('is not asked while no host key is pinned', async () => {
    expect(await ask({ port: 1, hostKey: '' }, { account: { hostKeys: [] } })).toMatchObject({
      why: expect.stringMatching(/^no host key of this guest is pinned: an administrator reads it/),
    })
  })

  it('says that the key is refused', async () => {
    const sshd = await guest({ authorizedKeys: [] })

    expect(await ask(sshd)).toMatchObject({
      why: expect.stringMatching(/^the guest refuses the bot's account or key: check the account/),
    })
  })

  it('says that the guest asks for more than a key', async () => {
    const sshd = await guest({
      lines: ['PasswordAuthentication yes', 'AuthenticationMethods publickey,password'],
    })

    expect(await ask(sshd)).toMatchObject({
      why: expect.stringMatching(
        /^the guest asks the bot's account for more than its key, such as a password/,
      ),
    })
  })

  it.each([
    ['is missing', (file: string) => rmSync(file), /^the bot's key for this guest is missing/],
    ['may be read by others', (file: string) => chmodSync(file, 0o644), /may be read by others.* mode 0600$/],
    [
      'is no key',
      (file: string) => writeFileSync(file, 'hello\n'),
      /cannot be read by ssh: it needs an OpenSSH/,
    ],
  ])('says that the key file %s', async (_, spoil, why) => {
    const sshd = await guest({ command: 'echo here' })
    rmSync(`${keys().file}.pub`)
    spoil(keys().file)

    expect(await ask(sshd)).toMatchObject({ kind: 'not-run', why: expect.stringMatching(why) })
  })

  it('says that nothing listens there', async () => {
    const port = await listen(() => undefined)
    await close()

    expect(await ask({ port, hostKey: keys().publicKey })).toEqual(
      notRun(
        `the guest is not reached on port ${port}, so check its SSH server and its firewall: 127.0.0.1 refuses the connection`,
      ),
    )
  })

  it('says that the other side hangs up', async () => {
    const port = await listen((socket) => socket.destroy())

    expect(await ask({ port, hostKey: keys().publicKey })).toMatchObject({
      why: expect.stringMatching(/127\.0\.0\.1 ends the connection before anybody is let in$/),
    })
  })

  it('gives up on a guest that takes the connection and says nothing', async () => {
    const port = await listen((socket) => socket.on('error', () => undefined))

    expect(await ask({ port, hostKey: keys().publicKey }, { options: { clock: fakeClock() } })).toEqual(
      notRun('the guest gave no answer within 30 s: ask again, or look into it'),
    )
  })

  it('says that the connection was lost', async () => {
    // $PPID is the server process of this one connection.
    const sshd = await guest({ command: 'kill -KILL $PPID' })

    expect(await ask(sshd)).toMatchObject({
      why: expect.stringMatching(/^the connection to the guest was lost/),
    })
  })

  it('keeps its key, its account and its folder to itself, whatever fails', async () => {
    const sshd = await guest({ command: 'echo here' })
    const account = { user: 'canary-user' }
    const others = makeKeys(join(dir(), 'other')).publicKey
    const answers = [
      await ask(sshd, { account }),
      await ask(sshd, { account: { ...account, hostKeys: [others] } }),
    ]
    const secrets = readFileSync(keys().file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    chmodSync(keys().file, 0o640)
    answers.push(await ask(sshd, { account }))
    writeFileSync(keys().file, 'no key\n', { mode: 0o600 })
    chmodSync(keys().file, 0o600)
    answers.push(await ask(sshd, { account }))
    rmSync(keys().file)
    answers.push(await ask(sshd, { account }))

    for (const answer of answers) {
      expect(answer.kind).toBe('not-run')
      for (const secret of [...secrets, 'canary', dir()]) expect(JSON.stringify(answer)).not.toContain(secret)
    }
  })

  it('is told apart from a guest that has no address yet, or none that may be asked', async () => {
    const port = await listen(() => {
      throw new Error('nobody may connect here')
    })
    const why = async (addresses: readonly string[], allowedSubnets: readonly string[]) =>
      ask({ port, hostKey: keys().publicKey }, { addresses, options: { allowedSubnets } })

    expect(await why([], ['127.0.0.0/8'])).toMatchObject({
      why: expect.stringMatching(/^the guest reports no IP address: it may still be starting/),
    })
    expect(await why(['127.0.0.1', 'localhost', '1', '2'], ['10.8.0.0/16', '0.0.0.0/0'])).toEqual(
      notRun(
        "allowedSubnets, which an administrator sets, lets none of the guest's addresses be asked: 127.0.0.1 (loopback), localhost (no IP address), 1 (no IP address) and 1 more",
      ),
    )
  })

  it('says that the bot has no ssh', async () => {
    const program = join(dir(), 'no-such-program')

    expect(await ask({ port: 1, hostKey: keys().publicKey }, { options: { program } })).toEqual(
      notRun('the bot has no ssh program: install the OpenSSH client where it runs'),
    )
  })
})
