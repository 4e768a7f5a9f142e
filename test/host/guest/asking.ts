/** Asking guests that are real OpenSSH servers on loopback. */
import { afterEach, beforeEach } from '@jest/globals'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { vmId } from '../../../src/core/inventory/inventory'
import type { SmiAnswer } from '../../../src/core/ports/host'
import { linuxGuest, linuxUse, type LinuxGuestOptions } from '../../../src/host/guest/linux'
import type { LinuxUse } from '../../../src/host/guest/use'
import { patientClock } from '../../fakes/patient-clock'
import { makeKeys, type Keys, type Sshd, type SshdOptions, type StartSshd } from '../../fakes/sshd'
import { useTempDirs } from '../../fakes/temp'

const VM = vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01')

export interface Asking {
  readonly options?: Partial<LinuxGuestOptions>
  readonly account?: Partial<LinuxGuestOptions['account']>
  readonly addresses?: readonly string[]
}

export const notRun = (why: string) => ({ kind: 'not-run', why })

/** Everything that it starts is ended, and every folder removed, when the test ends. */
export const useGuests = (start: StartSshd) => {
  const tempDir = useTempDirs()
  const open: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const each of open.splice(0)) await each()
  }
  afterEach(close)
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

  return {
    /** A folder for the test, and the bot's key, which is in it. */
    dir: () => dir,
    keys: () => keys,
    close,
    guest,
    /** A guest with an nvidia-smi of our own first on its PATH. */
    withProgram: (script: string, options: Partial<SshdOptions> = {}): Promise<Sshd> => {
      const bin = join(dir, 'bin')
      mkdirSync(bin)
      writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, 'nvidia-smi'), 0o755)
      return guest({ ...options, lines: [`SetEnv PATH=${bin}:/usr/bin:/bin`] })
    },
    /** Something else on a port of loopback. */
    listen: async (connected: (socket: Socket) => void): Promise<number> => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        connected(socket)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      // A socket that nobody reads does not notice that the other side is gone.
      open.push(async () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        for (const socket of sockets) socket.destroy()
        await closed
      })
      return (server.address() as AddressInfo).port
    },
    /** The second question, with this key. */
    askUse: (sshd: Pick<Sshd, 'port' | 'hostKey' | 'user'>, keyFile: string): Promise<LinuxUse> =>
      linuxUse(
        {
          vm: VM,
          account: { user: sshd.user, keyFile: keys.file, hostKeys: [sshd.hostKey], port: sshd.port },
          ...{ allowedSubnets: ['127.0.0.0/8'], clock: patientClock },
        },
        keyFile,
      )(['127.0.0.1']),
    ask: (
      sshd: Pick<Sshd, 'port' | 'hostKey'> & { readonly user?: string },
      { options, account, addresses }: Asking = {},
    ): Promise<SmiAnswer> =>
      linuxGuest({
        vm: VM,
        account: {
          user: sshd.user ?? 'gpubot',
          keyFile: keys.file,
          hostKeys: [sshd.hostKey],
          port: sshd.port,
          ...account,
        },
        allowedSubnets: ['127.0.0.0/8'],
        clock: patientClock,
        ...options,
      })(addresses ?? ['127.0.0.1']),
  }
}
