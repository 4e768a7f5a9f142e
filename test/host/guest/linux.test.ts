import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
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
const HEAD = 'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'
const ROW = '0, NVIDIA GeForce RTX 3090, GPU-123, 610.43.02, 24576 MiB, 12 MiB, 3 %, 41, 30.10 W'

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

  /** A guest with a program of that name first on its PATH. */
  const withProgram = (script: string, name = 'nvidia-smi') => {
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
    return guest({ lines: [`SetEnv PATH=${bin}:/usr/bin:/bin`] })
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
    expect(await import('node:fs').then((fs) => fs.readFileSync(`${dir}/asked`, 'utf8'))).toBe(
      `--query-gpu=${SMI_FIELDS.join(',')} --format=csv\n`,
    )
  })
})
