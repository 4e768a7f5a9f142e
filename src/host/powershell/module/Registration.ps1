# What Register-GpuChatOps.ps1 and Unregister-GpuChatOps.ps1 share. S-1-5-32-544 is BUILTIN\Administrators and S-1-5-18 is
# SYSTEM, by their ids because their names are translated (Microsoft, "Well-known SIDs").

function Get-Place {
    <#
    .SYNOPSIS
    Where everything goes on this host.
    #>
    $data = [System.Environment]::GetFolderPath('CommonApplicationData')
    $state = [System.IO.Path]::Combine($data, 'GpuChatOps')
    @{
        Module      = [System.IO.Path]::Combine([System.Environment]::GetFolderPath('ProgramFiles'), 'WindowsPowerShell', 'Modules', 'GpuChatOps')
        State       = $state
        Allow       = [System.IO.Path]::Combine($state, 'allow')
        Transcripts = [System.IO.Path]::Combine($state, 'Transcripts')
        KeepDays    = [System.IO.Path]::Combine($state, 'transcript-days')
        Pssc        = [System.IO.Path]::Combine($state, 'GpuChatOps.pssc')
        SshPssc     = [System.IO.Path]::Combine($state, 'GpuChatOps.Ssh.pssc')
        Keys        = [System.IO.Path]::Combine($data, 'ssh', 'gpuchatops_authorized_keys')
        SshdConfig  = [System.IO.Path]::Combine($data, 'ssh', 'sshd_config')
    }
}

function Assert-Administrator {
    if ([System.IO.Path]::DirectorySeparatorChar -ne '\') { throw 'This host is not Windows.' }
    $me = [System.Security.Principal.WindowsPrincipal] [System.Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'Run this as an administrator.' }
}

function Assert-Unblocked {
    <#
    .SYNOPSIS
    Files that are marked as downloaded do not load under RemoteSigned, which is the default of Windows Server (Microsoft,
    about_Execution_Policies), and a copy may keep the mark.
    #>
    param([string] $Folder)
    $blocked = @(Get-ChildItem -LiteralPath $Folder -Recurse -File | Where-Object {
            Get-Item -LiteralPath $_.FullName -Stream 'Zone.Identifier' -ErrorAction SilentlyContinue
        })
    if ($blocked.Count -eq 0) { return }
    throw "Windows marks $($blocked.Count) of these files as downloaded, and would not load them. If you trust them, run this, then the script again: Get-ChildItem -LiteralPath '$($Folder.Replace("'", "''"))' -Recurse -File | Unblock-File"
}

$script:PolicyScopes = @('MachinePolicy', 'LocalMachine')

function Get-PolicyTable {
    <#
    .SYNOPSIS
    The execution policies that hold for everybody on this host, by scope, as another PowerShell has them, or this one.
    The other scopes are of the process and of the user that run this, who are not those of the bot's sessions.
    #>
    param([string] $Engine)
    $table = @{}
    foreach ($scope in $script:PolicyScopes) {
        $table[$scope] = if ($Engine) { [string] (& $Engine -NoProfile -NonInteractive -Command "[string] (Get-ExecutionPolicy -Scope $scope)") }
        else { [string] (Get-ExecutionPolicy -Scope $scope) }
    }
    $table
}

function Get-PolicyWarning {
    <#
    .SYNOPSIS
    What the execution policy of this host keeps the bot's sessions from, with the cure; nothing where it lets the module load.
    .NOTES
    Microsoft, about_Execution_Policies: Group Policy goes before what was set on the host; Restricted runs no module
    script, AllSigned none that no trusted publisher signed.
    #>
    param([hashtable] $Policy)
    $scope = $script:PolicyScopes | Where-Object { @('', 'Undefined') -notcontains [string] $Policy[$_] } | Select-Object -First 1
    if (-not $scope) { return }
    $cure = if ($scope -eq 'MachinePolicy') { 'Group Policy sets it: "Turn on Script Execution".' }
    else { 'It was set with Set-ExecutionPolicy -Scope LocalMachine.' }
    switch ($Policy[$scope]) {
        'Restricted' { "The execution policy of this host is Restricted, under which the bot's module does not load. RemoteSigned lets it. $cure" }
        'AllSigned' { "The execution policy of this host is AllSigned, under which the bot's module loads only if a publisher that the host trusts has signed its files. RemoteSigned lets it load as it is. $cure" }
    }
}

function Assert-SshPossible {
    <#
    .SYNOPSIS
    Over SSH commands run in PowerShell 7, in which the Hyper-V module loads from Windows Server 2019 on, build 17763
    (Microsoft, "PowerShell 7 module compatibility in Windows Server 2016").
    #>
    param([int] $Build)
    if ($Build -ge 17763) { return }
    throw 'The Hyper-V module of this Windows does not load in PowerShell 7, which is what SSH starts. Register this host with -Group for WinRM, or run the bot on it.'
}

function Assert-OwnedByAdministrators {
    <#
    .SYNOPSIS
    Anybody may make a folder in ProgramData. One that was there before, and is somebody's, is not to be trusted.
    #>
    param([string] $Path)
    if (-not [System.IO.Directory]::Exists($Path)) { return }
    $owner = (Get-Acl -LiteralPath $Path).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    if (@('S-1-5-32-544', 'S-1-5-18') -notcontains $owner) { throw "$Path belongs to $owner. Look at what is in it, then remove it." }
}

function Set-AdministratorsOnly {
    <#
    .SYNOPSIS
    Nobody but Administrators and SYSTEM may read or write it, or what is made in it.
    #>
    param([string] $Path)
    $inherit = if ([System.IO.Directory]::Exists($Path)) { '(OI)(CI)' } else { '' }
    foreach ($words in @('/setowner', '*S-1-5-32-544'), @('/inheritance:r', '/grant:r', "*S-1-5-32-544:${inherit}F", "*S-1-5-18:${inherit}F")) {
        $null = & icacls.exe $Path @words
        if ($LASTEXITCODE -ne 0) { throw "icacls.exe could not set who may use $Path." }
    }
}

function Get-AllowHeader {
    <#
    .SYNOPSIS
    An allow-list that allows nothing and says how to.
    #>
    @(
        '# What GPU ChatOps may change on this host. A line allows one thing; what no line names cannot be changed.'
        '#   vm ID                    a virtual machine, by its id: Get-VM | Format-Table -Property Name, Id'
        '#   device LOCATION-PATH     a device, by its PCIROOT path: Get-PnpDeviceProperty -KeyName DEVPKEY_Device_LocationPaths'
        '#   vm *                     every virtual machine'
        '#   device *                 every device'
        '# Lines that begin with # say nothing. A change counts from the next order on.'
        ''
    ) -join "`r`n"
}

function Select-TranscriptDays {
    <#
    .SYNOPSIS
    The number of days to write down, for which transcripts are kept: what is asked for; else thirty, where none is written.
    #>
    param([string] $Path, [int] $Asked)
    if ($Asked) { return $Asked }
    if (-not [System.IO.File]::Exists($Path)) { 30 }
}

$script:Begin = '# GPU ChatOps: begin'
$script:End = '# GPU ChatOps: end'

function Remove-SshdBlock {
    <#
    .SYNOPSIS
    The text of an sshd_config without our block.
    #>
    param([string] $Text)
    [regex]::Replace($Text, "(?ms)^$script:Begin\r?\n.*?^$script:End\r?\n", '')
}

function Add-SshdBlock {
    <#
    .SYNOPSIS
    The text with our block ahead of the first Match, since of each option the first value counts, and what follows a
    Match belongs to it. A subsystem `powershell` that is there already stays: two of a name are an error.
    #>
    param([string] $Text, [string] $Block)
    $text = Remove-SshdBlock $Text
    $match = [regex]::Match($text, '(?im)^[ \t]*Match[ \t]')
    $at = if ($match.Success) { $match.Index } else { $text.Length }
    $head = $text.Substring(0, $at)
    if ($head -and -not $head.EndsWith("`n")) { $head += "`r`n" }
    if ($text -match '(?im)^[ \t]*Subsystem[ \t]+powershell[ \t]') { $Block = [regex]::Replace($Block, '(?m)^Subsystem .*\n', '') }
    $lines = @($script:Begin) + @($Block.TrimEnd() -split '\r?\n') + @($script:End, '')
    $head + ($lines -join "`r`n") + $text.Substring($at)
}

function Set-SshdConfig {
    <#
    .SYNOPSIS
    Puts a configuration in the place of the old one once sshd has accepted it. The old one stays beside it.
    #>
    param([hashtable] $Place, [string] $Text)
    $new = "$($Place.SshdConfig).new"
    [System.IO.File]::WriteAllText($new, $Text)
    $sshd = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'OpenSSH', 'sshd.exe')
    & $sshd -t -f $new
    if ($LASTEXITCODE -ne 0) { throw "sshd does not accept $new; nothing was changed." }
    [System.IO.File]::Replace($new, $Place.SshdConfig, "$($Place.SshdConfig).before-gpuchatops")
}
