# What decides whether the bot can work on this host: for `gpu-chatops doctor`, which judges it. Nothing is changed.

# What the module calls beside the commands for devices (Inventory.ps1).
$script:NeededCommands = @(
    'Get-VM', 'Set-VM', 'Start-VM', 'Stop-VM', 'Get-VMHost', 'Get-VMSnapshot', 'Get-VMNetworkAdapter'
    'Get-VMIntegrationService', 'Get-VMResourcePool'
    'Get-PnpDevice', 'Get-PnpDeviceProperty', 'Disable-PnpDevice', 'Enable-PnpDevice', 'Get-CimInstance'
)
$script:PartitionCommands = @(
    'Get-VMHostPartitionableGpu Get-VMPartitionableGpu', 'Set-VMHostPartitionableGpu Set-VMPartitionableGpu'
    'Get-VMGpuPartitionAdapter', 'Add-VMGpuPartitionAdapter', 'Set-VMGpuPartitionAdapter', 'Remove-VMGpuPartitionAdapter'
)
$script:ClusterCommands = @('Get-Cluster', 'Get-ClusterResource', 'Get-ClusterParameter', 'Set-ClusterParameter')

function Get-GpuHostHealth {
    <#
    .SYNOPSIS
    The module, the engine, the account, the clock, the missing commands and the administrator's files, as one line of JSON.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    [ordered]@{
        module   = Get-ModuleDigest
        engine   = [string] $PSVersionTable.PSVersion
        account  = [System.Environment]::UserName
        elevated = Test-Elevated
        clock    = [System.DateTime]::UtcNow.ToString('o')
        missing  = [ordered]@{
            needed    = @(Get-MissingCommand ($script:NeededCommands + $script:DeviceCommands))
            partition = @(Get-MissingCommand $script:PartitionCommands)
            cluster   = @(Get-MissingCommand $script:ClusterCommands)
        }
        files    = Get-FileFact
    } | ConvertTo-Json -Depth 5 -Compress
}

function Get-ModuleDigest {
    <#
    .SYNOPSIS
    SHA-256 over the names and texts of this module's files, whatever their line ends: equal to the bot's own if they are.
    #>
    $paths = [System.IO.Directory]::GetFiles($PSScriptRoot, '*.ps*1')
    [System.Array]::Sort($paths, [System.StringComparer]::Ordinal)
    $text = ''
    foreach ($path in $paths) {
        $text += [System.IO.Path]::GetFileName($path) + "`n" + ([System.IO.File]::ReadAllText($path) -replace "`r", '') + "`n"
    }
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($text))) -replace '-', '' }
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
    The administrator's files; null when Register-GpuChatOps.ps1 was not run here. A fence that is no number is null.
    #>
    try { $directory = Get-StateDirectory }
    catch { return $null }
    try { $fence = [string] (Read-Fence $directory) }
    catch { $fence = $null }
    $lines = @(Read-AllowList $directory)
    [ordered]@{
        directory = $directory
        fence     = $fence
        vms       = @($lines | Where-Object { $_.Kind -eq 'vm' } | ForEach-Object { $_.Name })
        devices   = @($lines | Where-Object { $_.Kind -eq 'device' } | ForEach-Object { $_.Name })
    }
}
