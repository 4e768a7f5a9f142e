// The OpenSSH server for tests: where it is missing, and this is root on Debian, it is installed. No service is started:
// the suites start servers of their own, on loopback. Elsewhere they say that they are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { onPath } from './tools.mjs'

const POLICY = '/usr/sbin/policy-rc.d'
/** As the answer of that program: the action is not allowed. */
const FORBIDDEN = 101
const PATIENCE_MS = 300_000
const SBIN = ['/usr/sbin', '/usr/local/sbin']

const aptGet = (...args) =>
  spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })

/** Runs with a policy under which Debian's packages start no service; one of the machine's own is left as it is. */
const withoutServices = (install) => {
  if (existsSync(POLICY)) {
    const { status } = spawnSync(POLICY, ['ssh', 'start'], { stdio: 'ignore' })
    return status === FORBIDDEN ? install() : `installing it would start a service (see ${POLICY})`
  }
  writeFileSync(POLICY, `#!/bin/sh\nexit ${FORBIDDEN}\n`, { mode: 0o755 })
  try {
    return install()
  } finally {
    rmSync(POLICY, { force: true })
  }
}

/** Null when there is an sshd, else why there is none. */
export const prepareSshd = () => {
  if (onPath('sshd', SBIN)) return null
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !onPath('apt-get'))
    return 'it is installed here by root on Debian alone'
  return withoutServices(() => {
    aptGet('update')
    const { status, stderr } = aptGet('install', '-y', '--no-install-recommends', 'openssh-server')
    if (status === 0 && onPath('sshd', SBIN)) return null
    return `apt-get could not install it: ${(stderr ?? '').trim().split('\n').at(-1) || 'it did not end in time'}`
  })
}
