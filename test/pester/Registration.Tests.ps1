# What an administrator runs on a host, as far as it can be run away from Windows: its texts, and what it makes of others.
BeforeDiscovery {
    $folder = (Get-Item (Join-Path $PSScriptRoot '../../src/host/powershell/module')).FullName
    $files = Get-ChildItem -Path $folder -Recurse -File | Where-Object { $_.Name -match '\.(ps|sshd)' } | ForEach-Object { @{ name = $_.Name; path = $_.FullName } }
    $scripts = $files | Where-Object { $_.name -match '\.ps[md]?1$' }
    $onWindows = [System.IO.Path]::DirectorySeparatorChar -eq '\'
    $noSshd = -not (Test-Path '/usr/sbin/sshd')
}

Describe 'The files for a host' {
    It 'are in ASCII, which every PowerShell reads alike: <name>' -ForEach $files {
        [System.IO.File]::ReadAllText($path, [System.Text.Encoding]::GetEncoding('iso-8859-1')) | Should -Match '\A[\n -~]*\z'
    }

    It 'can be read by PowerShell: <name>' -ForEach $scripts {
        $found = $null
        [void] [System.Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $found)
        $found | Should -BeNullOrEmpty
    }
}

Describe 'Registration' {
    BeforeAll {
        $folder = Join-Path $PSScriptRoot '../../src/host/powershell/module'
        . (Join-Path $folder 'Registration.ps1')
    }

    if (-not $onWindows) {
        It 'does nothing where there is no Windows: <script>' -ForEach @(
            @{ script = 'Register-GpuChatOps.ps1'; given = @{ Group = 'HV01\gpu' } }
            @{ script = 'Unregister-GpuChatOps.ps1'; given = @{} }
        ) {
            { & (Join-Path $folder $script) @given } | Should -Throw 'This host is not Windows.'
        }
    }

    It 'says that a policy for applications restricts it, in place of an error that nobody understands: <script>' -ForEach @(
        @{ script = 'Register-GpuChatOps.ps1'; given = @{ Group = 'HV01\gpu' } }
        @{ script = 'Unregister-GpuChatOps.ps1'; given = @{} }
    ) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
        $state.LanguageMode = 'ConstrainedLanguage'
        $shell = [System.Management.Automation.PowerShell]::Create($state)
        try {
            [void] $shell.AddCommand((Join-Path $folder $script)).AddParameters($given)
            { $shell.Invoke() } | Should -Throw '*application control policy*ConstrainedLanguage*docs/hosts.md*'
        }
        finally { $shell.Dispose() }
    }

    # Nothing else has such marks.
    if ($onWindows) {
        It 'copies no file that is marked as downloaded, and says how to unblock them' {
            $copy = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "it's here")).FullName
            foreach ($name in 'one.ps1', 'two.ps1') { [System.IO.File]::WriteAllText((Join-Path $copy $name), '1') }
            Assert-Unblocked $copy
            Set-Content -LiteralPath (Join-Path $copy 'two.ps1') -Stream 'Zone.Identifier' -Value "[ZoneTransfer]`r`nZoneId=3"

            $said = try { Assert-Unblocked $copy } catch { $_.Exception.Message }
            Invoke-Expression ($said -replace '^.*?: (?=Get-ChildItem)', '')

            $said | Should -Match '^Windows marks 1 of these files as downloaded'
            { Assert-Unblocked $copy } | Should -Not -Throw
        }
    }

    Describe 'of a module that the execution policy keeps from loading' {
        It 'says so of <policy>, set by <scope>' -ForEach @(
            @{ policy = 'Restricted'; scope = 'MachinePolicy'; cure = 'Turn on Script Execution' }
            @{ policy = 'AllSigned'; scope = 'MachinePolicy'; cure = 'Turn on Script Execution' }
            @{ policy = 'Restricted'; scope = 'LocalMachine'; cure = 'Set-ExecutionPolicy -Scope LocalMachine' }
            @{ policy = 'AllSigned'; scope = 'LocalMachine'; cure = 'Set-ExecutionPolicy -Scope LocalMachine' }
        ) {
            $policies = @{ MachinePolicy = 'Undefined'; LocalMachine = 'Undefined' }
            $policies[$scope] = $policy

            $said = @(Get-PolicyWarning $policies)

            $said.Count | Should -Be 1
            $said[0] | Should -Match "is $policy, under which"
            $said[0] | Should -Match $cure
        }

        It 'goes by Group Policy before what was set on the host' {
            Get-PolicyWarning @{ MachinePolicy = 'RemoteSigned'; LocalMachine = 'Restricted' } | Should -BeNullOrEmpty
            Get-PolicyWarning @{ MachinePolicy = 'AllSigned'; LocalMachine = 'Bypass' } | Should -Match 'AllSigned'
        }

        It 'says nothing of <policy>' -ForEach @('Undefined', 'RemoteSigned', 'Unrestricted', 'Bypass' | ForEach-Object { @{ policy = $_ } }) {
            Get-PolicyWarning @{ MachinePolicy = 'Undefined'; LocalMachine = $policy } | Should -BeNullOrEmpty
        }

        It 'asks the PowerShell that the sessions will run in' {
            $engine = (Get-Process -Id $PID).Path

            (Get-PolicyTable $engine).Keys | Sort-Object | Should -Be 'LocalMachine', 'MachinePolicy'
            (Get-PolicyTable $engine).LocalMachine | Should -Be ([string] (Get-ExecutionPolicy -Scope LocalMachine))
            Get-PolicyTable $null | ForEach-Object { $_.MachinePolicy } | Should -Be ([string] (Get-ExecutionPolicy -Scope MachinePolicy))
        }
    }

    It 'lets nobody in over SSH on a Windows whose Hyper-V module does not load in PowerShell 7, and names the other way' {
        { Assert-SshPossible 14393 } | Should -Throw '*-Group for WinRM*'
        { Assert-SshPossible 17763 } | Should -Not -Throw
    }

    It 'asks that before it changes anything' {
        $text = [System.IO.File]::ReadAllText((Join-Path $folder 'Register-GpuChatOps.ps1'))

        $text.IndexOf('Assert-SshPossible') | Should -BeGreaterThan 0
        $text.IndexOf('Assert-SshPossible') | Should -BeLessThan $text.IndexOf('ShouldProcess($place')
    }

    It 'leaves an allow-list that allows nothing' {
        $lines = (Get-AllowHeader) -split '\r?\n'

        $lines.Count | Should -BeGreaterThan 3
        $lines | Where-Object { $_ -ne '' -and -not $_.StartsWith('#') } | Should -BeNullOrEmpty
    }

    It 'lets transcripts be kept for thirty days where nothing else is asked for' {
        Select-TranscriptDays (Join-Path $TestDrive 'nowhere') 0 | Should -Be 30
    }

    It 'leaves the number of days that an administrator has chosen, until another is asked for' {
        $file = Join-Path $TestDrive 'transcript-days'
        [System.IO.File]::WriteAllText($file, '365')

        Select-TranscriptDays $file 0 | Should -BeNullOrEmpty
        Select-TranscriptDays $file 7 | Should -Be 7
    }

    Describe 'of the account in the configuration of sshd' {
        BeforeAll {
            $command = 'C:/pwsh.exe -sshs -ConfigurationFile C:/GpuChatOps.Ssh.pssc'
            $block = [System.IO.File]::ReadAllText((Join-Path $folder 'GpuChatOps.sshd_config'))
            $block = $block.Replace('COMMAND', $command).Replace('ACCOUNT', 'bot').Replace('KEYS', '/ProgramData/ssh/gpuchatops_authorized_keys')
            # As Windows writes it at the first start of sshd, without its comments.
            $windows = @(
                "AuthorizedKeysFile`t.ssh/authorized_keys", "Subsystem`tsftp`tsftp-server.exe", '', 'Match User *'
                '       AuthorizedKeysFile /ProgramData/ssh/administrators_authorized_keys', ''
            ) -join "`r`n"

            # As sshd itself reads it, for one user.
            function Read-For {
                param([string] $User, [string] $Text)
                $key = Join-Path $TestDrive 'host_key'
                if (-not (Test-Path $key)) { & ssh-keygen -q -t ed25519 -N '' -C '' -f $key }
                $file = Join-Path $TestDrive 'sshd_config'
                [System.IO.File]::WriteAllText($file, "HostKey $key`n" + $Text.Replace("`r", ''))
                $said = & /usr/sbin/sshd -T -f $file -C "user=$User,host=x,addr=127.0.0.1"
                $LASTEXITCODE | Should -Be 0
                $said
            }
        }

        It 'twice is as once' {
            $once = Add-SshdBlock $windows $block

            $once | Should -Not -BeExactly $windows
            Add-SshdBlock $once $block | Should -BeExactly $once
        }

        It 'and its removal is as before' {
            Remove-SshdBlock (Add-SshdBlock $windows $block) | Should -BeExactly $windows
        }

        It 'gives it its command and keys of its own, and leaves every other as it was (skipped: no sshd)' -Skip:$noSshd {
            $after = Add-SshdBlock $windows $block

            $bot = Read-For 'bot' $after
            $bot | Should -Contain "forcecommand $command"
            $bot | Should -Contain 'authorizedkeysfile /ProgramData/ssh/gpuchatops_authorized_keys'
            $bot | Should -Contain 'permittty no'
            $other = Read-For 'administrator' ($windows -replace 'Match', "Subsystem powershell $command`nMatch")
            Read-For 'administrator' $after | Should -BeExactly $other
        }

        It 'keeps a subsystem of that name, since sshd takes no two (skipped: no sshd)' -Skip:$noSshd {
            $after = Add-SshdBlock "Subsystem powershell C:/other.exe -sshs`r`n$windows" $block

            @(Read-For 'bot' $after) -like 'subsystem powershell*' | Should -BeExactly 'subsystem powershell C:/other.exe -sshs'
        }

        It 'may follow a text without a line end, and without a Match (skipped: no sshd)' -Skip:$noSshd {
            $after = Add-SshdBlock 'PasswordAuthentication yes' $block

            Read-For 'bot' $after | Should -Contain 'passwordauthentication no'
            Read-For 'other' $after | Should -Contain 'passwordauthentication yes'
        }
    }
}
