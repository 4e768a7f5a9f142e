# Changes of partitions of a GPU (GPU-P). The GPU is known by its instance id, its location path and the name under which
# it offers partitions, all three of one device. Sources: Hyper-V module reference; Microsoft, "Partition and assign GPUs to
# a virtual machine".

function Set-GpuPartitionCount {
    <#
    .SYNOPSIS
    Sets into how many partitions the GPU is split. Windows takes only a count that its driver offers.
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
        [ValidatePattern('\A\\\\\?\\PCI#VEN_[!-~]{1,300}\z')]
        [string] $GpuName,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 1024)]
        [int] $Count,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace,
        [ValidateSet('unused')]
        [string] $ExpectPartition,
        [ValidateRange(1, 1024)]
        [int] $ExpectCount
    )
    Assert-GpuName $GpuName $InstanceId
    $ground = @{ InstanceId = $InstanceId; LocationPath = $LocationPath; GpuName = $GpuName }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    if ($ExpectPartition) { $ground.Partition = $ExpectPartition; $ground.Count = $ExpectCount }
    Invoke-Change $Fence $Claim $ground {
        if ((Get-PartitionCommand) -eq 'Get-VMHostPartitionableGpu') {
            Set-VMHostPartitionableGpu -Name $GpuName -PartitionCount $Count -ErrorAction Stop
        }
        else {
            $gpu = @(Get-PartitionableGpu | Where-Object { $_.Name -eq $GpuName })
            if ($gpu.Count -ne 1) { throw (New-Refusal 'ObjectNotFound' 'There is no partitionable GPU of this name.') }
            Set-VMPartitionableGpu -PartitionableGpu $gpu -PartitionCount $Count -ErrorAction Stop
        }
    }
}

function Add-GpuPartition {
    <#
    .SYNOPSIS
    Gives a VM a partition of the GPU.
    .DESCRIPTION
    Commands of older modules take no GPU: there, a host with several that offer partitions is refused (GpuNotChosen).
    .PARAMETER MinVram
    With MaxVram and OptimalVram, the video memory as digits; without them the host decides.
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
        [ValidatePattern('\A\\\\\?\\PCI#VEN_[!-~]{1,300}\z')]
        [string] $GpuName,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $MinVram,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $MaxVram,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $OptimalVram,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace,
        [ValidateSet('absent')]
        [string] $ExpectPartition
    )
    Assert-GpuName $GpuName $InstanceId
    $ground = @{ VmId = $VmId; InstanceId = $InstanceId; LocationPath = $LocationPath; GpuName = $GpuName }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    if ($ExpectPartition) { $ground.Partition = $ExpectPartition }
    $more = Get-VramParameter $MinVram $MaxVram $OptimalVram
    if ((Get-PartitionCommand) -eq 'Get-VMHostPartitionableGpu') { $more.InstancePath = $GpuName }
    Invoke-Change $Fence $Claim $ground {
        if (-not $more.ContainsKey('InstancePath') -and @(Get-PartitionableGpu).Count -ne 1) {
            throw (New-Refusal 'GpuNotChosen' 'This Hyper-V module cannot say from which of the GPUs a partition comes.')
        }
        Add-VMGpuPartitionAdapter -VM (Get-VmById $VmId) @more -ErrorAction Stop
    }
}

function Remove-GpuPartition {
    <#
    .SYNOPSIS
    Takes the partition of this GPU away from a VM. Only that adapter is passed on: a VM alone would mean all of its adapters.
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
        [ValidatePattern('\A\\\\\?\\PCI#VEN_[!-~]{1,300}\z')]
        [string] $GpuName,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace,
        [ValidateSet('held')]
        [string] $ExpectPartition
    )
    Assert-GpuName $GpuName $InstanceId
    $ground = @{ VmId = $VmId; InstanceId = $InstanceId; LocationPath = $LocationPath; GpuName = $GpuName }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    if ($ExpectPartition) { $ground.Partition = $ExpectPartition }
    Invoke-Change $Fence $Claim $ground {
        $adapter = Get-OnlyPartitionAdapter (Get-VmById $VmId) $GpuName
        Remove-VMGpuPartitionAdapter -VMGpuPartitionAdapter $adapter -ErrorAction Stop
    }
}

function Set-GpuPartition {
    <#
    .SYNOPSIS
    Sets the video memory of the partition that a VM has of this GPU.
    .PARAMETER MinVram
    With MaxVram and OptimalVram, the video memory as digits. All three are needed.
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
        [ValidatePattern('\A\\\\\?\\PCI#VEN_[!-~]{1,300}\z')]
        [string] $GpuName,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $MinVram,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $MaxVram,
        [ValidatePattern('\A[0-9]{1,20}\z')]
        [string] $OptimalVram,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim,
        [ValidateSet('Running', 'Off', 'Paused', 'Saved')]
        [string[]] $ExpectState,
        [ValidateSet('host-enabled', 'host-disabled', 'dismounted')]
        [string] $ExpectPlace,
        [ValidateSet('held')]
        [string] $ExpectPartition
    )
    Assert-GpuName $GpuName $InstanceId
    $ground = @{ VmId = $VmId; InstanceId = $InstanceId; LocationPath = $LocationPath; GpuName = $GpuName }
    if ($ExpectState) { $ground.VmState = $ExpectState }
    if ($ExpectPlace) { $ground.Place = $ExpectPlace }
    if ($ExpectPartition) { $ground.Partition = $ExpectPartition }
    $vram = Get-VramParameter $MinVram $MaxVram $OptimalVram
    if ($vram.Count -eq 0) { throw (New-Refusal 'NothingToSet' 'No video memory was named.') }
    Invoke-Change $Fence $Claim $ground {
        $adapter = Get-OnlyPartitionAdapter (Get-VmById $VmId) $GpuName
        Set-VMGpuPartitionAdapter -VMGpuPartitionAdapter $adapter @vram -ErrorAction Stop
    }
}

function Get-VramParameter {
    <#
    .SYNOPSIS
    The three figures as parameters of the adapter commands: all of them or none. Fails with NothingToSet for some.
    #>
    param([string] $Min, [string] $Max, [string] $Optimal)
    $given = @($Min, $Max, $Optimal | Where-Object { $_ })
    if ($given.Count -eq 0) { return @{} }
    if ($given.Count -ne 3) { throw (New-Refusal 'NothingToSet' 'Minimum, maximum and optimum of the video memory go together.') }
    @{ MinPartitionVRAM = [uint64] $Min; MaxPartitionVRAM = [uint64] $Max; OptimalPartitionVRAM = [uint64] $Optimal }
}
