/**
 * Debian's sshd on a loopback port, with the block that an administrator puts into sshd_config. Each connection is
 * handed to an sshd of its own (`sshd -i`), so that no port has to be guessed and none outlives the test.
 */
import { describe, test } from '@jest/globals'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { MODULE } from './stubs/windows'

const SSHD = '/usr/sbin/sshd'
const BLOCK = join(MODULE, '..', 'GpuChatOps.sshd_config')
const WHY = 'sshd is not installed'

/** A suite over sshd; skipped, with the reason in its name, where there is none. With CI=true that is a failure. */
export const withSshd = (name: string, suite: () => void): void => {
  if (existsSync(SSHD)) {
    suite()
    return
  }
  if (process.env['CI'] === 'true') throw new Error(`${name} cannot be skipped here: ${WHY}`)
  describe.skip(`${name} (skipped: ${WHY})`, () => test('needs sshd', () => undefined))
}

export interface Sshd {
  readonly port: number
  readonly user: string
  /** The public key of this host, as `ssh-keyscan` prints it: type and key. */
  readonly hostKey: string
  /** A private key that is let in. */
  readonly keyFile: string
  /** Its sshd_config. */
  readonly config: string
  /** Ends every connection, and refuses further ones until it is called with `open`. */
  readonly become: (state: 'open' | 'closed') => Promise<void>
  readonly close: () => Promise<void>
}

/** A new key pair; gives the path of the private key. */
export const makeKey = (dir: string, name: string): string => {
  const file = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
  return file
}
export const publicKey = (file: string): string => readFileSync(`${file}.pub`, 'utf8').trim()

/** The group is sshd's own: the connection's process and the one that serves the session. It may have ended just now. */
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What the account is let in for: a program with arguments, in an environment (sshd passes none on). */
const writeForced = (
  dir: string,
  { command, env }: { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv },
): string => {
  const file = join(dir, 'forced')
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value ?? '')}`)
  writeFileSync(file, ['#!/bin/sh', ...lines, `exec ${command.map(shellWord).join(' ')}`, ''].join('\n'), {
    mode: 0o755,
  })
  return file
}

/** A password would need PAM, a strict mode a home directory: both are the machine's, and neither is under test. */
const configuration = (dir: string, forced: string): string => `
HostKey ${join(dir, 'host_key')}
AuthorizedKeysFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
LogLevel ERROR
AllowTcpForwarding yes
AllowAgentForwarding yes
X11Forwarding yes
PermitTunnel yes
Subsystem sftp internal-sftp
${readFileSync(BLOCK, 'utf8').replaceAll('COMMAND', forced).replaceAll('ACCOUNT', userInfo().username).replaceAll('KEYS', join(dir, 'authorized_keys'))}
`

export const startSshd = async (
  dir: string,
  forced: { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<Sshd> => {
  const keyFile = makeKey(dir, 'user_key')
  const hostKeyFile = makeKey(dir, 'host_key')
  writeFileSync(join(dir, 'authorized_keys'), `${publicKey(keyFile)}\n`)
  const config = join(dir, 'sshd_config')
  writeFileSync(config, configuration(dir, writeForced(dir, forced)))
  // Where sshd parts itself from its privileges; Debian's service makes it at its start.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })

  const children = new Set<ChildProcess>()
  let open = true
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    if (open) {
      const child = spawn(SSHD, ['-i', '-e', '-f', config], {
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
  return {
    port: (server.address() as AddressInfo).port,
    user: userInfo().username,
    hostKey: publicKey(hostKeyFile),
    keyFile,
    config,
    become: async (state) => {
      open = state === 'open'
      if (!open) await cut()
    },
    close: async () => {
      open = false
      await cut()
      server.close()
    },
  }
}
