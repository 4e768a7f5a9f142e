# What a failover cluster does with a VM that it holds. Sources: Microsoft, "Partition and assign GPUs to a virtual machine"
# (OfflineAction 3 before a partition is added); FailoverClusters module reference (Get-ClusterResource -VMId).

function Get-VmClusterResource {
    <#
    .SYNOPSIS
    The cluster resource of a VM. A VM has another one for its configuration, which has no offline action.
    #>
    param([string] $VmId)
    $found = @(Get-ClusterResource -VMId ([guid] $VmId) -ErrorAction Stop | Where-Object { [string] $_.ResourceType -eq 'Virtual Machine' })
    if ($found.Count -ne 1) { throw (New-Refusal 'ObjectNotFound' 'The virtual machine has no cluster resource of its own.') }
    $found[0]
}

function Set-GpuVmOfflineAction {
    <#
    .SYNOPSIS
    Sets what the cluster does with the VM when it goes offline: 3 is a forced shutdown, which a partition needs.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [ValidateSet('0', '1', '2', '3')]
        [string] $OfflineAction,
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
        Get-VmClusterResource $VmId | Set-ClusterParameter -Name 'OfflineAction' -Value ([int] $OfflineAction) -ErrorAction Stop
    }
}
