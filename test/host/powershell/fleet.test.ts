/** All hosts of a configuration, each behind the PowerShell that can serve it. */
import { expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPowerShellFleet } from '../../../src/host/powershell/fleet'
import { hostsSchema } from '../../../src/host/powershell/config'
import { patientClock } from '../../fakes/patient-clock'
import { aScript, withScripts } from '../../fakes/script'
import { useTempDirs } from '../../fakes/temp'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0zQ'
const HOSTS = hostsSchema('win32').parse([
  { name: 'hv01', via: 'local' },
  { name: 'hv02', via: 'ssh', computer: 'h', user: 'u', keyFile: 'k', hostKeys: [KEY] },
])
const tempDir = useTempDirs()

withScripts('a fleet', () => {
  it('asks a host over SSH by one PowerShell, and another host by the other', async () => {
    const dir = tempDir()
    const started = join(dir, 'started')
    const aProgram = (name: string): string => aScript(join(dir, name), `echo ${name} >> '${started}'`)
    const programs = { ssh: aProgram('seven'), others: aProgram('five') }
    const fleet = openPowerShellFleet({
      hosts: HOSTS,
      programs,
      dir,
      clock: patientClock,
      log: { warn: () => undefined },
    })
    const startedFor = async (name: string): Promise<string> => {
      writeFileSync(started, '')
      await fleet.examine(HOSTS.find((host) => host.name === name)!)
      return readFileSync(started, 'utf8').trim()
    }

    expect(await startedFor('hv01')).toBe('five')
    expect(await startedFor('hv02')).toBe('seven')
    await fleet.close()
  })
})
