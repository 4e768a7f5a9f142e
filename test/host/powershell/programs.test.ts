/** Which PowerShell serves which hosts, asked of programs that answer as the real ones do. */
import { describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { programsFor } from '../../../src/host/powershell/programs'
import { hostName } from '../../../src/core/inventory/inventory'
import { patientClock } from '../../fakes/patient-clock'
import { aScript, withScripts } from '../../fakes/script'
import { useTempDirs } from '../../fakes/temp'

const SSH = { name: hostName.parse('hv02'), via: 'ssh' } as const
const LOCAL = { name: hostName.parse('hv01'), via: 'local' } as const
const WINRM = { name: hostName.parse('hv03'), via: 'winrm' } as const
const tempDir = useTempDirs()

/** A program that answers the question for its edition and version, and does nothing else. */
const aProgram = (path: string, says: string): string =>
  aScript(path, `case "$*" in *PSEdition*PSVersion*) ${says};; *) exit 64;; esac`)
const version = (answer: string): string => `echo '${answer}'`

/** A machine whose path is a folder of its own, beside its folders for programs. */
const machine = (platform: NodeJS.Platform) => {
  const dir = tempDir()
  const env = {
    PATH: join(dir, 'path'),
    ProgramFiles: join(dir, 'Program Files'),
    USERPROFILE: join(dir, 'me'),
  }
  return {
    around: { platform, env, clock: patientClock },
    onPath: (says: string) => aProgram(join(env.PATH, 'pwsh'), says),
    byMsi: (says: string) => aProgram(join(env.ProgramFiles, 'PowerShell', '7', 'pwsh.exe'), says),
    byTool: (says: string) => aProgram(join(env.USERPROFILE, '.dotnet', 'tools', 'pwsh.exe'), says),
    elsewhere: (says: string) => aProgram(join(dir, 'elsewhere', 'shell'), says),
  }
}

withScripts('programs', () => {
  describe('a bot on Windows', () => {
    it('serves its own host and those over WinRM with the PowerShell of Windows, and asks no program', async () => {
      const programs = await programsFor({ hosts: [LOCAL, WINRM] }, machine('win32').around)

      expect(programs.others).toBe('powershell')
    })

    it('serves hosts over SSH with the PowerShell 7 on its path, beside that of Windows for the others', async () => {
      const { around, onPath } = machine('win32')
      onPath(version('Core 7.4.6'))

      const programs = await programsFor({ hosts: [LOCAL, SSH] }, around)

      expect(programs).toEqual({ ssh: 'pwsh', others: 'powershell' })
    })

    it('finds PowerShell 7 where its package installs it, though it is not on the path', async () => {
      const { around, byMsi } = machine('win32')
      const installed = byMsi(version('Core 7.6.9'))

      expect((await programsFor({ hosts: [SSH] }, around)).ssh).toBe(installed)
    })

    it('passes over one on its path that is too old for SSH', async () => {
      const { around, onPath, byTool } = machine('win32')
      onPath(version('Core 7.2.24'))
      const tool = byTool(version('Core 7.5.0-preview.3'))

      expect((await programsFor({ hosts: [SSH] }, around)).ssh).toBe(tool)
    })

    it('does not start where no PowerShell 7 is found for a host over SSH, and says where it looked and what to do', async () => {
      const { around, byMsi } = machine('win32')
      const old = byMsi(version('Core 7.1.7'))

      const finding = programsFor({ hosts: [LOCAL, SSH] }, around)

      await expect(finding).rejects.toMatchObject({ code: 'config' })
      await expect(finding).rejects.toThrow(/for hv02 \(via: ssh\).*pwsh is not there, or cannot be started/)
      await expect(finding).rejects.toThrow(`${old} is PowerShell 7.1.7, which is too old`)
      await expect(finding).rejects.toThrow(/install PowerShell 7\.3 or newer.*`powershell:`/)
    })
  })

  describe('the program that the configuration names', () => {
    it('serves every host where it is PowerShell 7', async () => {
      const { around, elsewhere } = machine('win32')
      const powershell = elsewhere(version('Core 7.3.0'))

      const programs = await programsFor({ hosts: [LOCAL, SSH], powershell }, around)

      expect(programs).toEqual({ ssh: powershell, others: powershell })
    })

    it('is refused for a host over SSH where it says that it is Windows PowerShell, whatever it is called', async () => {
      const { around, elsewhere } = machine('win32')
      const powershell = elsewhere(version('Desktop 5.1.20348.2700'))

      await expect(programsFor({ hosts: [SSH], powershell }, around)).rejects.toThrow(
        /is Windows PowerShell 5\.1\.20348\.2700, which has no remoting over SSH.*leave `powershell:` away/,
      )
    })

    it('is not asked where no host is reached over SSH', async () => {
      const powershell = '/no/such/program'

      const programs = await programsFor({ hosts: [LOCAL], powershell }, machine('win32').around)

      expect(programs.others).toBe(powershell)
    })

    it('is refused where it is not there, or cannot be started', async () => {
      const powershell = '/no/such/program'

      await expect(programsFor({ hosts: [SSH], powershell }, machine('linux').around)).rejects.toThrow(
        '`powershell: /no/such/program` cannot be used for hv02 (via: ssh): it is not there, or cannot be started',
      )
    })

    it.each([
      ['ends without saying what it is', 'exit 1'],
      ['says something else', version('Welcome to Desktop 5.1')],
      ['prints without an end', 'yes'],
    ])('is tried where it %s: its hosts tell what comes of it', async (_, says) => {
      const { around, elsewhere } = machine('linux')
      const powershell = elsewhere(says)

      expect((await programsFor({ hosts: [SSH], powershell }, around)).ssh).toBe(powershell)
    })

    it('is tried where it does not answer in time', async () => {
      const { around, elsewhere } = machine('linux')
      const powershell = elsewhere('exec tail -f /dev/null')
      const impatient = { ...patientClock, sleep: () => Promise.resolve() }

      const programs = await programsFor({ hosts: [SSH], powershell }, { ...around, clock: impatient })

      expect(programs.ssh).toBe(powershell)
    })
  })

  describe('a bot that does not run on Windows', () => {
    it('serves every host with the pwsh on its path', async () => {
      const { around, onPath } = machine('linux')
      onPath(version('Core 7.6.9'))

      expect(await programsFor({ hosts: [SSH] }, around)).toEqual({ ssh: 'pwsh', others: 'pwsh' })
    })

    it('does not start where there is none for a host over SSH', async () => {
      await expect(programsFor({ hosts: [SSH] }, machine('linux').around)).rejects.toThrow(
        /no PowerShell was found for hv02 \(via: ssh\): pwsh is not there/,
      )
    })
  })
})
