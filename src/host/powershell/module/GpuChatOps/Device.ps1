# Changes of devices. A device is known by its location path and its PnP instance id together. Order, errors and undo:
# Microsoft, "Deploy graphics devices using Discrete Device Assignment"; DDA cmdlets of the Hyper-V module reference.

function Disable-GpuDevice {
    <#
    .SYNOPSIS
    Switches the device off on the host, as Device Manager does. Where Windows would do that only when it restarts, it is
    taken back at once, and fails with RestartNeeded; with RestartPending where Windows does not take it back.
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
        if (Test-RestartPending (Get-PnpDevice -InstanceId $InstanceId -ErrorAction Stop)) {
            Enable-PnpDevice -InstanceId $InstanceId -Confirm:$false -ErrorAction Stop
            if (Test-RestartPending (Get-PnpDevice -InstanceId $InstanceId -ErrorAction Stop)) {
                throw (New-Refusal 'RestartPending' 'Something on the host still uses the device. Windows will disable it when the host restarts, and enabling it again did not take that back: look at it in Device Manager, and restart the host.')
            }
            throw (New-Refusal 'RestartNeeded' 'Something on the host still uses the device: Windows would disable it only when the host restarts. It was enabled again, so that the next restart does not switch it off. End what uses it, or restart the host with nothing using it, and ask again.')
        }
    }
}

function Enable-GpuDevice {
    <#
    .SYNOPSIS
    Switches the device on again and waits, up to half a minute, until Windows says that it is no longer disabled. Fails with
    RestartPending where Windows does that only when the host restarts.
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
        if (Test-RestartPending (Get-PnpDevice -InstanceId $InstanceId -ErrorAction Stop)) {
            throw (New-Refusal 'RestartPending' 'Windows will enable the device only when the host restarts. Until then neither the host nor a VM has the use of it.')
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
