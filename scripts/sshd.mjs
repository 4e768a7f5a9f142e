// The SSH server for tests: the suites over SSH start one of their own from this program. Where it is missing it is
// installed, on Debian and as root; its service is neither enabled nor started by it.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const PROGRAM = '/usr/sbin/sshd'
/** Debian asks this program before it starts a service that it has installed; 101 is "do not". */
const POLICY = '/usr/sbin/policy-rc.d'

const apt = (...args) =>
  spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })

const install = () => {
  const own = !existsSync(POLICY)
  if (own) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    apt('update')
    return apt('install', '-y', '--no-install-recommends', 'openssh-server', 'openssh-client')
  } finally {
    if (own) rmSync(POLICY)
  }
}

/** Null when it is there, or was installed; else why it is not. */
export const prepareSshd = () => {
  if (existsSync(PROGRAM)) return null
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return 'openssh-server is not installed'
  const { status, stderr } = install()
  return status === 0 && existsSync(PROGRAM) ? null : `openssh-server could not be installed: ${stderr}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const why = prepareSshd()
  if (why !== null) console.warn(`the suites over SSH are skipped: ${why}`)
}
