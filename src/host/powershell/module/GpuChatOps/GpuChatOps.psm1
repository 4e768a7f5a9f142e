# The operations on one Hyper-V host that GPU ChatOps may ask for. Each function does one thing, takes typed parameters,
# and answers with one line of JSON or fails with an error whose id is a code. Nothing here builds script text.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'Guard.ps1')
. (Join-Path $PSScriptRoot 'Fence.ps1')
. (Join-Path $PSScriptRoot 'Preconditions.ps1')
. (Join-Path $PSScriptRoot 'Transcripts.ps1')
. (Join-Path $PSScriptRoot 'Inventory.ps1')
. (Join-Path $PSScriptRoot 'VmInventory.ps1')
. (Join-Path $PSScriptRoot 'Vm.ps1')
. (Join-Path $PSScriptRoot 'Device.ps1')
. (Join-Path $PSScriptRoot 'PartitionPreconditions.ps1')
. (Join-Path $PSScriptRoot 'Partition.ps1')
. (Join-Path $PSScriptRoot 'Cluster.ps1')
. (Join-Path $PSScriptRoot 'Smi.ps1')
. (Join-Path $PSScriptRoot 'Health.ps1')
