/** Over a stand-in for ssh, which needs no server. */
import { describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vmId } from '../../../src/core/inventory/inventory'
import { patientClock } from '../../fakes/patient-clock'
import { linuxGuest } from '../../../src/host/guest/linux'
import { useTempDirs } from '../../fakes/temp'

const VM = vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01')
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0zQ'

/** Says in its log what ssh says of a port where nothing listens, and keeps what it was called with. */
const REFUSED = `#!/bin/sh
while [ $# -gt 2 ]; do
  if [ "$1" = -E ]; then printf 'ssh: connect to host x port 22: Connection refused\\r\\n' > "$2"; fi
  case "$1" in UserKnownHostsFile=*) file="\${1#*=}"; file="\${file#?}"; file="\${file%?}" ;; esac
  shift
done
echo "$1" >> "$TEMP/tried"
cp -p "$file" "$TEMP/known_hosts"
exit 255
`

describe('the addresses of a guest', () => {
  const tempDir = useTempDirs()
  const opened = () => {
    const dir = tempDir()
    mkdirSync(join(dir, 'tmp'))
    const program = join(dir, 'ssh')
    writeFileSync(program, REFUSED, { mode: 0o755 })
    const keyFile = join(dir, 'key')
    writeFileSync(keyFile, 'a key\n', { mode: 0o600 })
    const read = linuxGuest({
      vm: VM,
      account: { user: 'gpubot', keyFile, hostKeys: [KEY], port: 22 },
      allowedSubnets: ['10.8.0.0/16', 'fd12::/16'],
      clock: patientClock,
      program,
      env: { PATH: process.env['PATH'], TEMP: dir },
    })
    return { dir, read, tried: () => readFileSync(join(dir, 'tried'), 'utf8').trim().split('\n') }
  }

  it('are tried in their order, each once, the first four that are allowed', async () => {
    const { read, tried } = opened()

    const answer = await read([
      '10.9.0.1',
      'fd12::7',
      '10.8.0.2',
      'fd12::7',
      ...['3', '4', '5', '6'].map((n) => `10.8.0.${n}`),
    ])

    expect(tried()).toEqual(['fd12::7', '10.8.0.2', '10.8.0.3', '10.8.0.4'])
    expect(answer).toEqual({
      kind: 'not-run',
      why: 'the guest is not reached on port 22, so check its SSH server and its firewall: fd12::7 refuses the connection; 10.8.0.2 refuses the connection; 10.8.0.3 refuses the connection; 10.8.0.4 refuses the connection',
    })
  })

  it('are not tried at all when none is allowed', async () => {
    const { dir, read } = opened()

    expect(await read(['10.9.0.1'])).toMatchObject({ kind: 'not-run' })
    expect(existsSync(join(dir, 'tried'))).toBe(false)
  })

  it("are asked with the guest's keys alone, in a file that is gone afterwards", async () => {
    const { dir, read } = opened()
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = join(dir, 'tmp')
    try {
      await read(['10.8.0.2'])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }

    expect(readFileSync(join(dir, 'known_hosts'), 'utf8')).toBe(`${VM} ${KEY}\n`)
    expect(readdirSync(join(dir, 'tmp'))).toEqual([])
  })
})
