// The OpenSSH server for tests: where it is missing, and this is root on Debian, it is installed. No service is started:
// the suites start servers of their own, on loopback. Elsewhere they say that they are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { install, isDebianRoot } from './apt.mjs'
import { onPath } from './tools.mjs'

const POLICY = '/usr/sbin/policy-rc.d'
/** As the answer of that program: the action is not allowed. */
const FORBIDDEN = 101
const SBIN = ['/usr/sbin', '/usr/local/sbin']

/** Runs with a policy under which Debian's packages start no service; one of the machine's own is left as it is. */
const withoutServices = (act) => {
  if (existsSync(POLICY)) {
    const { status } = spawnSync(POLICY, ['ssh', 'start'], { stdio: 'ignore' })
    return status === FORBIDDEN ? act() : `installing it would start a service (see ${POLICY})`
  }
  writeFileSync(POLICY, `#!/bin/sh\nexit ${FORBIDDEN}\n`, { mode: 0o755 })
  try {
    return act()
  } finally {
    rmSync(POLICY, { force: true })
  }
}

/** Null when there is an sshd, else why there is none. */
export const prepareSshd = () => {
  if (onPath('sshd', SBIN)) return null
  if (!isDebianRoot()) return 'it is installed here by root on Debian alone'
  return withoutServices(() => install('openssh-server'))
}
