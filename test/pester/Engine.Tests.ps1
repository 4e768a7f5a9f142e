# In which PowerShell the module is asked: the Hyper-V module of Windows Server 2016 does not load in PowerShell 7.
Describe 'A host that is asked' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        Mock -ModuleName GpuChatOps Get-StateDirectory { $TestDrive }
        function Get-Answer {
            param([string] $Edition, [string] $Build)
            Mock -ModuleName GpuChatOps Get-Edition { $Edition }.GetNewClosure()
            Mock -ModuleName GpuChatOps Get-OsFact { @{ caption = 'Windows'; build = $Build; productType = 3 } }.GetNewClosure()
            Get-Code { Get-GpuInventory }
            Get-Code { Get-GpuHostHealth }
        }
    }
    AfterAll { Remove-Module GpuChatOps, HostStub -Force -ErrorAction SilentlyContinue }

    It 'of build <build> in <edition> says <says>' -ForEach @(
        @{ edition = 'Core'; build = '14393'; says = 'OldWindows' }
        @{ edition = 'Core'; build = '17763'; says = 'ok' }
        @{ edition = 'Desktop'; build = '14393'; says = 'ok' }
    ) {
        Get-Answer $edition $build | Should -BeExactly @($says, $says)
    }
}
