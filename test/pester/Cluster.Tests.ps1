# What the cluster of a host is told to do with a VM, and whether it does.
Describe 'The offline action of a VM' {
    BeforeAll {
        $state = Join-Path $TestDrive 'GpuChatOps'
        $null = New-Item -ItemType Directory -Path $state
        Set-Content -LiteralPath (Join-Path $state 'allow') -Value 'vm *'
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        Mock -ModuleName GpuChatOps Get-StateDirectory { $state }
        $kept = [pscustomobject] @{ Value = [uint32] 1 }
        Mock -ModuleName GpuChatOps Get-CimInstance -ParameterFilter { $Namespace -eq 'root/MSCluster' } {
            $private = [pscustomobject] @{ VmId = $vmId.ToUpperInvariant(); OfflineAction = $kept.Value; CimInstanceProperties = @{ OfflineAction = [pscustomobject] @{ Value = $kept.Value } } }
            [pscustomobject] @{ Type = 'Virtual Machine'; PrivateProperties = $private }
        }
        function Set-It { Get-Code { Set-GpuVmOfflineAction -VmId $vmId -OfflineAction '3' -Fence 1 } }
    }
    BeforeEach { $kept.Value = [uint32] 1 }
    AfterAll { Remove-Module GpuChatOps }

    It 'is what the cluster shows afterwards' {
        Mock -ModuleName GpuChatOps Set-CimInstance { $kept.Value = $Property.PrivateProperties.CimInstanceProperties['OfflineAction'].Value }

        Set-It | Should -Be 'ok'
        $kept.Value | Should -BeOfType ([uint32])
        $kept.Value | Should -Be 3
    }

    It 'is refused where the cluster keeps another one' {
        Mock -ModuleName GpuChatOps Set-CimInstance { }

        Set-It | Should -Be 'NotSet'
    }
}
