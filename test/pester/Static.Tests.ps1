# The PowerShell that goes to hosts, read by PowerShell's own parser: what each Windows lacks is refused here.
BeforeDiscovery {
    $powershell = Join-Path $PSScriptRoot '../../src/host/powershell'
    $files = @(Get-ChildItem -Path (Join-Path $powershell 'module/GpuChatOps/*') -Include *.ps1, *.psm1, *.psd1) + @(Get-Item (Join-Path $powershell 'engine/Worker.ps1'))
    $shipped = $files | ForEach-Object { @{ name = $_.Name; path = $_.FullName } }
    $tests = Get-ChildItem -Path (Join-Path $PSScriptRoot '*') -Include *.ps1, *.psm1 | ForEach-Object { @{ name = $_.Name; path = $_.FullName } }
}

Describe 'The PowerShell of the module and the worker' {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot 'Complaints.psm1') -Force
        $folder = Join-Path $PSScriptRoot '../../src/host/powershell/module/GpuChatOps'
        $scripts = @(Get-ChildItem -Path (Join-Path $folder '*') -Include *.ps1, *.psm1) + @(Get-Item (Join-Path $folder '../../engine/Worker.ps1')) | ForEach-Object {
            $text = [System.IO.File]::ReadAllText($_.FullName)
            @{ Name = $_.Name; Text = $text; Ast = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $null) }
        }
        $functions = @($scripts | ForEach-Object { Find-Node $_.Ast 'FunctionDefinitionAst' })
    }
    AfterAll { Remove-Module Complaints }

    It '<name> uses nothing that a host may lack' -ForEach $shipped {
        Get-Complaint ([System.IO.File]::ReadAllText($path)) -Own $functions.Name | Should -BeNullOrEmpty
    }

    It 'exports functions only, each with a synopsis' {
        $manifest = Import-PowerShellDataFile (Join-Path $folder 'GpuChatOps.psd1')

        $manifest.FunctionsToExport.Count | Should -BeGreaterThan 15
        $manifest.CmdletsToExport + $manifest.VariablesToExport + $manifest.AliasesToExport | Should -BeNullOrEmpty
        foreach ($name in $manifest.FunctionsToExport) {
            $help = ($functions | Where-Object { $_.Name -eq $name }).GetHelpContent()
            $help.Synopsis | Should -Match '\w{3}' -Because $name
        }
    }

    It 'looks in its health check for every command of Windows that it calls, and for no other' {
        Import-Module $folder -Force
        $asked = InModuleScope GpuChatOps { $script:NeededCommands + $script:DeviceCommands + $script:PartitionCommands } | ForEach-Object { $_ -split ' ' }
        Remove-Module GpuChatOps
        $module = @($scripts | Where-Object { @('Worker.ps1', 'Health.ps1') -notcontains $_.Name })
        $called = $module | ForEach-Object { Find-Node $_.Ast 'CommandAst' } | ForEach-Object { Get-CommandName $_ } | Where-Object { $_ -match '-(VM|Pnp|Cim|Cluster)' -and (Get-Flavour $_) }

        @($called).Count | Should -BeGreaterThan 30
        $called | Where-Object { $asked -notcontains $_ } | Should -BeNullOrEmpty
        $asked | Where-Object { ($module.Text -join '').IndexOf($_) -lt 0 } | Should -BeNullOrEmpty
    }

    It 'defines no function twice, of which the later would take the place of the earlier' {
        $functions.Name | Group-Object | Where-Object { $_.Count -gt 1 } | Should -BeNullOrEmpty
    }
}

Describe 'The tests themselves' {
    BeforeAll { Import-Module (Join-Path $PSScriptRoot 'Complaints.psm1') -Force }
    AfterAll { Remove-Module Complaints }

    It 'are understood by Windows PowerShell 5.1: <name>' -ForEach $tests {
        Get-Complaint ([System.IO.File]::ReadAllText($path)) -Syntax | Should -BeNullOrEmpty
    }
}

Describe 'One would be told of' {
    BeforeAll { Import-Module (Join-Path $PSScriptRoot 'Complaints.psm1') -Force }
    AfterAll { Remove-Module Complaints }

    # To 5.1, which does not know it, this is one fault or another.
    It '<what>' -ForEach @(
        @{ what = 'a script that does not parse'; text = 'function {'; complaint = '^does not parse' }
        @{ what = 'the ternary operator'; text = '$a = $true ? 1 : 2'; complaint = 'a \? b : c' }
        @{ what = 'null coalescing'; text = '$a = $b ?? 1'; complaint = 'a \?\? b' }
        @{ what = 'null-coalescing assignment'; text = '$a ??= 1'; complaint = 'a \?\?= b' }
        @{ what = 'null-conditional members'; text = '${a}?.b'; complaint = 'a\?\.b' }
        @{ what = 'null-conditional indexes'; text = '${a}?[0]'; complaint = 'a\?\[b\]' }
        @{ what = 'pipeline chains'; text = 'Start-Sleep -Seconds 1 && Start-Sleep -Seconds 1'; complaint = 'a && b' }
        @{ what = 'background pipelines'; text = 'Start-Sleep -Seconds 1 &'; complaint = 'a &' }
        @{ what = 'a clean block'; text = 'function Get-It { clean { } }'; complaint = 'clean block' }
        @{ what = 'number suffixes of PowerShell 7'; text = '$a = 1ul'; complaint = 'number suffix' }
    ) {
        $expected = if ($PSVersionTable.PSVersion.Major -lt 6) { '.' } else { $complaint }
        @(Get-Complaint $text) -match $expected | Should -Not -BeNullOrEmpty
    }

    It '<what>' -ForEach @(
        @{ what = 'variables of PowerShell 7'; text = 'if ($IsWindows) { }'; complaint = '\$IsWindows' }
        @{ what = 'escapes of PowerShell 7'; text = '$a = "`u{41}"'; complaint = 'escape' }
        @{ what = 'letters beyond ASCII'; text = "`$a = '$([char] 0xe9)'"; complaint = 'not ASCII' }
        @{ what = 'a type that is not listed'; text = '[System.Text.Json.JsonDocument] $a = $null'; complaint = 'type not known.*JsonDocument' }
        @{ what = 'a member that is not listed'; text = '[System.IO.File]::WriteAllBytesAsync("a", $b)'; complaint = 'member not known' }
        @{ what = 'a command that is not listed'; text = 'Get-Uptime'; complaint = 'Get-Uptime .* not known' }
        @{ what = 'a parameter that 5.1 lacks'; text = '1 | ForEach-Object -Parallel { }'; complaint = '5\.1 has no -Parallel' }
        @{ what = 'a parameter that is documented nowhere'; text = 'Get-VM -Magic 1 -ErrorAction Stop'; complaint = 'has no -Magic' }
        @{ what = 'a splatted one'; text = '$a = @{ Magic = 1 }; Get-VM @a -ErrorAction Stop'; complaint = 'has no -Magic' }
        @{ what = 'one that is set on a splatted variable'; text = '$a = @{}; $a.Magic = 1; Get-VM @a -ErrorAction Stop'; complaint = 'has no -Magic' }
        @{ what = 'one that a function returns for splatting'; text = 'function Get-It { @{ Magic = 1 } }; $a = Get-It; Get-VM @a -ErrorAction Stop'; complaint = 'has no -Magic' }
        @{ what = 'a filter that older modules lack'; text = 'Get-VMHostAssignableDevice -LocationPath x -ErrorAction Stop'; complaint = 'Windows Server 2019 has no -LocationPath' }
        @{ what = 'a command of newer modules'; text = 'function Get-It { Get-VMHostPartitionableGpu -ErrorAction Stop }'; complaint = 'only in Windows Server 2022, 2025, and nothing asks' }
        @{ what = 'an error that would go unnoticed'; text = 'Get-VM'; complaint = 'no -ErrorAction' }
        @{ what = 'a device without its path'; text = 'Add-VMAssignableDevice -VM $vm -ErrorAction Stop'; complaint = 'no -LocationPath' }
        @{ what = 'all devices of a VM'; text = 'Remove-VMAssignableDevice -VMName x -ErrorAction Stop'; complaint = 'may remove all' }
        @{ what = 'a command that is another one in a restricted session'; text = 'Get-Command -Name x'; complaint = 'name its module' }
        @{ what = 'a change without a fence'; text = 'function Set-It { Invoke-Change 1 @{} { } }'; complaint = 'without a fence' }
        @{ what = 'a change that does not ask whose order it is'; text = 'function Set-It { Invoke-Change 1 x @{} { } }'; complaint = 'for whatever bot asks' }
    ) {
        @(Get-Complaint $text -Own 'Invoke-Change', 'Get-It', 'Set-It') -match $complaint | Should -Not -BeNullOrEmpty
    }
}
