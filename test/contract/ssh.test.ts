/** The contract through sshd and the restricted session that ships: what the bot needs is what an administrator allows. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { withSshd } from '../fakes/sshd'
import { withEngine } from '../host/powershell/pwsh'
import { describeHost, type HostUnderTest } from './host-contract'
import { startSshHost, type SshHost } from './ssh-host'
import { knownOver, openFleet } from './over-powershell'

withEngine('the contract over SSH', (found) =>
  withSshd('a restricted session', () => {
    let over: SshHost
    const open = async (name: 'hv01' | 'hv02'): Promise<HostUnderTest> => {
      const { world, simulated } = openFleet(name)
      over.windows.become(world, simulated)
      rmSync(join(over.windows.dir, 'devices.json'), { force: true })
      return Promise.resolve({
        host: over.host(over.target, name, name),
        world,
        known: (facts) => knownOver(facts, '2022'),
        cutOff: () => over.sshd.become('closed'),
        rest: () => over.windows.rest(),
        close: () => over.sshd.become('open'),
      })
    }
    describeHost('PowerShell over SSH', open, {
      before: async () => {
        over = await startSshHost(found)
      },
      after: () => over.close(),
    })
  }),
)
