/** Debian's own sshd on loopback, for one suite: keys of its own, one account (this one), and the command it is held to. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, test } from '@jest/globals'

const PROGRAM = '/usr/sbin/sshd'
const WHY = 'openssh-server is not installed'

/** A suite over sshd; skipped, with the reason in its name, on a machine that has none. */
export const withSshd = (name: string, suite: () => void): void => {
  if (existsSync(PROGRAM)) {
    describe(name, suite)
    return
  }
  if (process.env['CI'] === 'true') throw new Error(`suites over SSH cannot be skipped here: ${WHY}`)
  describe.skip(`${name} (skipped: ${WHY})`, () => test('needs sshd', () => undefined))
}

export interface Sshd {
  readonly port: number
  readonly user: string
  /** The private key that is let in. */
  readonly keyFile: string
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string
  /** Ends the server and every connection of it. */
  readonly stop: () => Promise<void>
}

/** A key pair in `dir`; resolves with the path of the private one. */
export const makeKey = (dir: string, name: string): string => {
  const path = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path])
  return path
}
/** `ssh-ed25519 AAAA...` of a private key's path. */
export const publicOf = (path: string): string =>
  readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => socket.destroy()).once('close', () => resolve(true))
    socket.once('error', () => resolve(false))
  })

/** `restrictions`: the lines of a Match block, as the documentation gives them. */
export const startSshd = async (
  dir: string,
  { restrictions }: { readonly restrictions: readonly string[] },
): Promise<Sshd> => {
  const user = userInfo().username
  const [hostKey, keyFile] = [makeKey(dir, 'host_key'), makeKey(dir, 'user_key')]
  writeFileSync(join(dir, 'authorized_keys'), `${publicOf(keyFile)}\n`)
  // The directory that a server of root separates its privileges into.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'KbdInteractiveAuthentication no',
      'Subsystem sftp internal-sftp',
      // A subsystem has to be known to be asked for; what runs is the forced command.
      'Subsystem powershell /bin/false',
      `Match User ${user}`,
      ...restrictions.map((line) => `    ${line}`),
      '',
    ].join('\n'),
  )
  const server = spawn(PROGRAM, ['-D', '-e', '-f', join(dir, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const said: string[] = []
  server.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  while (!(await answers(port))) if (server.exitCode !== null) throw new Error(`sshd ended: ${said.join('')}`)
  return { port, user, keyFile, hostKey: publicOf(hostKey), stop: () => end(server) }
}

/** The server leads a group of its own, so that its connections end with it. */
const end = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
  await gone
}
