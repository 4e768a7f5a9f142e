# What decides whether the bot can work on this host: for `gpu-chatops doctor`, which judges it. Nothing is changed.

# What the module calls beside the commands for devices (Inventory.ps1).
$script:NeededCommands = @(
    'Get-VM', 'Set-VM', 'Start-VM', 'Stop-VM', 'Get-VMHost', 'Get-VMSnapshot', 'Get-VMNetworkAdapter'
    'Get-VMIntegrationService', 'Get-VMResourcePool'
    'Get-PnpDevice', 'Get-PnpDeviceProperty', 'Disable-PnpDevice', 'Enable-PnpDevice', 'Get-CimInstance', 'Set-CimInstance'
)
$script:PartitionCommands = @(
    'Get-VMHostPartitionableGpu Get-VMPartitionableGpu', 'Set-VMHostPartitionableGpu Set-VMPartitionableGpu'
    'Get-VMGpuPartitionAdapter', 'Add-VMGpuPartitionAdapter', 'Set-VMGpuPartitionAdapter', 'Remove-VMGpuPartitionAdapter'
)

function Get-GpuHostHealth {
    <#
    .SYNOPSIS
    The module, the engine, the account, the clock, the missing commands and the administrator's files, as one line of JSON.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Assert-Engine (Get-OsFact).build
    [ordered]@{
        module   = Get-ModuleDigest
        protocol = $script:Protocol
        sessions = Get-SessionDigest
        engine   = [string] $PSVersionTable.PSVersion
        account  = [System.Environment]::UserName
        elevated = Test-Elevated
        clock    = [System.DateTime]::UtcNow.ToString('o')
        missing  = [ordered]@{
            needed    = @(Get-MissingCommand ($script:NeededCommands + $script:DeviceCommands))
            partition = @(Get-MissingCommand $script:PartitionCommands)
        }
        files    = Get-FileFact
    } | ConvertTo-Json -Depth 5 -Compress
}

function Get-ModuleDigest {
    <#
    .SYNOPSIS
    SHA-256 over the names and texts of this module's files, the role among them, whatever their line ends: equal to the
    bot's own if they are.
    #>
    $text = ''
    foreach ($path in (Get-OwnFile)) { $text += "$path`n" + (Read-Plain ([System.IO.Path]::Combine($PSScriptRoot, $path))) + "`n" }
    Get-Digest $text
}

function Get-OwnFile {
    <#
    .SYNOPSIS
    The files of this module by their paths in its folder, in one order everywhere.
    #>
    $paths = @([System.IO.Directory]::GetFiles($PSScriptRoot, '*.ps*') | ForEach-Object { [System.IO.Path]::GetFileName($_) })
    $role = [System.IO.Path]::Combine($PSScriptRoot, 'RoleCapabilities')
    if ([System.IO.Directory]::Exists($role)) {
        $paths += @([System.IO.Directory]::GetFiles($role, '*.ps*') | ForEach-Object { 'RoleCapabilities/' + [System.IO.Path]::GetFileName($_) })
    }
    $paths = [string[]] $paths
    [System.Array]::Sort($paths, [System.StringComparer]::Ordinal)
    $paths
}

function Get-SessionDigest {
    <#
    .SYNOPSIS
    The same of the session files that this host was registered with, whatever group may use the endpoint; null where one is
    not there.
    #>
    try { $directory = Get-StateDirectory }
    catch { $directory = '' }
    $digests = [ordered]@{}
    foreach ($name in @('GpuChatOps.pssc', 'GpuChatOps.Ssh.pssc')) {
        $path = [System.IO.Path]::Combine($directory, $name)
        $digests[$name] = if ($directory -and [System.IO.File]::Exists($path)) { Get-Digest ((Read-Plain $path) -replace "@\{ '[^']*' = @\{", "@{ '' = @{") } else { $null }
    }
    $digests
}

function Read-Plain {
    param([string] $Path)
    [System.IO.File]::ReadAllText($Path) -replace "`r", ''
}

function Get-Digest {
    param([string] $Text)
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Text))) -replace '-', '' }
    finally { $sha.Dispose() }
}

function Test-Elevated {
    <#
    .SYNOPSIS
    Does this session run as an administrator, elevated? Null where that is not known.
    #>
    if ([System.IO.Path]::DirectorySeparatorChar -ne '\') { return $null }
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = [System.Security.Principal.WindowsPrincipal]::new($identity)
    $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Get-FileFact {
    <#
    .SYNOPSIS
    The administrator's files; null when Register-GpuChatOps.ps1 was not run here. A fence that cannot be read is null.
    #>
    try { $directory = Get-StateDirectory }
    catch { return $null }
    $seen = Get-FenceFact
    $lines = @(Read-AllowList $directory)
    [ordered]@{
        directory = $directory
        fence     = if ($seen) { $seen.number } else { $null }
        bot       = if ($seen) { $seen.bot } else { $null }
        claim     = if ($seen) { $seen.claim } else { $null }
        vms       = @($lines | Where-Object { $_.Kind -eq 'vm' } | ForEach-Object { $_.Name })
        devices   = @($lines | Where-Object { $_.Kind -eq 'device' } | ForEach-Object { $_.Name })
    }
}
