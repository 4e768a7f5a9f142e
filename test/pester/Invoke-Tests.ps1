# Runs every suite of this folder and says how it went: what failed and why, what was skipped, and the counts in one line
# that scripts/pester.mjs reads. Works in Windows PowerShell 5.1 too.
param([string] $Pester, [string] $Path = $PSScriptRoot)
$ErrorActionPreference = 'Stop'
Import-Module $Pester -Force

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$configuration.TestRegistry.Enabled = $false
$result = Invoke-Pester -Configuration $configuration

foreach ($test in $result.Skipped) { Write-Host "skipped: $($test.ExpandedPath)" }
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
Write-Host "pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int] ($failed -gt 0)
