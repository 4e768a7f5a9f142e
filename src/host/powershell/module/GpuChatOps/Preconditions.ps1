# Where a device is and how a VM is, read afresh; and whether that is what an order expects.

function Get-VmById {
    <#
    .SYNOPSIS
    The VM with this id. Names need not be unique, so no function takes one. Fails with ObjectNotFound.
    .NOTES
    Get-VM itself says InvalidParameter, as for other reasons too.
    #>
    param([string] $VmId)
    try { return Get-VM -Id ([guid] $VmId) -ErrorAction Stop }
    catch {
        if (([string] $_.FullyQualifiedErrorId -split ',')[0] -ne 'InvalidParameter') { throw }
        throw (New-Refusal 'ObjectNotFound' 'There is no virtual machine with this id.')
    }
}

function Get-PropertyOrNull {
    <#
    .SYNOPSIS
    The value of a property that not every Windows has; null where there is none.
    #>
    param($Object, [string] $Name)
    $property = $Object.PSObject.Properties[$Name]
    if ($property) { return $property.Value }
    $null
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
    foreach ($path in @($property.Data)) {
        if ($path -like 'PCIROOT(*') { return [string] $path }
    }
}

function Get-GivenDevice {
    <#
    .SYNOPSIS
    The devices of all VMs, each with the id of its VM: one call, since a call costs more than what it brings.
    #>
    $vms = @(Get-VM -ErrorAction Stop)
    if ($vms.Count -gt 0) { Get-VMAssignableDevice -VM $vms -ErrorAction Stop }
}

function Get-DevicePlace {
    <#
    .SYNOPSIS
    Where the device is: assigned (with its holder), pooled, dismounted, restart-pending, host-disabled, host-enabled, or
    missing. A device that a VM lists is that VM's, whatever the pool says.
    #>
    param([string] $LocationPath, [string] $InstanceId)
    foreach ($device in @(Get-GivenDevice)) {
        if ($device.LocationPath -eq $LocationPath) { return @{ Place = 'assigned'; Holder = [string] $device.VMId } }
    }
    foreach ($pool in @(Get-PoolFact)) {
        if ($pool -and @($pool.devices | ForEach-Object { $_.locationPath }) -contains $LocationPath) { return @{ Place = 'pooled'; Holder = '' } }
    }
    foreach ($device in @(Get-VMHostAssignableDevice -ErrorAction Stop)) {
        if ($device.LocationPath -eq $LocationPath) { return @{ Place = 'dismounted'; Holder = '' } }
    }
    $node = @(Get-PnpDevice -ErrorAction Stop | Where-Object { $_.InstanceId -eq $InstanceId -and [string] $_.Status -ne 'Unknown' })
    if ($node.Count -ne 1 -or (Get-LocationPath $InstanceId) -ne $LocationPath) { return @{ Place = 'missing'; Holder = '' } }
    if (Test-RestartPending $node[0]) { return @{ Place = 'restart-pending'; Holder = '' } }
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

function Test-RestartPending {
    <#
    .SYNOPSIS
    Is the node switched on or off only once the host restarts? Problem code 14 (Microsoft, "Error codes in Device Manager").
    #>
    param($Node)
    @('14', 'CM_PROB_NEED_RESTART') -contains [string] $Node.ConfigManagerErrorCode
}

function Assert-Device {
    <#
    .SYNOPSIS
    Fails with PreconditionChanged unless the device with this id is the one at this path: on the host, in the pool, or in a VM.
    The allow-list names paths, so an order must not be about a device at another one.
    #>
    param([string] $InstanceId, [string] $LocationPath)
    $node = @(Get-PnpDevice -ErrorAction Stop | Where-Object { $_.InstanceId -eq $InstanceId -and [string] $_.Status -ne 'Unknown' })
    if ($node.Count -eq 1 -and (Get-LocationPath $InstanceId) -eq $LocationPath) { return }
    $pooled = 'PCIP' + $InstanceId.Substring(3)
    foreach ($device in @(Get-VMHostAssignableDevice -ErrorAction Stop) + @(Get-GivenDevice)) {
        if ($device.LocationPath -eq $LocationPath -and $device.InstanceID -eq $pooled) { return }
    }
    throw (New-Refusal 'PreconditionChanged' 'The device is not at this location path.')
}

function Assert-Precondition {
    <#
    .SYNOPSIS
    Fails with PreconditionChanged unless the VM and the device are as the order expects them.
    #>
    param([hashtable] $Precondition)
    $changed = New-Refusal 'PreconditionChanged' 'The virtual machine or the device is no longer as the order expects it.'
    if ($Precondition.ContainsKey('VmState')) {
        if ($Precondition.VmState -notcontains (Get-StateName (Get-VmById $Precondition.VmId))) { throw $changed }
    }
    if ($Precondition.ContainsKey('InstanceId')) { Assert-Device $Precondition.InstanceId $Precondition.LocationPath }
    if ($Precondition.ContainsKey('Place')) {
        $now = Get-DevicePlace $Precondition.LocationPath $Precondition.InstanceId
        if ($now.Place -ne $Precondition.Place) { throw $changed }
        if ($Precondition.Place -eq 'assigned' -and $now.Holder -ne $Precondition.Holder) { throw $changed }
    }
    if ($Precondition.ContainsKey('Partition') -and -not (Test-Partition $Precondition)) { throw $changed }
}
