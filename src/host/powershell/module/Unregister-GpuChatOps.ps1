#Requires -Version 5.1
<#
.SYNOPSIS
Undoes Register-GpuChatOps.ps1, in the other order: the ways in, the folder of the allow-list, the module.
.DESCRIPTION
Where a JEA endpoint was registered, THIS RESTARTS WinRM. sshd goes on by its old configuration until it is restarted.
.PARAMETER KeepState
Leaves the allow-list, the fence and the transcripts where they are.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param([switch] $KeepState)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Read before anything else: there, most of what follows is no error that anybody would understand.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw 'An application control policy (App Control for Business, AppLocker) does not allow this script, so that PowerShell is restricted here (ConstrainedLanguage). Let the policy allow the files in this folder: docs/hosts.md.'
}

. ([System.IO.Path]::Combine($PSScriptRoot, 'Registration.ps1'))

Assert-Administrator
$place = Get-Place

if ([System.IO.File]::Exists($place.SshdConfig)) {
    $before = [System.IO.File]::ReadAllText($place.SshdConfig)
    $after = Remove-SshdBlock $before
    if ($after -ne $before -and $PSCmdlet.ShouldProcess($place.SshdConfig, 'Take the account of the bot out')) {
        Set-SshdConfig $place $after
        if ([System.IO.File]::Exists($place.Keys)) { [System.IO.File]::Delete($place.Keys) }
        Write-Warning 'The account is let in until you run: Restart-Service -Name sshd'
    }
}

if (Get-Command -Name Get-PSSessionConfiguration -ErrorAction SilentlyContinue) {
    if (Get-PSSessionConfiguration -Name GpuChatOps -ErrorAction SilentlyContinue) {
        if ($PSCmdlet.ShouldProcess('endpoint GpuChatOps', 'Unregister, which restarts WinRM and ends every PowerShell session to this host')) {
            Unregister-PSSessionConfiguration -Name GpuChatOps -Force
        }
    }
}

$folders = if ($KeepState) { @($place.Module) } else { @($place.State, $place.Module) }
foreach ($folder in $folders) {
    if ((Test-Path -LiteralPath $folder) -and $PSCmdlet.ShouldProcess($folder, 'Remove')) { Remove-Item -LiteralPath $folder -Recurse -Force }
}
