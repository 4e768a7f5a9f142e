# Changes of virtual machines. VMs are known by their id. Sources: Microsoft, Hyper-V module reference (Stop-VM, Start-VM, Set-VM).

function Stop-GpuVm {
    <#
    .SYNOPSIS
    Stops a VM: `shutdown` asks its guest (programs get five minutes, a locked desktop none), `turn-off` is a power cut.
    .NOTES
    -Force only answers the question that Stop-VM asks when the guest does not take part; -TurnOff decides about the power.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [ValidateSet('shutdown', 'turn-off')]
        [string] $How,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState
    )
    $ground = @{ VmId = $VmId }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    Invoke-Change $Fence $Claim $ground {
        $vm = Get-VmById $VmId
        if ($How -eq 'turn-off') { Stop-VM -VM $vm -TurnOff -Force -Confirm:$false -ErrorAction Stop }
        else { Stop-VM -VM $vm -Force -Confirm:$false -ErrorAction Stop }
    }
}

function Start-GpuVm {
    <#
    .SYNOPSIS
    Starts a VM. Success means that it runs, not that its guest has booted.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState
    )
    $ground = @{ VmId = $VmId }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    Invoke-Change $Fence $Claim $ground {
        Start-VM -VM (Get-VmById $VmId) -ErrorAction Stop
    }
}

function Set-GpuVm {
    <#
    .SYNOPSIS
    Sets those settings of a VM that a device needs, and no others. Byte counts are given as text, in digits.
    .NOTES
    MMIO and cache types can be set only while the VM is off. -LowMemoryMappedIoSpace is a UInt32 and
    -HighMemoryMappedIoSpace a UInt64, both in bytes (Set-VM reference). Windows Server 2016 makes no automatic checkpoints:
    there they are off, whoever wants them off.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [ValidateSet('TurnOff', 'Save', 'ShutDown')]
        [string] $AutomaticStopAction,
        [ValidateSet('on', 'off')]
        [string] $GuestControlledCacheTypes,
        [ValidatePattern('\A[0-9]{1,10}\z')]
        [string] $LowMmioBytes,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $HighMmioBytes,
        [ValidateSet('on', 'off')]
        [string] $AutomaticCheckpoints,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState
    )
    $settings = @{}
    if ($AutomaticStopAction) { $settings.AutomaticStopAction = $AutomaticStopAction }
    if ($GuestControlledCacheTypes) { $settings.GuestControlledCacheTypes = $GuestControlledCacheTypes -eq 'on' }
    if ($LowMmioBytes) { $settings.LowMemoryMappedIoSpace = [uint32] $LowMmioBytes }
    if ($HighMmioBytes) { $settings.HighMemoryMappedIoSpace = [uint64] $HighMmioBytes }
    $settable = (Microsoft.PowerShell.Core\Get-Command -Name Set-VM -ErrorAction Stop).Parameters.ContainsKey('AutomaticCheckpointsEnabled')
    $isOff = $AutomaticCheckpoints -eq 'off' -and -not $settable
    if ($AutomaticCheckpoints -and -not $isOff) { $settings.AutomaticCheckpointsEnabled = $AutomaticCheckpoints -eq 'on' }
    if ($settings.Count -eq 0 -and -not $isOff) { throw (New-Refusal 'NothingToSet' 'No setting was named.') }
    $ground = @{ VmId = $VmId }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    Invoke-Change $Fence $Claim $ground {
        if ($settings.Count -gt 0) { Set-VM -VM (Get-VmById $VmId) @settings -ErrorAction Stop }
    }
}
