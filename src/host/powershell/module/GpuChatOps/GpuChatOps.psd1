@{
    RootModule        = 'GpuChatOps.psm1'
    ModuleVersion     = '0.1.0'
    GUID              = '3b0e6f0c-6f0b-4f5e-9f0a-6d1c4a7c2e58'
    Author            = 'GPU ChatOps'
    Description       = 'The operations on one Hyper-V host that GPU ChatOps may ask for, and nothing else.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @(
        'Get-GpuInventory'
        'Get-GpuHostHealth'
        'Stop-GpuVm'
        'Start-GpuVm'
        'Set-GpuVm'
        'Disable-GpuDevice'
        'Enable-GpuDevice'
        'Dismount-GpuDevice'
        'Mount-GpuDevice'
        'Add-GpuToVm'
        'Remove-GpuFromVm'
        'Set-GpuPartitionCount'
        'Add-GpuPartition'
        'Remove-GpuPartition'
        'Set-GpuPartition'
        'Set-GpuVmOfflineAction'
        'Set-GpuHostBot'
        'Get-HostSmi'
        'Get-GuestSmi'
        'Get-GuestAddress'
    )
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
