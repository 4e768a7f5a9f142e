/** The endpoint for WinRM, with its role found as WinRM finds it; who is in the group is what the test says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openFleet } from '../../contract/over-powershell'
import { ALWAYS_VISIBLE, endpointConfiguration, exportedFunctions } from './configurations'
import { quoted, runScript } from './probe'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

withEngine('the endpoint for WinRM', ({ program, stubs }) => {
  const { world, simulated } = openFleet('hv01')
  const { id } = world.facts('hv01').vms.find(({ state }) => state === 'Off')!
  let windows: Windows
  let pssc: string

  beforeAll(async () => {
    windows = await startWindows({ world, host: simulated, stubs, flavour: '2022' })
    pssc = join(windows.dir, 'GpuChatOps.pssc')
    writeFileSync(pssc, endpointConfiguration())
  })
  afterAll(() => windows.close())

  /** What a member of a group sees, and what comes of some calls. */
  const as = async (group: string) => {
    const printed = await runScript(
      `
$verify = [System.Func[string, bool]] { param($role) $role -eq ${quoted(group)} }
$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateFromSessionConfigurationFile(${quoted(pssc)}, $verify)
$runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
$runspace.Open()
function Invoke-Asked([string] $Name, [hashtable] $Parameters) {
    $pipeline = $runspace.CreatePipeline()
    $command = [System.Management.Automation.Runspaces.Command]::new($Name)
    foreach ($each in $Parameters.GetEnumerator()) { $command.Parameters.Add($each.Key, $each.Value) }
    $pipeline.Commands.Add($command)
    try { "$Name $(@($pipeline.Invoke()) -join ' ')" }
    catch { "$Name $(([string] $_.Exception.InnerException.ErrorRecord.FullyQualifiedErrorId -split ',')[0])" }
}
Invoke-Asked 'Get-Command' @{}
Invoke-Asked 'Start-GpuVm' @{ VmId = ${quoted(id)}; Fence = 1 }
Invoke-Asked 'Get-VM' @{}
Invoke-Asked 'Invoke-Change' @{}
"language $($runspace.SessionStateProxy.LanguageMode)"`,
      { program, dir: windows.dir, env: { ...process.env, ...windows.env } },
    )
    const [shown, ...rest] = printed.trim().split(/\r?\n/)
    return { shown: shown!.split(' ').slice(1).sort(), rest }
  }

  describe('shows somebody', () => {
    it('in its group the functions of the role, and carries them out', async () => {
      const { shown, rest } = await as('COMPUTER\\GpuChatOps')

      expect(shown).toEqual([...exportedFunctions(), ...ALWAYS_VISIBLE].sort())
      expect(rest).toEqual([
        'Start-GpuVm {"done":true}',
        'Get-VM CommandNotFoundException',
        'Invoke-Change CommandNotFoundException',
        'language NoLanguage',
      ])
    })

    it('in no group of it nothing', async () => {
      const { shown, rest } = await as('COMPUTER\\Users')

      expect(shown).toEqual([...ALWAYS_VISIBLE].sort())
      expect(rest).toEqual([
        'Start-GpuVm CommandNotFoundException',
        'Get-VM CommandNotFoundException',
        'Invoke-Change CommandNotFoundException',
        'language NoLanguage',
      ])
    })
  })
})
