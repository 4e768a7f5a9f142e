# A host by mocks of what Windows is asked: one VM that is off, one GPU that the host uses and that offers partitions. What
# would change it is left to throw, or to be mocked by the test. To be dot-sourced in BeforeAll.
$module = Join-Path $PSScriptRoot '../../src/host/powershell/module/GpuChatOps'
Import-Module (Join-Path $PSScriptRoot 'HostStub.psm1')
Import-HostStub 2025
Import-Module $module -Force

$vmId = '3a5c8e10-7d41-4b6f-9c52-0e1f2a3b4c5d'
$instanceId = 'PCI\VEN_10DE&DEV_2235&SUBSYS_145A10DE&REV_A1\4&18416DC3&0&0008'
$locationPath = 'PCIROOT(16)#PCI(0200)#PCI(0000)'
$gpuName = '\\?\PCI#VEN_10DE&DEV_2235&SUBSYS_145A10DE&REV_A1#4&18416DC3&0&0008#{064092b3-625e-43bf-9eb5-dc845897dd59}'

Mock -ModuleName GpuChatOps Get-VM {
    [pscustomobject] @{
        Id = [guid] $vmId; Name = 'train-01'; Generation = 2; State = 'Off'; IsClustered = $false; AutomaticStopAction = 'Save'
        AutomaticCheckpointsEnabled = $false; GuestControlledCacheTypes = $false; LowMemoryMappedIoSpace = 134217728
        HighMemoryMappedIoSpace = 536870912; DynamicMemoryEnabled = $false; MemoryStartup = 34359738368; MemoryMinimum = 34359738368
    }
}
Mock -ModuleName GpuChatOps Get-VMHost { [pscustomobject] @{ IovSupport = $true; IovSupportReasons = $null } }
Mock -ModuleName GpuChatOps Get-VMSnapshot { }
Mock -ModuleName GpuChatOps Get-VMNetworkAdapter { }
Mock -ModuleName GpuChatOps Get-VMAssignableDevice { }
Mock -ModuleName GpuChatOps Get-VMHostAssignableDevice { }
Mock -ModuleName GpuChatOps Get-VMGpuPartitionAdapter { }
Mock -ModuleName GpuChatOps Get-VMHostPartitionableGpu {
    [pscustomobject] @{
        Name = $gpuName; PartitionCount = 4; ValidPartitionCounts = @(1, 4); TotalVRAM = 16; AvailableVRAM = 16
        MinPartitionVRAM = 4; MaxPartitionVRAM = 4; OptimalPartitionVRAM = 4
    }
}
Mock -ModuleName GpuChatOps Get-PnpDevice {
    [pscustomobject] @{ InstanceId = $instanceId; FriendlyName = 'NVIDIA A40'; Class = 'Display'; Status = 'OK'; ConfigManagerErrorCode = 'CM_PROB_NONE' }
}
Mock -ModuleName GpuChatOps Get-PnpDeviceProperty { [pscustomobject] @{ KeyName = 'DEVPKEY_Device_LocationPaths'; Data = @($locationPath) } }
Mock -ModuleName GpuChatOps Get-CimInstance { }
Mock -ModuleName GpuChatOps Get-CimInstance -ParameterFilter { $ClassName -eq 'Win32_OperatingSystem' } {
    [pscustomobject] @{ Caption = 'Microsoft Windows Server 2025 Datacenter'; BuildNumber = '26100'; ProductType = 3; OperatingSystemSKU = 8 }
}
Mock -ModuleName GpuChatOps Get-CimInstance -ParameterFilter { $Namespace -eq 'root/MSCluster' } { throw 'not a node of a cluster' }

function Get-Code {
    <#
    .SYNOPSIS
    What comes of a call: ok, or the code of its error.
    #>
    param([scriptblock] $Call)
    try { $null = & $Call; 'ok' }
    catch { ([string] $_.FullyQualifiedErrorId -split ',')[0] }
}
