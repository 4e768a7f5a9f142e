# Where a device is and how a VM is, read afresh; and whether that is what an order expects.

function Get-VmById {
    <#
    .SYNOPSIS
    The VM with this id. Names need not be unique, so no function takes one. Fails with ObjectNotFound.
    #>
    param([string] $VmId)
    Get-VM -Id ([guid] $VmId) -ErrorAction Stop
}

function Get-StateName {
    <#
    .SYNOPSIS
    The state of a VM in the bot's words; every state whose name ends in Critical is Critical.
    #>
    param($Vm)
    $name = [string] $Vm.State
    if ($name -like '*Critical') { return 'Critical' }
    if (@('Running', 'Off', 'Stopping', 'Starting', 'Saved', 'Paused') -contains $name) { return $name }
    'Other'
}

function Get-LocationPath {
    <#
    .SYNOPSIS
    The PCIROOT path of a PnP device, or nothing. Hosts list an ACPI twin beside it, which is never used.
    #>
    param([string] $InstanceId)
    $property = Get-PnpDeviceProperty -InstanceId $InstanceId -KeyName 'DEVPKEY_Device_LocationPaths' -ErrorAction Stop
    @($property.Data) | Where-Object { $_ -like 'PCIROOT(*' } | Microsoft.PowerShell.Utility\Select-Object -First 1
}

function Get-DevicePlace {
    <#
    .SYNOPSIS
    Where the device is: assigned (with its holder), dismounted, host-disabled, host-enabled, or missing.
    A device that a VM lists is that VM's, whatever the pool says.
    #>
    param([string] $LocationPath, [string] $InstanceId)
    foreach ($vm in @(Get-VM -ErrorAction Stop)) {
        foreach ($device in @(Get-VMAssignableDevice -VM $vm -ErrorAction Stop)) {
            if ($device.LocationPath -eq $LocationPath) { return @{ Place = 'assigned'; Holder = [string] $vm.Id } }
        }
    }
    foreach ($device in @(Get-VMHostAssignableDevice -ErrorAction Stop)) {
        if ($device.LocationPath -eq $LocationPath) { return @{ Place = 'dismounted'; Holder = '' } }
    }
    $node = @(Get-PnpDevice -ErrorAction Stop | Where-Object { $_.InstanceId -eq $InstanceId -and [string] $_.Status -ne 'Unknown' })
    if ($node.Count -ne 1 -or (Get-LocationPath $InstanceId) -ne $LocationPath) { return @{ Place = 'missing'; Holder = '' } }
    if (Test-Disabled $node[0]) { return @{ Place = 'host-disabled'; Holder = '' } }
    @{ Place = 'host-enabled'; Holder = '' }
}

function Test-Disabled {
    <#
    .SYNOPSIS
    Is the node switched off? Its problem code is the number 22 or, in newer modules, the name CM_PROB_DISABLED.
    #>
    param($Node)
    @('22', 'CM_PROB_DISABLED') -contains [string] $Node.ConfigManagerErrorCode
}

function Assert-Ground {
    <#
    .SYNOPSIS
    Fails with PreconditionChanged unless the VM and the device are as the order expects them.
    #>
    param([hashtable] $Ground)
    $changed = New-Refusal 'PreconditionChanged' 'The virtual machine or the device is no longer as the order expects it.'
    if ($Ground.ContainsKey('VmState')) {
        if ($Ground.VmState -notcontains (Get-StateName (Get-VmById $Ground.VmId))) { throw $changed }
    }
    if ($Ground.ContainsKey('Place')) {
        $now = Get-DevicePlace $Ground.LocationPath $Ground.InstanceId
        if ($now.Place -ne $Ground.Place) { throw $changed }
        if ($Ground.Place -eq 'assigned' -and $now.Holder -ne $Ground.Holder) { throw $changed }
    }
}
