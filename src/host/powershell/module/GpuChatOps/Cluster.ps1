# What a failover cluster does with a VM that it holds. The cluster is asked by CIM, which is the same in every PowerShell: in
# PowerShell 7 the commands of FailoverClusters run in a session of Windows PowerShell and do not take back the objects that come
# out of it (PowerShell/PowerShell, issue 15422), and restricted sessions are to have none of these (Microsoft, "Securing
# restricted PowerShell remoting sessions"). Sources: Microsoft, "MSCluster_Resource class" (PrivateProperties can be written),
# "Virtual Machine Private Properties" (VmId; OfflineAction, 0 to 3), "Partition and assign GPUs to a virtual machine"
# (OfflineAction 3 before a partition is added).

function Get-ClusterTable {
    <#
    .SYNOPSIS
    The cluster resources of VMs by the ids of the VMs. The resource of a VM's configuration has another type.
    #>
    $table = @{}
    foreach ($resource in @(Get-CimInstance -Namespace 'root/MSCluster' -ClassName MSCluster_Resource -Filter "Type = 'Virtual Machine'" -ErrorAction Stop)) {
        $table[([string] $resource.PrivateProperties.VmId).ToLowerInvariant()] = $resource
    }
    $table
}

function Get-VmClusterResource {
    <#
    .SYNOPSIS
    The cluster resource of a VM. Fails with ObjectNotFound where it has none.
    #>
    param([string] $VmId)
    $found = (Get-ClusterTable)[$VmId.ToLowerInvariant()]
    if (-not $found) { throw (New-Refusal 'ObjectNotFound' 'The virtual machine has no cluster resource of its own.') }
    $found
}

function Set-GpuVmOfflineAction {
    <#
    .SYNOPSIS
    Sets what the cluster does with the VM when it goes offline: 3 is a forced shutdown, which a partition needs. Fails with
    NotSet where the cluster does not show it afterwards.
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
        $resource = Get-VmClusterResource $VmId
        $private = $resource.PrivateProperties
        $private.CimInstanceProperties['OfflineAction'].Value = [uint32] $OfflineAction
        Set-CimInstance -InputObject $resource -Property @{ PrivateProperties = $private } -ErrorAction Stop
        if ([string] (Get-VmClusterResource $VmId).PrivateProperties.OfflineAction -ne $OfflineAction) {
            throw (New-Refusal 'NotSet' 'The cluster keeps another offline action for the virtual machine.')
        }
    }
}
