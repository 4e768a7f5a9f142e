import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { vmId } from '../../../src/core/inventory'
import type { SmiAnswer } from '../../../src/core/ports'
import { readSmi, SMI_FIELDS } from '../../../src/core/smi'
import { linuxGuest, type LinuxGuestOptions } from '../../../src/host/guest/linux'
import { fakeClock } from '../../fakes/clock'
import { makeKeys, withSshd, type Keys, type Sshd, type SshdOptions } from '../../fakes/sshd'
import { useTempDirs } from '../../fakes/temp'

const VM = vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01')
const HEAD =
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'
const ROW = '0, NVIDIA GeForce RTX 3090, GPU-123, 610.43.02, 24576 MiB, 12 MiB, 3 %, 41, 30.10 W'

const notRun = (why: string) => ({ kind: 'not-run', why })

withSshd('nvidia-smi in a Linux guest', (start) => {
  const tempDir = useTempDirs()
  const open: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of open.splice(0)) await close()
  })
  let dir: string
  let keys: Keys
  beforeEach(() => {
    dir = tempDir()
    keys = makeKeys(join(dir, 'canary-key'))
  })

  const guest = async (options: Partial<SshdOptions> = {}): Promise<Sshd> => {
    const sshd = await start({ authorizedKeys: [keys.publicKey], ...options })
    open.push(sshd.stop)
    return sshd
  }

  /** A guest with an nvidia-smi of our own first on its PATH. */
  const withProgram = (script: string, options: Partial<SshdOptions> = {}) => {
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, 'nvidia-smi'), 0o755)
    return guest({ ...options, lines: [`SetEnv PATH=${bin}:/usr/bin:/bin`] })
  }

  const ask = (
    sshd: Pick<Sshd, 'port' | 'hostKey'> & { readonly user?: string },
    more: {
      readonly options?: Partial<LinuxGuestOptions>
      readonly account?: Partial<LinuxGuestOptions['account']>
      readonly addresses?: readonly string[]
    } = {},
  ): Promise<SmiAnswer> =>
    linuxGuest({
      vm: VM,
      account: {
        user: sshd.user ?? 'gpubot',
        keyFile: keys.file,
        hostKeys: [sshd.hostKey],
        port: sshd.port,
        ...more.account,
      },
      allowedSubnets: ['127.0.0.0/8'],
      clock: systemClock,
      ...more.options,
    })(more.addresses ?? ['127.0.0.1'])

  const listen = async (connected: Parameters<typeof createServer>[1]): Promise<number> => {
    const server: Server = createServer(connected)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise((resolve) => server.close(() => resolve())))
    return (server.address() as AddressInfo).port
  }

  it('is asked the one fixed question, and its answer is read', async () => {
    const sshd = await withProgram(`printf '%s\\n' "$*" > ${dir}/asked; echo '${HEAD}'; echo '${ROW}'`)

    const answer = await ask(sshd)

    expect(answer).toEqual({ kind: 'ran', exitCode: 0, stdout: `${HEAD}\n${ROW}\n`, problemCode: null })
    expect(readSmi(answer, { vendors: ['nvidia'] }).verdict).toBe('verified')
    expect(readFileSync(join(dir, 'asked'), 'utf8')).toBe(
      `--query-gpu=${SMI_FIELDS.join(',')} --format=csv\n`,
    )
  })

  it('answers through the one forced command that the account may run', async () => {
    const restricted = `restrict,command="echo forced; exec nvidia-smi --version" ${keys.publicKey}`
    const sshd = await withProgram('echo "$*"', { authorizedKeys: [restricted] })

    expect(await ask(sshd)).toMatchObject({ exitCode: 0, stdout: 'forced\n--version\n' })
  })

  it.each([9, 255])(
    'tells a failure of nvidia-smi by its exit code, even one of ssh: %d',
    async (exitCode) => {
      const sshd = await withProgram(`echo "Host key verification failed." >&2; echo said; exit ${exitCode}`)

      expect(await ask(sshd)).toEqual({ kind: 'ran', exitCode, stdout: 'said\n', problemCode: null })
    },
  )

  it('tells that nvidia-smi is not installed', async () => {
    const sshd = await guest({ lines: [`SetEnv PATH=${dir}`] })

    const answer = await ask(sshd)

    expect(answer).toMatchObject({ kind: 'ran', exitCode: 127 })
    expect(readSmi(answer, { vendors: ['nvidia'] })).toMatchObject({
      verdict: 'failed',
      why: 'nvidia-smi is not installed there',
    })
  })

  it('comes without terminal sequences, hidden characters, banner or standard error', async () => {
    const banner = join(dir, 'banner')
    writeFileSync(banner, 'read me first\n')
    const sshd = await guest({
      command: `printf 'a\\033[31mred\\033]0;title\\007\\tb\\342\\200\\256c\\r\\n'; echo aside >&2`,
      lines: [`Banner ${banner}`],
    })

    expect(await ask(sshd)).toMatchObject({ exitCode: 0, stdout: 'ared\tbc\n' })
  })

  it('is not read when it is more than nvidia-smi gives', async () => {
    const sshd = await guest({ command: 'exec head -c 3000000 /dev/zero' })

    expect(await ask(sshd)).toEqual(
      notRun('the guest sent more output than nvidia-smi gives, so it was not read'),
    )
  })

  it('is asked at the next address when one refuses the connection', async () => {
    const sshd = await guest({ command: 'echo here' })

    expect(await ask(sshd, { addresses: ['127.0.0.2', '127.0.0.1'] })).toMatchObject({ stdout: 'here\n' })
  })

  it('is not asked when the host key is another one, and the new key is never learnt', async () => {
    const sshd = await guest({ command: 'echo here' })
    const pinned = makeKeys(join(dir, 'pinned')).publicKey
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
    const account = { hostKeys: [makeKeys(join(dir, 'pinned')).publicKey] }

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
    rmSync(`${keys.file}.pub`)
    spoil(keys.file)

    expect(await ask(sshd)).toMatchObject({ kind: 'not-run', why: expect.stringMatching(why) })
  })

  it('says that nothing listens there', async () => {
    const port = await listen(() => undefined)
    for (const close of open.splice(0)) await close()

    expect(await ask({ port, hostKey: keys.publicKey })).toEqual(
      notRun(
        `the guest is not reached on port ${port}, so check its SSH server and its firewall: 127.0.0.1 refuses the connection`,
      ),
    )
  })

  it('says that the other side hangs up', async () => {
    const port = await listen((socket) => socket.destroy())

    expect(await ask({ port, hostKey: keys.publicKey })).toMatchObject({
      why: expect.stringMatching(/127\.0\.0\.1 ends the connection before anybody is let in$/),
    })
  })

  it('gives up on a guest that takes the connection and says nothing', async () => {
    const port = await listen((socket) => socket.on('error', () => undefined))

    expect(await ask({ port, hostKey: keys.publicKey }, { options: { clock: fakeClock() } })).toEqual(
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
    const others = makeKeys(join(dir, 'other')).publicKey
    const answers = [
      await ask(sshd, { account }),
      await ask(sshd, { account: { ...account, hostKeys: [others] } }),
    ]
    const secrets = readFileSync(keys.file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    chmodSync(keys.file, 0o640)
    answers.push(await ask(sshd, { account }))
    writeFileSync(keys.file, 'no key\n', { mode: 0o600 })
    chmodSync(keys.file, 0o600)
    answers.push(await ask(sshd, { account }))
    rmSync(keys.file)
    answers.push(await ask(sshd, { account }))

    for (const answer of answers) {
      expect(answer.kind).toBe('not-run')
      for (const secret of [...secrets, 'canary', dir]) expect(JSON.stringify(answer)).not.toContain(secret)
    }
  })
})
