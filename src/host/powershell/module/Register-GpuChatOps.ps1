#Requires -Version 5.1
<#
.SYNOPSIS
Prepares this Hyper-V host for GPU ChatOps: module, allow-list, and the one way in by which the bot may ask.
.DESCRIPTION
Run it from the folder that it came in, as an administrator; with -WhatIf it only says what it would do. Run twice it
changes nothing that is right already, and never the allow-list. Unregister-GpuChatOps.ps1 undoes it. In this order:
  1. copies the module to Program Files\WindowsPowerShell\Modules;
  2. makes ProgramData\GpuChatOps, which only Administrators and SYSTEM may read or write, with an allow-list that
     allows nothing, and the number of days after which transcripts of sessions are cleared away;
  3. with -Group, registers the JEA endpoint GpuChatOps for that group. THIS RESTARTS WinRM: every PowerShell session
     to this host ends. Run it in Windows PowerShell 5.1, whose endpoint it then is;
     with -Ssh, lets one account in for the restricted session and nothing else, and has sshd check its configuration
     before it is put in place. It does not restart sshd. Not on Windows Server 2016, whose Hyper-V module does not
     load in PowerShell 7.
.PARAMETER TranscriptDays
For how many days the transcripts of sessions are kept. Thirty, unless this was said before.
.PARAMETER Group
Who may use the endpoint: DOMAIN\group, or COMPUTERNAME\group for a group of this host.
.PARAMETER Account
The account of the bot, as sshd calls it: in small letters, domain\name for one of a domain. It has to be an administrator.
.PARAMETER Pwsh
PowerShell 7, by a path without blanks: sshd of Windows does not start a subsystem by another.
.LINK
docs/hosts.md
#>
[CmdletBinding(SupportsShouldProcess = $true, DefaultParameterSetName = 'Jea')]
param(
    [Parameter(Mandatory = $true, ParameterSetName = 'Jea')]
    [ValidatePattern('\A[^\\''"\r\n]+\\[^\\''"\r\n]+\z')]
    [string] $Group,
    [Parameter(Mandatory = $true, ParameterSetName = 'Ssh')]
    [switch] $Ssh,
    [Parameter(Mandatory = $true, ParameterSetName = 'Ssh')]
    [ValidatePattern('\A([a-z0-9._-]+\\)?[a-z0-9._-]+\z')]
    [string] $Account,
    [Parameter(ParameterSetName = 'Ssh')]
    [ValidatePattern('\A[A-Za-z]:/[^\s"]+/pwsh\.exe\z')]
    [string] $Pwsh = 'C:/progra~1/powershell/7/pwsh.exe',
    [ValidateRange(1, 9999)]
    [int] $TranscriptDays
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Read before anything else: there, most of what follows is no error that anybody would understand.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw 'An application control policy (App Control for Business, AppLocker) does not allow this script, so that PowerShell is restricted here (ConstrainedLanguage). Let the policy allow the files in this folder: docs/hosts.md.'
}

. ([System.IO.Path]::Combine($PSScriptRoot, 'Registration.ps1'))

Assert-Administrator
Assert-Unblocked $PSScriptRoot
if ($Ssh) { Assert-SshPossible ([System.Environment]::OSVersion.Version.Build) }
$place = Get-Place

if ($PSCmdlet.ShouldProcess($place.Module, 'Copy the module')) {
    if (Test-Path -LiteralPath $place.Module) { Remove-Item -LiteralPath $place.Module -Recurse -Force }
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'GpuChatOps') -Destination $place.Module -Recurse
}

Assert-OwnedByAdministrators $place.State
if ($PSCmdlet.ShouldProcess($place.State, 'Make the folder of the allow-list, for Administrators and SYSTEM alone')) {
    [void] [System.IO.Directory]::CreateDirectory($place.State)
    Set-AdministratorsOnly $place.State
    [void] [System.IO.Directory]::CreateDirectory($place.Transcripts)
    if (-not [System.IO.File]::Exists($place.Allow)) { [System.IO.File]::WriteAllText($place.Allow, (Get-AllowHeader)) }
}

$days = Select-TranscriptDays $place.KeepDays $TranscriptDays
if ($days -and $PSCmdlet.ShouldProcess($place.KeepDays, "Keep the transcripts of sessions for $days days")) {
    [System.IO.File]::WriteAllText($place.KeepDays, [string] $days)
}

if ($Group) {
    if ($PSCmdlet.ShouldProcess("endpoint GpuChatOps for $Group", 'Register, which restarts WinRM and ends every PowerShell session to this host')) {
        $text = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'GpuChatOps.pssc'))
        [System.IO.File]::WriteAllText($place.Pssc, $text.Replace("'COMPUTER\GpuChatOps'", "'$Group'"))
        if (-not (Test-PSSessionConfigurationFile -Path $place.Pssc)) { throw "$($place.Pssc) is no valid session configuration." }
        Write-Warning 'WinRM restarts now.'
        if (Get-PSSessionConfiguration -Name GpuChatOps -ErrorAction SilentlyContinue) { Unregister-PSSessionConfiguration -Name GpuChatOps -Force }
        [void] (Register-PSSessionConfiguration -Name GpuChatOps -Path $place.Pssc -Force)
    }
}
elseif ($PSCmdlet.ShouldProcess($place.SshdConfig, "Let $Account in for the restricted session alone")) {
    if (-not [System.IO.File]::Exists($Pwsh)) { throw "$Pwsh is not there. Install PowerShell 7, or name it with -Pwsh." }
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'GpuChatOps.Ssh.pssc') -Destination $place.SshPssc -Force
    if (-not [System.IO.File]::Exists($place.Keys)) { [System.IO.File]::WriteAllText($place.Keys, '') }
    Set-AdministratorsOnly $place.Keys
    $block = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'GpuChatOps.sshd_config'))
    $command = "$Pwsh -sshs -NoLogo -ConfigurationFile $($place.SshPssc.Replace('\', '/'))"
    $block = $block.Replace('COMMAND', $command).Replace('ACCOUNT', $Account).Replace('KEYS', $place.Keys.Replace('\', '/'))
    Set-SshdConfig $place (Add-SshdBlock ([System.IO.File]::ReadAllText($place.SshdConfig)) $block)
    Write-Warning "Put the bot's public key into $($place.Keys), then run: Restart-Service -Name sshd"
    Write-Warning 'A DefaultShell under HKLM:\SOFTWARE\OpenSSH runs the forced command: leave it unset, or set to cmd.exe.'
}

# Each PowerShell has an execution policy of its own (Microsoft, Set-ExecutionPolicy).
$engine = if ($Ssh -and [System.IO.File]::Exists($Pwsh)) { $Pwsh } else { $null }
Get-PolicyWarning (Get-PolicyTable $engine) | Write-Warning
if (-not $WhatIfPreference) { Write-Warning "Nothing may be changed yet: name VMs and devices in $($place.Allow)." }
