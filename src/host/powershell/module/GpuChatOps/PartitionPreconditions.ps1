# Partitionable GPUs and the partitions that VMs have, read afresh. The command for the first had another name in older
# modules, whose adapters do not tell their GPU. Source: Hyper-V module reference; Microsoft, "GPU partitioning".

function Get-PartitionCommand {
    <#
    .SYNOPSIS
    The name of the command that lists partitionable GPUs on this host, the newer one first; null where there is none.
    #>
    foreach ($name in @('Get-VMHostPartitionableGpu', 'Get-VMPartitionableGpu')) {
        if (Find-HostCommand $name) { return $name }
    }
    $null
}

function Get-PartitionableGpu {
    <#
    .SYNOPSIS
    The GPUs whose driver offers partitions; none where this Windows has no command for it.
    #>
    $command = Get-PartitionCommand
    if ($command) { & $command -ErrorAction Stop }
}

function Get-PartitionAdapter {
    <#
    .SYNOPSIS
    The GPU partition adapters of a VM, or of several, where this Windows has the command.
    #>
    param($Vm)
    if (Find-HostCommand 'Get-VMGpuPartitionAdapter') {
        Get-VMGpuPartitionAdapter -VM $Vm -ErrorAction Stop
    }
}

function ConvertFrom-GpuName {
    <#
    .SYNOPSIS
    The PnP instance id in the name of a partitionable GPU: `\\?\PCI#VEN_..#..#{guid}`, paravirtual ones with more behind it.
    #>
    param([string] $GpuName)
    ($GpuName -replace '\A\\\\\?\\', '' -replace '#\{.*\z', '').Replace('#', '\')
}

function Assert-GpuName {
    <#
    .SYNOPSIS
    Fails with PreconditionChanged unless the name and the id are of one device, so that the allow-list holds for both.
    #>
    param([string] $GpuName, [string] $InstanceId)
    if ((ConvertFrom-GpuName $GpuName) -eq $InstanceId) { return }
    throw (New-Refusal 'PreconditionChanged' 'The name of the GPU and its instance id are of different devices.')
}

function Select-PartitionAdapter {
    <#
    .SYNOPSIS
    Those adapters of a VM, or of several, that come from this GPU. Where the module does not tell, and the host has one GPU that offers
    partitions, they come from that one; with several, none is taken for it.
    #>
    param($Vm, [string] $GpuName)
    $one = @(Get-PartitionableGpu).Count -eq 1
    foreach ($adapter in @(Get-PartitionAdapter $Vm)) {
        $path = Get-PropertyOrNull $adapter 'InstancePath'
        if ($path) {
            if ((ConvertFrom-GpuName ([string] $path)) -eq (ConvertFrom-GpuName $GpuName)) { $adapter }
        }
        elseif ($one) { $adapter }
    }
}

function Select-UntoldAdapter {
    <#
    .SYNOPSIS
    Those adapters of a VM, or of several, of which nothing tells the GPU: each may be of any.
    #>
    param($Vm)
    if (@(Get-PartitionableGpu).Count -eq 1) { return }
    foreach ($adapter in @(Get-PartitionAdapter $Vm)) {
        if (-not (Get-PropertyOrNull $adapter 'InstancePath')) { $adapter }
    }
}

function Get-OnlyPartitionAdapter {
    <#
    .SYNOPSIS
    The one adapter of the VM that comes from this GPU. Fails with PreconditionChanged where there is none, or more.
    #>
    param($Vm, [string] $GpuName)
    $found = @(Select-PartitionAdapter $Vm $GpuName)
    if ($found.Count -ne 1) {
        throw (New-Refusal 'PreconditionChanged' "The virtual machine has $($found.Count) partitions of this GPU, not one.")
    }
    $found[0]
}

function Test-Partition {
    <#
    .SYNOPSIS
    Is it so? `unused`: no VM has a partition of the GPU, and it has this count. `absent` and `held`: the VM has none, or one.
    #>
    param([hashtable] $Precondition)
    if ($Precondition.Partition -eq 'unused') {
        $gpu = @(Get-PartitionableGpu | Where-Object { (ConvertFrom-GpuName ([string] $_.Name)) -eq $Precondition.InstanceId })
        if ($gpu.Count -ne 1 -or [int] $gpu[0].PartitionCount -ne $Precondition.Count) { return $false }
        $vms = @(Get-VM -ErrorAction Stop)
        if ($vms.Count -eq 0) { return $true }
        return @(Select-PartitionAdapter $vms $Precondition.GpuName).Count + @(Select-UntoldAdapter $vms).Count -eq 0
    }
    $vm = Get-VmById $Precondition.VmId
    $mine = @(Select-PartitionAdapter $vm $Precondition.GpuName)
    if ($Precondition.Partition -eq 'held') { return $mine.Count -eq 1 }
    $mine.Count -eq 0 -and @(Select-UntoldAdapter $vm).Count -eq 0
}
