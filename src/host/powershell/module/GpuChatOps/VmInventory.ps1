# The facts of VMs. What they have is asked for all of them in one call each, and sorted to them by their ids: a call costs more
# than what it brings. Sources: Hyper-V module reference; the ids of integration services are those of their definitions
# ("Microsoft:<VM>\<id>"), since their names are localised.

$script:ShutdownService = '9F8233AC-BE49-4C79-8EE3-E7E1985B2077'
$script:OtherServices = @('84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47', '2A34B1C2-FD73-4043-8A5B-DD2159BC743F', '2497F4DE-E9FA-4204-80E4-4B75C46419C0')

function Get-AllVmFact {
    <#
    .SYNOPSIS
    The facts of every VM of this host.
    .PARAMETER Nodes
    Every PnP node, present or not: whether a device is there that a VM lists.
    #>
    param($Nodes, [string[]] $Missing)
    $vms = @(Get-VM -ErrorAction Stop)
    if ($vms.Count -eq 0) { return }
    $there = @{}
    foreach ($node in $Nodes) { if ([string] $node.Status -ne 'Unknown') { $there[([string] $node.InstanceId).ToUpperInvariant()] = $true } }
    $snapshots = Group-ByVm (Get-VMSnapshot -VM $vms -ErrorAction Stop)
    $devices = Group-ByVm $(if ($Missing -notcontains 'Get-VMAssignableDevice') { Get-VMAssignableDevice -VM $vms -ErrorAction Stop })
    $adapters = Group-ByVm (Get-PartitionAdapter $vms)
    $services = Get-ServiceTable $vms
    $actions = if (@($vms | Where-Object { $_.IsClustered }).Count -gt 0) { Get-OfflineActionTable } else { @{} }
    foreach ($vm in $vms) {
        $id = [string] $vm.Id
        [ordered]@{
            id                        = $id
            name                      = [string] $vm.Name
            generation                = [int] $vm.Generation
            state                     = Get-StateName $vm
            clustered                 = [bool] $vm.IsClustered
            heartbeat                 = Get-HeartbeatFact $vm
            shutdown                  = Get-ShutdownFact $services $id
            replication               = Get-ReplicationFact $vm
            automaticStopAction       = [string] $vm.AutomaticStopAction
            automaticCheckpoints      = [bool] (Get-PropertyOrNull $vm 'AutomaticCheckpointsEnabled')
            guestControlledCacheTypes = [bool] $vm.GuestControlledCacheTypes
            lowMmioBytes              = [string] $vm.LowMemoryMappedIoSpace
            highMmioBytes             = [string] $vm.HighMemoryMappedIoSpace
            dynamicMemory             = [bool] $vm.DynamicMemoryEnabled
            startupBytes              = [string] $vm.MemoryStartup
            minimumBytes              = [string] $vm.MemoryMinimum
            checkpoints               = @($snapshots[$id] | Where-Object { $_ }).Count
            assigned                  = @($devices[$id] | Where-Object { $_ } | ForEach-Object { Get-EntryFact $_ $there })
            partitions                = @($adapters[$id] | Where-Object { $_ } | ForEach-Object { Get-PartitionFact $_ })
            offlineAction             = $actions[$id]
        }
    }
}

function Group-ByVm {
    <#
    .SYNOPSIS
    Objects in lists by the id of the VM that they are of.
    #>
    param($Objects)
    $table = @{}
    foreach ($each in @($Objects | Where-Object { $_ })) {
        $id = [string] $each.VMId
        if (-not $table.ContainsKey($id)) { $table[$id] = @() }
        $table[$id] += $each
    }
    $table
}

function Get-EntryFact {
    <#
    .SYNOPSIS
    A device that a VM lists. Present: is its node on the host there, or the one that a dismounted device has? Null without an id.
    #>
    param($Device, [hashtable] $There)
    $id = ([string] $Device.InstanceID).ToUpperInvariant()
    $fact = Get-PathFact $Device
    $fact.present = if ($id) { $There.ContainsKey($id) -or $There.ContainsKey(($id -replace '\APCIP', 'PCI')) } else { $null }
    $pool = Get-PropertyOrNull $Device 'ResourcePoolName'
    $fact.pool = if ($pool) { [string] $pool } else { $null }
    $fact
}

function Get-PoolFact {
    <#
    .SYNOPSIS
    The resource pools of devices beside the host's own, with what they keep; null where this Windows cannot tell.
    .NOTES
    Microsoft, "Use GPUs with clustered VMs" (New-VMResourcePool -ResourcePoolType PciExpress); Get-VMHostAssignableDevice
    has -ResourcePoolName from Windows Server 2022 on.
    #>
    $list = Find-HostCommand 'Get-VMHostAssignableDevice'
    if (-not $list -or -not $list.Parameters.ContainsKey('ResourcePoolName') -or -not (Find-HostCommand 'Get-VMResourcePool')) { return $null }
    try {
        $pools = @(Get-VMResourcePool -ErrorAction Stop | Where-Object { [string] $_.ResourcePoolType -eq 'PciExpress' -and [string] $_.Name -ne 'Primordial' })
        $facts = foreach ($pool in $pools) {
            $kept = @(Get-VMHostAssignableDevice -ResourcePoolName ([string] $pool.Name) -ErrorAction Stop | ForEach-Object { Get-PathFact $_ })
            [ordered]@{ name = [string] $pool.Name; devices = $kept }
        }
        return , @($facts | Where-Object { $_ })
    }
    catch { return $null }
}

function Get-HeartbeatFact {
    param($Vm)
    $heartbeat = Get-PropertyOrNull $Vm 'Heartbeat'
    if ($null -ne $heartbeat) { [string] $heartbeat } else { $null }
}

function Get-ReplicationFact {
    <#
    .SYNOPSIS
    The part of the VM in Hyper-V Replica: None, Primary, Replica, TestReplica or ExtendedReplica.
    #>
    param($Vm)
    $mode = Get-PropertyOrNull $Vm 'ReplicationMode'
    if ($null -ne $mode) { [string] $mode } else { $null }
}

function Get-ServiceTable {
    <#
    .SYNOPSIS
    The integration services of all VMs by the VM; null where they cannot be asked.
    #>
    param($Vms)
    if (-not (Find-HostCommand 'Get-VMIntegrationService')) { return $null }
    try { Group-ByVm (Get-VMIntegrationService -VM $Vms -ErrorAction Stop) }
    catch { return $null }
}

function Get-ShutdownFact {
    <#
    .SYNOPSIS
    The service through which the guest is shut down: `absent` where the VM has others and not this one, null where none is known.
    #>
    param($Services, [string] $VmId)
    if ($null -eq $Services) { return $null }
    $known = $false
    foreach ($service in @($Services[$VmId] | Where-Object { $_ })) {
        $id = ([string] $service.Id -split '\\')[-1]
        if ($id -eq $script:ShutdownService) {
            return [ordered]@{ enabled = [bool] (Get-PropertyOrNull $service 'Enabled'); status = [string] (Get-PropertyOrNull $service 'PrimaryOperationalStatus') }
        }
        if ($script:OtherServices -contains $id) { $known = $true }
    }
    if ($known) { 'absent' } else { $null }
}

function Get-PartitionFact {
    <#
    .SYNOPSIS
    One GPU partition adapter of a VM. Older modules do not tell the GPU's path; figures that were never set are null.
    #>
    param($Adapter)
    $path = Get-PropertyOrNull $Adapter 'InstancePath'
    [ordered]@{
        gpu         = if ($path) { [string] $path } else { $null }
        minVram     = if ($null -ne $Adapter.MinPartitionVRAM) { [string] $Adapter.MinPartitionVRAM } else { $null }
        maxVram     = if ($null -ne $Adapter.MaxPartitionVRAM) { [string] $Adapter.MaxPartitionVRAM } else { $null }
        optimalVram = if ($null -ne $Adapter.OptimalPartitionVRAM) { [string] $Adapter.OptimalPartitionVRAM } else { $null }
    }
}

function Get-OfflineActionTable {
    <#
    .SYNOPSIS
    What the cluster does with its VMs when they go offline, as numbers by the ids of the VMs; empty where that cannot be read.
    #>
    $table = @{}
    try {
        $resources = Get-ClusterTable
        foreach ($id in $resources.Keys) { $table[$id] = [int] $resources[$id].PrivateProperties.OfflineAction }
    }
    catch { return @{} }
    $table
}
