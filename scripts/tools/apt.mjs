// Debian's packages, installed by root on Debian where a suite needs one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { onPath } from './tools.mjs'

const PATIENCE_MS = 300_000

const aptGet = (...args) =>
  spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })

/** Whether it can be tried here at all. */
export const isDebianRoot = () =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get') !== undefined

/** Null when it went well, else why not. */
export const install = (...names) => {
  aptGet('update')
  const { status, stderr } = aptGet('install', '-y', '--no-install-recommends', ...names)
  if (status === 0) return null
  return `apt-get could not install ${names[0]}: ${(stderr ?? '').trim().split('\n').at(-1) || 'it did not end in time'}`
}
