/**
 * A real OpenSSH server on loopback, as the account that runs the tests, with a configuration and host keys of its own.
 * Each connection is handed to an sshd of its own (`sshd -i`), so that no port has to be guessed and none outlives the test.
 */
import { describe, test } from '@jest/globals'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { makeTempDir, removeTempDir } from './temp'

const WHY = 'there is no OpenSSH server (package openssh-server)'

/** Null where there is none; with CI=true that is a failure. sshd wants its whole path as its name. */
const sshdFound = (): string | null => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = folders
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'sshd'))
    .find((path) => existsSync(path))
  if (!found && process.env['CI'] === 'true')
    throw new Error(`suites over SSH cannot be skipped here: ${WHY}`)
  return found ?? null
}

/** A suite over sshd; skipped, with the reason in its name, on a machine that has none. */
export const withSshd = (name: string, suite: (start: StartSshd) => void): void => {
  if (sshdFound() === null)
    describe.skip(`${name} (skipped: ${WHY})`, () => test('needs sshd', () => undefined))
  else describe(name, () => suite(startSshd))
}

export interface Keys {
  /** The private key's file; the public one is beside it, with `.pub`. */
  readonly file: string
  /** Type and key, without a comment. */
  readonly publicKey: string
}

export const makeKeys = (file: string, type: 'ed25519' | 'ecdsa' = 'ed25519'): Keys => {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file])
  return { file, publicKey: readFileSync(`${file}.pub`, 'utf8').trim() }
}

export interface SshdOptions {
  /** Lines of authorized_keys; options in front are sshd's own. */
  readonly authorizedKeys: readonly string[]
  /** Carried out in place of whatever is asked for. */
  readonly command?: string
  /** Further lines of sshd_config, such as `Subsystem name /program` or `SetEnv NAME=value`. They come first, and so prevail. */
  readonly lines?: readonly string[]
  /** The end of sshd_config, where a Match belongs. */
  readonly block?: string
  readonly hostKeyType?: 'ed25519' | 'ecdsa'
}

export interface Sshd {
  readonly port: number
  /** As it is pinned. */
  readonly hostKey: string
  readonly user: string
  /** Its sshd_config, which is read for each connection. */
  readonly config: string
  /** Closed, it ends every connection, and refuses further ones until it is open again. */
  readonly become: (state: 'open' | 'closed') => Promise<void>
  readonly stop: () => Promise<void>
}

export type StartSshd = (options: SshdOptions) => Promise<Sshd>

/** Throws what sshd says when it refuses the configuration. */
export const startSshd: StartSshd = async (options) => {
  const program = sshdFound()
  if (program === null) throw new Error(WHY)
  // Where sshd parts itself from its privileges; Debian's service makes it at its start.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const dir = makeTempDir()
  const keys = makeKeys(join(dir, 'host_key'), options.hostKeyType)
  const authorizedKeys = join(dir, 'authorized_keys')
  writeFileSync(authorizedKeys, options.authorizedKeys.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  const config = join(dir, 'sshd_config')
  writeFileSync(config, configOf(options, { hostKey: keys.file, authorizedKeys }), { mode: 0o600 })
  execFileSync(program, ['-t', '-f', config])
  const { port, become, close } = await listen(program, config)
  const stop = async (): Promise<void> => {
    await close()
    removeTempDir(dir)
  }
  return { port, hostKey: keys.publicKey, user: userInfo().username, config, become, stop }
}

const configOf = (
  { command, lines = [], block = '' }: SshdOptions,
  { hostKey, authorizedKeys }: { readonly hostKey: string; readonly authorizedKeys: string },
): string =>
  [
    ...lines,
    ...(command === undefined ? [] : [`ForceCommand ${command}`]),
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    'PidFile none',
    // Its folder lies in the one for temporary files, where everybody may write.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    block,
    '',
  ].join('\n')

/** Who connects to the port speaks with an sshd of its own. */
const listen = async (program: string, config: string) => {
  const children = new Set<ChildProcess>()
  let open = true
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    if (open) {
      const child = spawn(program, ['-i', '-e', '-f', config], {
        stdio: [socket, socket, 'ignore'],
        detached: true,
      })
      children.add(child)
      child.on('close', () => children.delete(child))
    }
    socket.destroy()
  })
  const cut = async (): Promise<void> => {
    const ended = [...children].map((child) => once(child, 'close'))
    for (const { pid } of children) if (pid !== undefined) killGroup(pid)
    await Promise.all(ended)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const become = async (state: 'open' | 'closed'): Promise<void> => {
    open = state === 'open'
    if (!open) await cut()
  }
  const close = async (): Promise<void> => {
    await become('closed')
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, become, close }
}

/** The group is sshd's own: the connection's process and the one that serves the session. It may have ended just now. */
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
