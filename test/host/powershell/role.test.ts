/**
 * The session files that ship, opened in a runspace as WinRM and sshd's command open them: an error that is left by the
 * opening ends it. Who is in the group of the endpoint is what the test says.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { openFleet } from '../../contract/over-powershell'
import { ALWAYS_VISIBLE, exportedFunctions, PSSC, SSH_PSSC } from './configurations'
import { openShell, quoted, type Shell } from './probe'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

const FUNCTIONS = `
function global:Open-SessionFile([string] $File, [string] $Group) {
    $verify = [System.Func[string, bool]] { param($role) $role -eq $Group }.GetNewClosure()
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateFromSessionConfigurationFile($File, $verify)
    $state.ThrowOnRunspaceOpenError = $true
    $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $runspace
}
function global:Invoke-Asked($Runspace, [string] $Name, [hashtable] $Parameters) {
    $pipeline = $Runspace.CreatePipeline()
    $command = [System.Management.Automation.Runspaces.Command]::new($Name)
    foreach ($each in $Parameters.GetEnumerator()) { $command.Parameters.Add($each.Key, $each.Value) }
    $pipeline.Commands.Add($command)
    try { "$Name $(@($pipeline.Invoke()) -join ' ')" }
    catch { "$Name $(([string] $_.Exception.InnerException.ErrorRecord.FullyQualifiedErrorId -split ',')[0])" }
}`

withEngine('a session file', ({ program, stubs }) => {
  const { world, simulated } = openFleet('hv01')
  const { id } = world.facts('hv01').vms.find(({ state }) => state === 'Off')!
  let windows: Windows
  let shell: Shell

  beforeAll(async () => {
    windows = await startWindows({ world, host: simulated, stubs, flavour: '2022' })
    shell = openShell({ program, dir: windows.dir, env: { ...process.env, ...windows.env } })
    await shell.run(FUNCTIONS)
  })
  afterAll(async () => {
    await shell.close()
    await windows.close()
  })

  /** What a member of a group sees, and what comes of some calls. */
  const as = async (group: string, file = PSSC) => {
    const [shown, ...rest] = await shell.run(`
$runspace = Open-SessionFile ${quoted(file)} ${quoted(group)}
Invoke-Asked $runspace 'Get-Command' @{}
Invoke-Asked $runspace 'Start-GpuVm' @{ VmId = ${quoted(id)}; Fence = 1; ExpectState = 'Off' }
Invoke-Asked $runspace 'Get-VM' @{}
Invoke-Asked $runspace 'Invoke-Change' @{}
"language $($runspace.SessionStateProxy.LanguageMode)"
$runspace.Dispose()`)
    return { shown: shown!.split(' ').slice(1).sort(), rest }
  }
  const fresh = (): void => {
    const next = openFleet('hv01')
    windows.become(next.world, next.simulated)
  }

  const ROLE = [
    'Start-GpuVm {"done":true}',
    'Get-VM CommandNotFoundException',
    'Invoke-Change CommandNotFoundException',
    'language NoLanguage',
  ]

  it.each([
    ['the one for SSH, to whoever is let in', SSH_PSSC, 'nobody'],
    ['the one for WinRM, to a member of its group', PSSC, 'COMPUTER\\GpuChatOps'],
  ])('shows the functions of the role and carries them out: %s', async (_, file, group) => {
    fresh()
    const { shown, rest } = await as(group, file)

    expect(shown).toEqual([...exportedFunctions(), ...ALWAYS_VISIBLE].sort())
    expect(rest).toEqual(ROLE)
  })

  it('shows nothing to somebody in no group of the endpoint for WinRM', async () => {
    const { shown, rest } = await as('COMPUTER\\Users')

    expect(shown).toEqual([...ALWAYS_VISIBLE].sort())
    expect(rest).toEqual(['Start-GpuVm CommandNotFoundException', ...ROLE.slice(1)])
  })
})
