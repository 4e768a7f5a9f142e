# Which transcripts of sessions are cleared away, and that nothing else ever is.
Describe 'The first reading of a session' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'HostMock.ps1')
        $state = Join-Path $TestDrive 'GpuChatOps'
        $folder = Join-Path $state 'Transcripts'
        Mock -ModuleName GpuChatOps Get-StateDirectory { $state }

        # A file whose last line was written so long ago; gives its path.
        function Add-File {
            param([string] $Name, [double] $Days)
            $path = Join-Path $folder $Name
            $null = New-Item -ItemType Directory -Force -Path (Split-Path $path)
            [System.IO.File]::WriteAllText($path, 'x')
            [System.IO.File]::SetLastWriteTimeUtc($path, [System.DateTime]::UtcNow.AddDays(-$Days))
            $path
        }
        function Set-Days {
            param([string] $Text)
            [System.IO.File]::WriteAllText((Join-Path $state 'transcript-days'), $Text)
        }
        function Get-Transcript {
            param([string] $Random)
            "PowerShell_transcript.HV01.$Random.20260102030405.txt"
        }
    }
    BeforeEach {
        $null = New-Item -ItemType Directory -Path $folder
        InModuleScope GpuChatOps { $script:TranscriptsCleared = $false }
        Set-Days '30'
    }
    AfterEach { Remove-Item -LiteralPath $state -Recurse -Force }
    AfterAll { Remove-Module GpuChatOps }

    It 'clears away what was last written to more days ago than registration said, and nothing younger' {
        $old = Add-File (Get-Transcript 'aB3+_9zZ') 30.1
        $young = Add-File (Get-Transcript 'young000') 29.9

        $null = Get-GpuInventory

        $old | Should -Not -Exist
        $young | Should -Exist
    }

    It 'goes by the number of days that is written now' {
        Set-Days "2`r`n"
        $old = Add-File (Get-Transcript 'old00000') 3

        $null = Get-GpuInventory

        $old | Should -Not -Exist
    }

    It 'leaves <name>, which is no transcript of a session' -ForEach @(
        @{ name = 'notes.txt' }
        @{ name = 'PowerShell_transcript.txt' }
        @{ name = 'PowerShell_transcript.HV01.abcdefgh.txt' }
        @{ name = 'PowerShell_transcript.HV01.abcdefgh.20260102030405.txt.bak' }
        @{ name = 'PowerShell_transcript.HV01.abcdefgh.20260102030405.log' }
        @{ name = 'PowerShell_transcript.HV01.abcdefgh.202601020304.txt' }
        @{ name = 'My PowerShell_transcript.HV01.abcdefgh.20260102030405.txt' }
        @{ name = '20260102/PowerShell_transcript.HV01.abcdefgh.20260102030405.txt' }
        @{ name = '../PowerShell_transcript.HV01.abcdefgh.20260102030405.txt' }
        @{ name = '../allow' }
        @{ name = '../fence' }
    ) {
        $path = Add-File $name 400

        $null = Get-GpuInventory

        $path | Should -Exist
    }

    It 'leaves everything where <what>' -ForEach @(
        @{ what = 'registration has said nothing'; days = $null }
        @{ what = 'nothing is written'; days = '' }
        @{ what = 'no day is kept'; days = '0' }
        @{ what = 'the number is negative'; days = '-1' }
        @{ what = 'the number is broken'; days = '1.5' }
        @{ what = 'there is more than a number'; days = '30 days' }
        @{ what = 'the number is beyond all time'; days = '99999999999' }
    ) {
        $path = Add-File (Get-Transcript 'old00000') 40000
        if ($null -eq $days) { Remove-Item -LiteralPath (Join-Path $state 'transcript-days') } else { Set-Days $days }

        $null = Get-GpuInventory

        $path | Should -Exist
    }

    It 'is the only one that looks' {
        $null = Get-GpuInventory
        $path = Add-File (Get-Transcript 'old00000') 31

        $null = Get-GpuInventory

        $path | Should -Exist
    }

    It 'goes on where one cannot be removed' {
        $held = Add-File (Get-Transcript 'held0000') 31
        $other = Add-File (Get-Transcript 'other000') 31
        Mock -ModuleName GpuChatOps Remove-Transcript { throw 'somebody reads it' } -ParameterFilter { $Path -like '*held*' }

        Get-GpuInventory | Should -Match '"module":1'

        $held | Should -Exist
        $other | Should -Not -Exist
    }

    It 'tells its facts where <what>' -ForEach @(
        @{ what = 'there is no folder of transcripts'; arrange = { Remove-Item -LiteralPath $folder } }
        @{ what = 'the host was never registered'; arrange = { Mock -ModuleName GpuChatOps Get-StateDirectory { throw 'there is none' } } }
    ) {
        . $arrange

        Get-GpuInventory | Should -Match '"module":1'
    }
}
