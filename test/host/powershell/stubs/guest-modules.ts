/**
 * Stand-ins for the way into a guest (Invoke-Command -VMId; Microsoft, Invoke-Command reference), which PowerShell itself
 * has, so that the stand-in for Hyper-V brings it; and for nvidia-smi, as a program on the path.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** As through PowerShell Direct, the block arrives as text, so it can use nothing from where it was written. */
const GUESTS = `function Invoke-Command {
    [CmdletBinding(DefaultParameterSetName = 'VMId')]
    param(
        [Parameter(ParameterSetName = 'VMId', Mandatory = $true)] [Alias('VMGuid')] [guid[]] $VMId,
        [Parameter(ParameterSetName = 'VMId', Mandatory = $true)] [pscredential] $Credential,
        [Parameter(Mandatory = $true)] [scriptblock] $ScriptBlock,
        [Parameter()] [object[]] $ArgumentList
    )
    $account = $Credential.GetNetworkCredential()
    Invoke-HyperVStub -Command 'Invoke-Command' -Bound @{ VMId = @($VMId); User = $account.UserName; Password = $account.Password }
    $smi = @(Invoke-HyperVStub -Command 'nvidia-smi' -Bound @{ Guest = [string] $VMId[0] })
    function Get-PnpDevice {
        param([switch] $PresentOnly)
        if ($smi[2] -ge 0) { [pscustomobject] @{ InstanceId = 'PCI\\GUEST'; Class = 'Display'; ConfigManagerErrorCode = $smi[2] } }
    }
    $env:GPU_STUB_GUEST = [string] $VMId[0]
    try { & ([scriptblock]::Create([string] $ScriptBlock)) @ArgumentList }
    finally { $env:GPU_STUB_GUEST = $null }
}
`

const NVIDIA_SMI = `#!/usr/bin/env node
const { GPU_STUB_PORT, GPU_STUB_TOKEN, GPU_STUB_GUEST } = process.env
const line = require('net').connect(Number(GPU_STUB_PORT), '127.0.0.1')
let said = ''
line.on('data', (chunk) => (said += chunk)).on('end', () => {
  const [exitCode, text] = JSON.parse(said).objects
  process.stdout.write(text + '\\n')
  process.exitCode = exitCode
})
line.write(JSON.stringify({ token: GPU_STUB_TOKEN, command: 'nvidia-smi', bound: { Guest: GPU_STUB_GUEST, Arguments: process.argv.slice(2) } }) + '\\n')
`

/** Into the folder of modules, and into a folder of programs, which belongs on the path. */
export const writeGuestModules = (
  modules: string,
  { programs, stubs }: { readonly programs: string; readonly stubs: string },
): void => {
  mkdirSync(join(modules, 'Guests'), { recursive: true })
  writeFileSync(join(modules, 'Guests', 'Guests.psm1'), GUESTS)
  writeFileSync(
    join(modules, 'Guests', 'Guests.psd1'),
    `@{ RootModule = 'Guests.psm1'; ModuleVersion = '1.0.0.0'; NestedModules = @('${stubs}'); FunctionsToExport = @('Invoke-Command') }\n`,
  )
  mkdirSync(programs, { recursive: true })
  writeFileSync(join(programs, 'nvidia-smi'), NVIDIA_SMI, { mode: 0o755 })
}

/**
 * The module as the session of such a host gets it: after the stand-ins that the one for Hyper-V brings, and as in Windows
 * PowerShell, which is the one that every Windows can be asked in.
 */
export const writeHostModule = (folder: string, module: string): string => {
  const home = join(folder, 'HostUnderTest')
  mkdirSync(home, { recursive: true })
  writeFileSync(
    join(home, 'HostUnderTest.psm1'),
    `Import-Module -Name Hyper-V -Global
& (Import-Module -Name '${module}' -Global -PassThru) { function script:Get-Edition { 'Desktop' } }
`,
  )
  return home
}
