/** A session made from the very files that an administrator installs: the functions of the module, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { withEngine } from './pwsh'
import { MODULE, restrictedConfiguration, startWindows, type Windows } from './stubs/windows'

const TRYING = (pssc: string): string => `
$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateFromSessionConfigurationFile('${pssc}')
$script:Restricted = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
$script:Restricted.Open()
function Invoke-Shell($Shell) {
    try {
        $output = @($Shell.Invoke())
        if ($Shell.HadErrors) { return "error $($Shell.Streams.Error[0].FullyQualifiedErrorId) $($Shell.Streams.Error[0])" }
        return "ok $($output -join ' ')"
    }
    catch {
        $cause = $_.Exception
        while ($cause.InnerException) { $cause = $cause.InnerException }
        $id = if ($cause -is [System.Management.Automation.IContainsErrorRecord]) { $cause.ErrorRecord.FullyQualifiedErrorId } else { "$($cause.GetType().Name) $cause" }
        return "error $id"
    }
    finally { $Shell.Dispose() }
}
function Invoke-Command2 {
    param([string] $Command, [string[]] $Names, [string[]] $Values)
    $shell = [powershell]::Create()
    $shell.Runspace = $script:Restricted
    $null = $shell.AddCommand($Command)
    for ($index = 0; $index -lt @($Names | Where-Object { $_ }).Count; $index++) { $null = $shell.AddParameter($Names[$index], $Values[$index]) }
    Invoke-Shell $shell
}
function Invoke-Script2 {
    param([string] $Script)
    $shell = [powershell]::Create()
    $shell.Runspace = $script:Restricted
    $null = $shell.AddScript($Script)
    Invoke-Shell $shell
}
Export-ModuleMember -Function Invoke-Command2, Invoke-Script2
`
const clock = { now: () => 0, sleep: () => Promise.resolve() }
const namesIn = (text: string, key: string): string[] =>
  [...(new RegExp(`${key}\\s*= @\\(([^)]*)\\)`).exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
    ([, name]) => name!,
  )
const exported = namesIn(readFileSync(join(MODULE, 'GpuChatOps.psd1'), 'utf8'), 'FunctionsToExport')

describe('the files that an administrator installs', () => {
  it.each([
    ['the role capability', join(MODULE, 'RoleCapabilities', 'GpuChatOps.psrc')],
    ['the session configuration for SSH', join(MODULE, '..', 'GpuChatOps.Ssh.pssc')],
  ])('%s shows exactly what the module exports', (_, path) => {
    expect(namesIn(readFileSync(path, 'utf8'), 'VisibleFunctions')).toEqual(exported)
  })
})

withEngine('a restricted session', (found) => {
  let windows: Windows
  let engine: Engine
  const { world, hosts } = openSimulatedFleet({
    file: fleetFile('default'),
    stateFile: null,
    clock,
    latency: 'none',
  })
  const facts = world.facts('hv01')
  const vm = facts.vms.find(({ name }) => name === 'train-01')!

  beforeAll(async () => {
    const host = hosts.find(({ name }) => name === 'hv01')!
    windows = await startWindows({ world, host, stubs: found.stubs, flavour: '2022' })
    mkdirSync(join(windows.dir, 'Trying'))
    writeFileSync(join(windows.dir, 'Trying', 'Trying.psm1'), TRYING(restrictedConfiguration(windows.dir)))
    engine = await startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...windows.env },
      noise: () => undefined,
    })
  })
  afterAll(async () => {
    await engine.stop()
    await windows.close()
  })

  const ask = async (command: string, parameters: Record<string, string | string[]>): Promise<string> => {
    const answer = await engine.call({
      session: { name: 'trying', target: { kind: 'local', module: join(windows.dir, 'Trying') } },
      command,
      parameters,
      timeoutMs: 60_000,
    })
    return answer.kind === 'ok' ? answer.json : JSON.stringify(answer)
  }
  const call = (command: string, parameters: Record<string, string> = {}): Promise<string> =>
    ask('Invoke-Command2', {
      Command: command,
      Names: Object.keys(parameters),
      Values: Object.values(parameters),
    })
  const script = (text: string): Promise<string> => ask('Invoke-Script2', { Script: text })

  it('tells what the host is', async () => {
    expect(await call('Get-GpuInventory')).toMatch(/^ok \{"module":1,/)
  })

  it('shows the functions and the few commands that every such session has', async () => {
    const listed = (await call('Get-Command')).split(' ').slice(1)

    expect([...new Set(listed)].sort()).toEqual(
      [
        ...exported,
        'Clear-Host',
        'Exit-PSSession',
        'Get-Command',
        'Get-FormatData',
        'Get-Help',
        'Measure-Object',
        'Out-Default',
        'Select-Object',
      ].sort(),
    )
  })

  it('carries out what an order says', async () => {
    expect(
      await call('Set-GpuVm', {
        VmId: vm.id,
        AutomaticStopAction: 'ShutDown',
        Fence: '1',
        ExpectState: 'Off',
      }),
    ).toBe('ok {"done":true}')
    expect(world.facts('hv01').vms.find(({ id }) => id === vm.id)!.settings.automaticStopAction).toBe(
      'ShutDown',
    )
  })

  it.each([
    ['a VM by its name', 'Start-GpuVm', { VmId: 'train-01', Fence: '1' }],
    ['no fence', 'Start-GpuVm', { VmId: vm.id }],
    ['a way to stop that there is not', 'Stop-GpuVm', { VmId: vm.id, How: 'save', Fence: '1' }],
    [
      'a path with a wildcard',
      'Mount-GpuDevice',
      { InstanceId: 'PCI\\VEN_10DE&x', LocationPath: 'PCIROOT(*)', Fence: '1' },
    ],
    ['a parameter that there is not', 'Start-GpuVm', { VmId: vm.id, Fence: '1', ComputerName: 'other' }],
  ])('holds the rules of the parameters: %s', async (_, command, parameters) => {
    expect(await call(command, parameters)).toMatch(
      /^error (Validate|NamedParameterNotFound|MissingMandatory)/,
    )
  })

  it.each([
    'Get-VM',
    'Stop-VM',
    'Set-VM',
    'Dismount-VMHostAssignableDevice',
    'Disable-PnpDevice',
    'Get-CimInstance',
    'Set-ClusterParameter',
    'Invoke-Command',
    'Invoke-Expression',
    'Invoke-Change',
    'Lock-Host',
    'Assert-Allowed',
    'New-Refusal',
    'Get-VmById',
    'Import-Module',
    'Remove-Module',
    'Get-Module',
    'New-PSSession',
    'Enter-PSSession',
    'Start-Job',
    'ForEach-Object',
    'Where-Object',
    'Set-StrictMode',
    'Write-Output',
    'Get-Content',
    'Set-Content',
    'Get-ItemProperty',
    'Start-Process',
    'Get-Process',
    'nvidia-smi',
    '/bin/sh',
    'sh',
  ])('has no %s', async (command) => {
    expect(await call(command)).toMatch(/^error CommandNotFound/)
  })

  it.each([
    ['an expression', '1 + 1'],
    ['a variable', '$PSHome'],
    ['an environment variable', '$env:PATH'],
    ['an assignment', '$a = 1'],
    ['a method', "'x'.ToUpper()"],
    ['a type', '[System.IO.File]::ReadAllText("/etc/passwd")'],
    ['a script block', '& { Get-GpuInventory }'],
    ['a condition', 'if (1) { Get-GpuInventory }'],
    ['a function of its own', 'function Get-GpuInventory { 1 }'],
    ['a subexpression as a value', 'Start-GpuVm -VmId $(Get-GpuInventory) -Fence 1'],
    ['a module by its path', "Import-Module '/tmp/other'"],
    ['another scope of the module', '& (Get-Module GpuChatOps) { 1 }'],
    ['a redirection', 'Get-GpuInventory > /tmp/out'],
    ['dot sourcing', '. /tmp/x.ps1'],
    ['a drive', 'Get-Command Env:PATH | Out-File x'],
  ])('runs no script text: %s', async (_, text) => {
    expect(await script(text)).toMatch(
      /^error (ScriptsNotAllowed|CommandNotFound|CommandExpression|\w+NotAllowed|\w*Redirection\w*|\w*Language\w*|ParseException)/i,
    )
  })
})
