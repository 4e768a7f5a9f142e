# The commands of Windows that the module calls, as functions with the documented parameters (commands.json) that throw unless
# a test mocks them. A parameter that is not documented does not bind; of types, those of Hyper-V itself are left out.
Set-StrictMode -Version Latest

$file = Join-Path $PSScriptRoot '../host/powershell/stubs/commands.json'
# Get-ItemProperty, of the module Registry, is PowerShell's own: it stays as it is.
$documented = @((ConvertFrom-Json ([System.IO.File]::ReadAllText($file))).commands | Where-Object { $_.module -ne 'Registry' })

function Get-ParameterText {
    param($Parameter)
    foreach ($set in $Parameter.sets.PSObject.Properties) {
        $parts = @(
            if ($set.Name -ne '*') { "ParameterSetName = '$($set.Name)'" }
            foreach ($each in $set.Value.PSObject.Properties) {
                switch ($each.Name) {
                    'mandatory' { 'Mandatory = $true' }
                    'position' { "Position = $($each.Value)" }
                    'pipeline' { 'ValueFromPipeline = $true' }
                    'pipelineByName' { 'ValueFromPipelineByPropertyName = $true' }
                }
            }
        )
        "[Parameter($($parts -join ', '))]"
    }
    if ($Parameter.PSObject.Properties['aliases']) { "[Alias('$($Parameter.aliases -join "', '")')]" }
    if ($Parameter.PSObject.Properties['values']) { "[ValidateSet('$($Parameter.values -join "', '")')]" }
    $type = $Parameter.type -replace '^nullable\[psobject(\[\])?\]$', 'psobject$1' -replace '^nullable\[(.*)\]$', 'System.Nullable[$1]'
    if ($type -as [type]) { "[$type] `$$($Parameter.name)" } else { "`$$($Parameter.name)" }
}

function Get-FunctionText {
    param($Command)
    $binding = @(
        if ($Command.PSObject.Properties['defaultSet']) { "DefaultParameterSetName = '$($Command.defaultSet)'" }
        if ($Command.PSObject.Properties['confirmImpact']) { "SupportsShouldProcess = `$true, ConfirmImpact = '$($Command.confirmImpact)'" }
    )
    $parameters = @($Command.parameters | ForEach-Object { @(Get-ParameterText $_) -join ' ' })
    "function $($Command.name) { [CmdletBinding($($binding -join ', '))] param($($parameters -join ",`n")) throw 'StubNotImplemented' }"
}

function Import-HostStub {
    <#
    .SYNOPSIS
    Makes the commands of one Windows Server, once: 2016, 2019, 2022 or 2025.
    #>
    param([string] $Flavour)
    if (Get-Module "Windows$Flavour") { return }
    $commands = $documented | Where-Object { $_.flavours -contains $Flavour }
    $text = @($commands | ForEach-Object { Get-FunctionText $_ }) -join "`n"
    New-Module -Name "Windows$Flavour" -ScriptBlock ([scriptblock]::Create($text)) | Import-Module -Global -Force -DisableNameChecking
}
Export-ModuleMember -Function Import-HostStub
