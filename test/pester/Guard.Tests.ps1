# What stands before every change on the host itself: the administrator's allow-list, the fence, the lock.
BeforeDiscovery {
    $vmId = '3a5c8e10-7d41-4b6f-9c52-0e1f2a3b4c5d'
    $device = 'PCIROOT(16)#PCI(0200)#PCI(0000)'
    $mark = [char] 0xfeff
    $registered = $env:ProgramData -and (Test-Path (Join-Path $env:ProgramData 'GpuChatOps'))
}

Describe 'On the host' {
    BeforeAll {
        $state = Join-Path $TestDrive 'GpuChatOps'
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        Mock -ModuleName GpuChatOps Get-StateDirectory { $state }
        Mock -ModuleName GpuChatOps Start-VM { }
        Mock -ModuleName GpuChatOps Disable-PnpDevice { }
        $allow = Join-Path $state 'allow'
        $fence = Join-Path $state 'fence'
        $lock = Join-Path $state 'lock'

        $claim = Join-Path $state 'claim'
        $bot = 'bot-00000000000a'
        $mine = "$bot/0000000000000001"

        # By an order of a bot before protocol 2 where no claim is named.
        function Start-It {
            param([long] $Fence = 1, [string] $By)
            $named = @{}
            if ($By) { $named.Claim = $By }
            Get-Code { Start-GpuVm -VmId $vmId -Fence $Fence @named }
        }
        function Take-It { param([string] $From = $bot, [long] $Fence = 8) Get-Code { Set-GpuHostBot -From $From -Fence $Fence -Claim 'bot-00000000000b/0000000000000002' } }
        function Read-It { param([string] $Path) [System.IO.File]::ReadAllText($Path).Trim() }
        # Whose claim 7 was, and how many minutes ago it was last obeyed.
        function Set-It {
            param([string] $By = $mine, [int] $Minutes = 11)
            [System.IO.File]::WriteAllText($fence, '7')
            [System.IO.File]::WriteAllText($claim, "7 $By")
            [System.IO.File]::SetLastWriteTimeUtc($fence, [System.DateTime]::UtcNow.AddMinutes(-$Minutes))
        }
        function Disable-It { Get-Code { Disable-GpuDevice -InstanceId $instanceId -LocationPath $locationPath -Fence 1 } }
        function Assert-Unchanged {
            Should -Invoke Start-VM -ModuleName GpuChatOps -Exactly 0
            Should -Invoke Disable-PnpDevice -ModuleName GpuChatOps -Exactly 0
        }
    }
    BeforeEach {
        $null = New-Item -ItemType Directory -Path $state -Force
        [System.IO.File]::WriteAllText($allow, "vm *`ndevice *")
    }
    AfterEach { Remove-Item -LiteralPath $state -Recurse -Force -ErrorAction Ignore }
    AfterAll { Remove-Module GpuChatOps }

    Describe 'the allow-list' {
        It 'allows with <what>' -ForEach @(
            @{ what = 'a line for the VM'; text = "vm $vmId" }
            @{ what = 'another line first'; text = "vm 00000000-0000-0000-0000-000000000000`nvm $vmId`n" }
            @{ what = 'its id in capitals'; text = "vm $($vmId.ToUpperInvariant())" }
            @{ what = 'capitals in the first word'; text = "VM $vmId" }
            @{ what = 'blanks before, between and after'; text = "  vm `t $vmId `t " }
            @{ what = 'line ends of Windows'; text = "# Allowed`r`nvm $vmId`r`n" }
            @{ what = 'a mark of UTF-8 in front, as Notepad writes it'; text = "${mark}vm $vmId`r`n" }
            @{ what = 'UTF-16, as PowerShell 5.1 redirects it'; text = "${mark}vm $vmId`r`n"; encoding = 'utf-16' }
            @{ what = 'an asterisk'; text = 'vm *' }
        ) {
            $bytes = [System.Text.Encoding]::GetEncoding($(if ($encoding) { $encoding } else { 'utf-8' })).GetBytes($text)
            [System.IO.File]::WriteAllBytes($allow, $bytes)

            Start-It | Should -Be 'ok'
            Should -Invoke Start-VM -ModuleName GpuChatOps -Exactly 1
        }

        It 'refuses a VM with <what>, and changes nothing' -ForEach @(
            @{ what = 'nothing in it'; text = '' }
            @{ what = 'a comment alone'; text = "# vm $vmId`n#vm *" }
            @{ what = 'a comment after the id'; text = "vm $vmId # ours" }
            @{ what = 'another VM'; text = 'vm 00000000-0000-0000-0000-000000000000' }
            @{ what = 'a part of the id and an asterisk'; text = "vm $($vmId.Substring(0, 8))*" }
            @{ what = 'devices alone'; text = 'device *' }
            @{ what = 'the id alone'; text = $vmId }
            @{ what = 'no blank between'; text = "vm$vmId" }
            @{ what = 'two asterisks'; text = 'vm **' }
        ) {
            [System.IO.File]::WriteAllText($allow, $text)

            Start-It | Should -Be 'NotAllowed'
            Assert-Unchanged
        }

        It 'refuses everything when it is not there' {
            Remove-Item -LiteralPath $allow

            Start-It | Should -Be 'NotAllowed'
            Disable-It | Should -Be 'NotAllowed'
            Assert-Unchanged
        }

        It 'judges a device with <what>: <code>' -ForEach @(
            @{ what = 'its own line'; text = "device $device"; code = 'ok'; times = 1 }
            @{ what = 'a line for the device above it'; text = "device $($device.Split('#')[0])"; code = 'NotAllowed'; times = 0 }
            @{ what = 'VMs alone'; text = 'vm *'; code = 'NotAllowed'; times = 0 }
        ) {
            [System.IO.File]::WriteAllText($allow, $text)

            Disable-It | Should -Be $code
            Should -Invoke Disable-PnpDevice -ModuleName GpuChatOps -Exactly $times
        }

        It 'does not let a refused order raise the fence' {
            [System.IO.File]::WriteAllText($allow, '')

            Start-It -Fence 9 | Should -Be 'NotAllowed'
            $fence | Should -Not -Exist
        }
    }

    Describe 'the fence' {
        It 'refuses every order when it holds <what>, and stays as it is' -ForEach @(
            @{ what = 'nothing'; text = '' }
            @{ what = 'blanks'; text = " `r`n" }
            @{ what = 'words'; text = 'seven' }
            @{ what = 'a number below zero'; text = '-1' }
            @{ what = 'more than a number'; text = '3 4' }
            @{ what = 'a number that is too long'; text = '9' * 30 }
            @{ what = 'zero bytes, as after a power cut'; text = "`0`0" }
        ) {
            [System.IO.File]::WriteAllText($fence, $text)

            Start-It -Fence 5 | Should -Be 'FenceUnreadable'
            Assert-Unchanged
            [System.IO.File]::ReadAllText($fence).Equals($text) | Should -BeTrue
        }

        It 'takes an order that is <what>: <code>' -ForEach @(
            @{ what = 'lower than the highest seen'; order = 6; code = 'StaleFence'; after = '7' }
            @{ what = 'the highest seen'; order = 7; code = 'ok'; after = '7' }
            @{ what = 'higher'; order = 8; code = 'ok'; after = '8' }
        ) {
            [System.IO.File]::WriteAllText($fence, "7`r`n", [System.Text.UTF8Encoding]::new($true))

            Start-It -Fence $order | Should -Be $code
            [System.IO.File]::ReadAllText($fence).Trim() | Should -BeExactly $after
        }

        It 'can be as high as a bot can count, and no higher' {
            [System.IO.File]::WriteAllText($fence, '9007199254740990')

            Start-It -Fence 9007199254740989 | Should -Be 'StaleFence'
            Start-It -Fence 9007199254740990 | Should -Be 'ok'
            Start-It -Fence 9007199254740991 | Should -Be 'ParameterArgumentValidationError'
            [System.IO.File]::WriteAllText($fence, '9007199254740991')
            Start-It -Fence 9007199254740990 | Should -Be 'FenceUnreadable'
        }

        It 'is written although a crash has left the half of an earlier one' {
            [System.IO.File]::WriteAllText("$fence.new", '12')

            Start-It -Fence 4 | Should -Be 'ok'
            [System.IO.File]::ReadAllText($fence) | Should -BeExactly '4'
        }
    }

    Describe 'the claim' {
        It 'is kept with the first order that names one, and leaves the fence a number that older modules read' {
            Start-It -Fence 3 | Should -Be 'ok'
            $claim | Should -Not -Exist

            Start-It -Fence 4 -By $mine | Should -Be 'ok'

            Read-It $claim | Should -BeExactly "4 $mine"
            Read-It $fence | Should -BeExactly '4'
        }

        It 'takes an order <number> by <by>: <code>' -ForEach @(
            @{ number = 7; by = 'bot-00000000000a/0000000000000001'; code = 'ok' }
            @{ number = 8; by = 'bot-00000000000a/0000000000000009'; code = 'ok' }
            @{ number = 7; by = 'bot-00000000000a/0000000000000009'; code = 'StaleFence' }
            @{ number = 6; by = 'bot-00000000000a/0000000000000001'; code = 'StaleFence' }
            @{ number = 7; by = 'bot-00000000000b/0000000000000001'; code = 'OtherBot' }
            @{ number = 9007199254740990; by = 'bot-00000000000b/0000000000000001'; code = 'OtherBot' }
            @{ number = 9; by = ''; code = 'OldBot' }
        ) {
            Set-It

            Start-It -Fence $number -By $by | Should -Be $code
            if ($code -ne 'ok') {
                Assert-Unchanged
                Read-It $claim | Should -BeExactly "7 $mine"
            }
        }

        It 'still says whose host it is when an older module has raised the fence, and not by what claim' {
            Set-It
            [System.IO.File]::WriteAllText($fence, '20')

            Start-It -Fence 20 -By $mine | Should -Be 'StaleFence'
            Start-It -Fence 30 -By 'bot-00000000000b/0000000000000001' | Should -Be 'OtherBot'
            Start-It -Fence 21 -By $mine | Should -Be 'ok'
        }

        It 'says what was seen when the fence was deleted' {
            Set-It
            Remove-Item -LiteralPath $fence

            Start-It -Fence 6 -By $mine | Should -Be 'StaleFence'
            Start-It -Fence 7 -By $mine | Should -Be 'ok'
            Read-It $fence | Should -BeExactly '7'
        }

        It 'counts when a power cut came between it and the fence' {
            Set-It
            [System.IO.File]::WriteAllText($claim, "8 $mine")

            Start-It -Fence 7 -By $mine | Should -Be 'StaleFence'
            Start-It -Fence 8 -By $mine | Should -Be 'ok'
        }

        It 'refuses every order when it is <what>, and stays as it is' -ForEach @(
            @{ what = 'empty'; text = '' }
            @{ what = 'a number alone'; text = '7' }
            @{ what = 'of no bot'; text = '7 somebody/0000000000000001' }
            @{ what = 'zero bytes, as after a power cut'; text = "`0`0" }
        ) {
            [System.IO.File]::WriteAllText($claim, $text)

            Start-It -Fence 9 -By $mine | Should -Be 'FenceUnreadable'
            Assert-Unchanged
            [System.IO.File]::ReadAllText($claim).Equals($text) | Should -BeTrue
        }

        It 'is told by the inventory and the health check' {
            Set-It

            $told = ConvertFrom-Json (Get-GpuInventory)
            "$($told.protocol) $($told.fence.number) $($told.fence.bot)/$($told.fence.claim)" | Should -BeExactly "2 7 $mine"
            $told = ConvertFrom-Json (Get-GpuHostHealth)
            "$($told.protocol) $($told.files.fence) $($told.files.bot)/$($told.files.claim)" | Should -BeExactly "2 7 $mine"
            [System.IO.File]::WriteAllText($fence, 'seven')
            (ConvertFrom-Json (Get-GpuInventory)).fence | Should -BeNullOrEmpty
        }
    }

    Describe 'the session files' {
        It 'are told by a digest each, whatever group may use them and whatever their line ends' {
            $shipped = Join-Path $PSScriptRoot '../../src/host/powershell/module/GpuChatOps.pssc'
            $text = [System.IO.File]::ReadAllText($shipped)
            $mine = Join-Path $state 'GpuChatOps.pssc'
            function Read-Session { (ConvertFrom-Json (Get-GpuHostHealth)).sessions }
            (Read-Session).'GpuChatOps.pssc' | Should -BeNullOrEmpty

            [System.IO.File]::WriteAllText($mine, $text)
            $first = Read-Session
            [System.IO.File]::WriteAllText($mine, ($text.Replace("'COMPUTER\GpuChatOps'", "'CONTOSO\gpu chat'") -replace "`n", "`r`n"))
            $second = Read-Session
            [System.IO.File]::WriteAllText($mine, $text.Replace('NoLanguage', 'FullLanguage'))
            $third = Read-Session

            $first.'GpuChatOps.pssc' | Should -Match '\A[0-9A-F]{64}\z'
            $second.'GpuChatOps.pssc' | Should -BeExactly $first.'GpuChatOps.pssc'
            $third.'GpuChatOps.pssc' | Should -Not -Be $first.'GpuChatOps.pssc'
            $first.'GpuChatOps.Ssh.pssc' | Should -BeNullOrEmpty
        }
    }

    Describe 'taking a host over from another bot' {
        It 'is done ten minutes after its last order, and written with the new bot and its number' {
            Set-It

            Take-It | Should -Be 'ok'

            Read-It $claim | Should -BeExactly '8 bot-00000000000b/0000000000000002'
            Read-It $fence | Should -BeExactly '8'
            Start-It -Fence 9 -By $mine | Should -Be 'OtherBot'
            Take-It -From 'bot-00000000000b' -Fence 9 | Should -Be 'RecentOrder'
        }

        It 'is refused with <code> <when>, and leaves everything as it is' -ForEach @(
            @{ when = 'nine minutes after the last order'; code = 'RecentOrder'; set = @{ Minutes = 9 }; take = @{} }
            @{ when = 'when the clock was set back since'; code = 'RecentOrder'; set = @{ Minutes = -60 }; take = @{} }
            @{ when = 'from a bot that it does not obey'; code = 'OtherBot'; set = @{}; take = @{ From = 'bot-00000000000c' } }
            @{ when = 'with a number that it has seen'; code = 'StaleFence'; set = @{}; take = @{ Fence = 7 } }
        ) {
            Set-It @set

            Take-It @take | Should -Be $code
            Read-It $claim | Should -BeExactly "7 $mine"
        }

        It 'is refused while the lock is held, at once' {
            Set-It
            $holder = [System.IO.File]::Open($lock, 'OpenOrCreate', 'ReadWrite', 'None')
            try { Take-It | Should -Be 'Busy' }
            finally { $holder.Dispose() }
            Read-It $claim | Should -BeExactly "7 $mine"
        }

        It 'waits ten minutes after an order of the same claim too, from its end on' {
            Set-It
            # The order has a parameter Fence of its own, which the mock would see in its place.
            $ofOrders = $fence
            Mock -ModuleName GpuChatOps Start-VM { [System.IO.File]::SetLastWriteTimeUtc($ofOrders, [System.DateTime]::UtcNow.AddMinutes(-11)) }

            Start-It -Fence 7 -By $mine | Should -Be 'ok'

            Take-It | Should -Be 'RecentOrder'
        }
    }

    Describe 'the lock' {
        It 'is waited for, and free again when its holder was killed' {
            $start = [System.Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
            $start.Arguments = "-NoProfile -NonInteractive -Command `"`$lock = [System.IO.File]::Open('$lock', 'OpenOrCreate', 'ReadWrite', 'None'); 'held'; [void] [System.Console]::In.ReadLine()`""
            $start.UseShellExecute = $false
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            $holder = [System.Diagnostics.Process]::Start($start)
            Mock -ModuleName GpuChatOps Start-Sleep {
                Assert-Unchanged
                $holder.Kill()
                $holder.WaitForExit()
            }
            try {
                $holder.StandardOutput.ReadLine() | Should -Be 'held'
                Get-Code { Get-GpuInventory } | Should -Be 'ok'

                Start-It | Should -Be 'ok'
            }
            finally { if (-not $holder.HasExited) { $holder.Kill() } }

            Should -Invoke Start-Sleep -ModuleName GpuChatOps
            Should -Invoke Start-VM -ModuleName GpuChatOps -Exactly 1
        }

        It 'is given up with Busy when it is not freed in time' {
            InModuleScope GpuChatOps { $script:LockPatienceSeconds = -1 }
            $holder = [System.IO.File]::Open($lock, 'OpenOrCreate', 'ReadWrite', 'None')
            try { Start-It | Should -Be 'Busy' }
            finally {
                $holder.Dispose()
                InModuleScope GpuChatOps { $script:LockPatienceSeconds = 60 }
            }

            Assert-Unchanged
        }
    }
}

Describe 'Without the directory that Register-GpuChatOps.ps1 makes' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        $before = $env:XDG_DATA_HOME
        $env:XDG_DATA_HOME = $TestDrive
    }
    AfterAll {
        $env:XDG_DATA_HOME = $before
        Remove-Module GpuChatOps
    }

    # The stand-ins of what changes a host throw, so that no other code could come of them.
    It 'every change is refused, and reading is not (skipped: on a host that was registered)' -Skip:$registered {
        Get-Code { Start-GpuVm -VmId $vmId -Fence 1 } | Should -Be 'NotRegistered'
        Get-Code { Disable-GpuDevice -InstanceId $instanceId -LocationPath $locationPath -Fence 1 } | Should -Be 'NotRegistered'
        Get-Code { Get-GpuInventory } | Should -Be 'ok'
    }
}
