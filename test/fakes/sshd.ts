/** A real OpenSSH server on loopback, as the account that runs the tests, with a configuration and host keys of its own. */
import { describe, test } from '@jest/globals'
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
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
  const program = sshdFound()
  if (program === null) describe.skip(`${name} (skipped: ${WHY})`, () => test('needs sshd', () => undefined))
  else describe(name, () => suite((options) => startSshd(program, options)))
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
  readonly hostKeyType?: 'ed25519' | 'ecdsa'
}

export interface Sshd {
  readonly port: number
  /** As it is pinned. */
  readonly hostKey: string
  readonly user: string
  readonly stop: () => Promise<void>
}

export type StartSshd = (options: SshdOptions) => Promise<Sshd>

const TRIES = 5

const startSshd = async (program: string, options: SshdOptions): Promise<Sshd> => {
  const dir = makeTempDir()
  // sshd of Debian, started by root, locks itself into this folder until somebody has signed in.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const keys = makeKeys(join(dir, 'host_key'), options.hostKeyType)
  writeFileSync(join(dir, 'authorized_keys'), options.authorizedKeys.map((line) => `${line}\n`).join(''), {
    mode: 0o600,
  })
  const config = join(dir, 'sshd_config')
  for (let left = TRIES; ; left--) {
    const port = await freePort()
    writeFileSync(config, configOf(options, { dir, port, hostKey: keys.file }), { mode: 0o600 })
    const child = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    const gone = new Promise<void>((resolve) => {
      child.once('close', () => resolve())
      child.once('error', () => resolve())
    })
    const said = await listening(child, gone)
    if (said === null) {
      const stop = async (): Promise<void> => {
        child.kill('SIGTERM')
        await gone
        removeTempDir(dir)
      }
      return { port, hostKey: keys.publicKey, user: userInfo().username, stop }
    }
    if (left > 1 && said.includes('Address already in use')) continue
    removeTempDir(dir)
    throw new Error(`sshd did not start:\n${said}`)
  }
}

const configOf = (
  { command, lines = [] }: SshdOptions,
  { dir, port, hostKey }: { readonly dir: string; readonly port: number; readonly hostKey: string },
): string =>
  [
    ...lines,
    ...(command === undefined ? [] : [`ForceCommand ${command}`]),
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    'PidFile none',
    // Its folder lies in the one for temporary files, where everybody may write.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'LogLevel INFO',
    '',
  ].join('\n')

/** Null once it listens; else what it said before it ended. */
const listening = async (
  child: ChildProcessByStdio<null, null, Readable>,
  gone: Promise<void>,
): Promise<string | null> => {
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  const ready = new Promise<null>((resolve) => {
    // It goes on being read, so that sshd never waits for it.
    lines.on('line', (line) => {
      said.push(line)
      if (line.startsWith('Server listening on ')) resolve(null)
    })
  })
  return Promise.race([ready, gone.then(() => said.join('\n'))])
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
