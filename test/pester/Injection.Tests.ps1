# No text becomes code: the corpus through every string parameter of every function of the module. How it comes over the
# wire is tried in test/host/powershell/injection.test.ts too, from the side of the bot.
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../src/host/powershell/module/GpuChatOps') -Force
    $common = [System.Management.Automation.Cmdlet]::CommonParameters
    $parameters = foreach ($command in Get-Command -Module GpuChatOps) {
        $own = @($command.Parameters.Values | Where-Object { $common -notcontains $_.Name })
        foreach ($parameter in $own) {
            if (@([string], [string[]]) -notcontains $parameter.ParameterType) { continue }
            $others = @($own | Where-Object { $_.Name -ne $parameter.Name -and @($_.Attributes.Mandatory) -contains $true } | ForEach-Object { $_.Name })
            @{ command = $command.Name; parameter = $parameter.Name; several = $parameter.ParameterType -eq [string[]]; others = $others }
        }
    }
    Remove-Module GpuChatOps
}

Describe 'Text' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        Import-Module (Join-Path $PSScriptRoot 'Corpus.psm1') -Force
        $state = Join-Path $TestDrive 'GpuChatOps'
        $null = New-Item -ItemType Directory -Path $state
        [System.IO.File]::WriteAllText((Join-Path $state 'allow'), "vm *`ndevice *")
        Mock -ModuleName GpuChatOps Get-StateDirectory { $state }

        $trace = Join-Path $TestDrive 'executed'
        $strings = @(Get-Corpus $trace)
        $counts = @{ Parameters = 0; Executed = 0; Altered = 0 }
        # For each parameter that a function must have, a value that it takes.
        $valid = @{
            VmId = $vmId; InstanceId = $instanceId; LocationPath = $locationPath; GpuName = $gpuName; How = 'shutdown'; Fence = '1'
            From = 'bot-00000000000a'; Claim = 'bot-00000000000b/0000000000000001'; Count = '8'; OfflineAction = '3'; Credential = [pscredential]::new('x', [System.Security.SecureString]::new())
        }

        # The corpus, and where a pattern leaves room, what the pattern would let through.
        function Get-Attack {
            param([string] $Parameter)
            $strings
            $ahead = @{ InstanceId = 'PCI\VEN_10DE&'; GpuName = '\\?\PCI#VEN_10DE&' }[$Parameter]
            if ($ahead) { $strings -match '\A[!-~]{1,150}\z' | ForEach-Object { $ahead + $_ } }
        }
    }
    AfterEach { Remove-Item -LiteralPath $trace -ErrorAction Ignore }
    AfterAll {
        Write-Host "injection: $($strings.Count) strings, $($counts.Parameters) parameters, $($counts.Executed) executed, $($counts.Altered) altered"
        Remove-Module GpuChatOps, Corpus
    }

    It 'is tried by 300 strings and through 50 parameters at least' -TestCases @{ tried = @($parameters).Count } {
        $strings.Count | Should -BeGreaterOrEqual 300
        $tried | Should -BeGreaterThan 50
    }

    It 'as <command> -<parameter> runs nothing and changes nothing' -ForEach $parameters {
        $given = @{}
        foreach ($name in $others) {
            $valid.Keys | Should -Contain $name -Because "$command wants a valid one"
            $given[$name] = $valid[$name]
        }
        $counts.Parameters++

        $codes = foreach ($text in Get-Attack $parameter) {
            $given[$parameter] = if ($several) { @('Off', $text) } else { $text }
            # As Get-Code does, which costs a third more: this runs some 26,000 times.
            try { $null = & $command @given; 'ok' } catch { ([string] $_.FullyQualifiedErrorId -split ',')[0] }
        }

        if (Test-Path -LiteralPath $trace) { $counts.Executed++ }
        $trace | Should -Not -Exist
        @($codes).Count | Should -BeGreaterOrEqual $strings.Count
        $codes | Should -Not -Contain 'ok'
        # What would change the host has no mock.
        $codes | Should -Not -Contain 'StubNotImplemented'
    }

    It 'comes out of a line of the wire as it was' {
        $worker = Join-Path $PSScriptRoot '../../src/host/powershell/engine/Worker.ps1'
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($worker, [ref] $null, [ref] $null)
        foreach ($function in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true)) {
            if (@('ConvertFrom-Base64', 'Read-Parameter') -contains $function.Name) { . ([scriptblock]::Create([string] $function)) }
        }

        foreach ($text in $strings) {
            $base64 = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($text))
            $read = Read-Parameter @("One=s:$base64", "Several=a:$base64,$base64")
            if (-not $text.Equals($read.One) -or $read.Several.Count -ne 2 -or -not $text.Equals($read.Several[1])) { $counts.Altered++ }
        }

        $counts.Altered | Should -Be 0
    }
}
