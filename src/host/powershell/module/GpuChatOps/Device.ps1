# Changes of devices. A device is known by its location path and its PnP instance id together. Order, errors and undo:
# Microsoft, "Deploy graphics devices using Discrete Device Assignment"; DDA cmdlets of the Hyper-V module reference.

function Disable-GpuDevice {
    <#
    .SYNOPSIS
    Switches the device off on the host, as Device Manager does. Where Windows would do that only when it restarts, it is
    taken back, and fails with RestartNeeded.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace
    )
    $ground = @{ InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    Invoke-Change $Fence $Claim $ground {
        Disable-PnpDevice -InstanceId $InstanceId -Confirm:$false -ErrorAction Stop
        $problem = [string] (Get-PnpDevice -InstanceId $InstanceId -ErrorAction Stop).ConfigManagerErrorCode
        if (@('14', 'CM_PROB_NEED_RESTART') -contains $problem) {
            Enable-PnpDevice -InstanceId $InstanceId -Confirm:$false -ErrorAction Stop
            throw (New-Refusal 'RestartNeeded' 'Something on the host still uses the device: Windows would disable it only when the host restarts.')
        }
    }
}

function Enable-GpuDevice {
    <#
    .SYNOPSIS
    Switches the device on again and waits, up to half a minute, until Windows says that it is no longer disabled.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace
    )
    $ground = @{ InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    Invoke-Change $Fence $Claim $ground {
        Enable-PnpDevice -InstanceId $InstanceId -Confirm:$false -ErrorAction Stop
        $until = [System.DateTime]::UtcNow.AddSeconds(30)
        while (Test-Disabled (Get-PnpDevice -InstanceId $InstanceId -ErrorAction Stop)) {
            if ([System.DateTime]::UtcNow -gt $until) {
                throw (New-Refusal 'StillDisabled' 'The device was enabled, but Windows still reports it as disabled.')
            }
            Start-Sleep -Milliseconds 500
        }
    }
}

function Dismount-GpuDevice {
    <#
    .SYNOPSIS
    Takes the device from the host into the pool of assignable devices.
    .PARAMETER Force
    Waives the ACS and mitigation-driver checks (RequireAcsSupport, RequireDeviceMitigations), and nothing else.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [switch] $Force,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace
    )
    $ground = @{ InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    Invoke-Change $Fence $Claim $ground {
        if ($Force) { Dismount-VMHostAssignableDevice -LocationPath $LocationPath -Force -ErrorAction Stop }
        else { Dismount-VMHostAssignableDevice -LocationPath $LocationPath -ErrorAction Stop }
    }
}

function Mount-GpuDevice {
    <#
    .SYNOPSIS
    Gives the device from the pool back to the host, where it is disabled until it is enabled.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace
    )
    $ground = @{ InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    Invoke-Change $Fence $Claim $ground {
        Mount-VMHostAssignableDevice -LocationPath $LocationPath -ErrorAction Stop
    }
}

function Add-GpuToVm {
    <#
    .SYNOPSIS
    Gives a dismounted device to a VM. The path is always named: with a VM alone, any device of the pool could be taken.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace
    )
    $ground = @{ VmId = $VmId; InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    Invoke-Change $Fence $Claim $ground {
        Add-VMAssignableDevice -VM (Get-VmById $VmId) -LocationPath $LocationPath -ErrorAction Stop
    }
}

function Remove-GpuFromVm {
    <#
    .SYNOPSIS
    Takes a device from a VM into the pool. Only the device at the path is passed on: a VM alone could mean all of its devices.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCI\\VEN_[0-9A-Fa-f]{4}&[!-~]{1,180}\z')]
        [string] $InstanceId,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\APCIROOT\([0-9A-F]+\)(#PCI\([0-9A-F]{4}\))+\z')]
        [string] $LocationPath,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState,
        [ValidateSet('assigned')]
        [string] $ExpectPlace
    )
    $ground = @{ VmId = $VmId; InstanceId = $InstanceId; LocationPath = $LocationPath }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace; $ground.Holder = $VmId }
    Invoke-Change $Fence $Claim $ground {
        $devices = @(Get-VMAssignableDevice -VM (Get-VmById $VmId) -ErrorAction Stop | Where-Object { $_.LocationPath -eq $LocationPath })
        if ($devices.Count -ne 1) { throw (New-Refusal 'ObjectNotFound' "The virtual machine has no device at $LocationPath.") }
        Remove-VMAssignableDevice -VMAssignableDevice $devices -ErrorAction Stop
    }
}
