# What would not work with the Hyper-V modules of every Windows Server, or in Windows PowerShell 5.1, told from the syntax
# tree of a script. Known are what windows-powershell.json and commands.json list: what is in neither is a complaint.
Set-StrictMode -Version Latest

$known = ConvertFrom-Json ([System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'windows-powershell.json')))
$documented = (ConvertFrom-Json ([System.IO.File]::ReadAllText((Join-Path $PSScriptRoot '../host/powershell/stubs/commands.json')))).commands
$flavours = @('2016', '2019', '2022', '2025')
$common = @('ErrorAction', 'WarningAction', 'Verbose', 'Debug', 'OutVariable', 'ErrorVariable', 'WhatIf', 'Confirm')
# Devices are named by their path; without one a command may take any device, or all.
$byPath = @('Add-VMAssignableDevice', 'Mount-VMHostAssignableDevice', 'Dismount-VMHostAssignableDevice')
# A restricted session has functions of these names, which take less than the commands do.
$proxied = @('Get-Command', 'Get-Help', 'Measure-Object', 'Out-Default', 'Select-Object')

# The parameters of each command of Windows, by name and Windows Server.
$windows = @{}
foreach ($command in $documented) {
    if (-not $windows.ContainsKey($command.name)) { $windows[$command.name] = @{} }
    foreach ($flavour in $command.flavours) { $windows[$command.name][$flavour] = @($command.parameters | ForEach-Object { $_.name }) }
}

function Find-Node {
    <#
    .SYNOPSIS
    The nodes of a syntax tree whose type has one of these names. Of types that 5.1 does not have there are none.
    #>
    param($Ast, [string[]] $Type)
    $Ast.FindAll({ param($node) $Type -contains $node.GetType().Name }, $true)
}

function Get-Flavour {
    <#
    .SYNOPSIS
    The versions of Windows Server that have a command; none for PowerShell's own. Or those that have its parameter.
    #>
    param([string] $Command, [string] $Parameter)
    if (-not $windows.ContainsKey($Command)) { return }
    $flavours | Where-Object { $windows[$Command].ContainsKey($_) -and (-not $Parameter -or $windows[$Command][$_] -contains $Parameter) }
}

function Get-CommandName {
    <#
    .SYNOPSIS
    The name that a call has, without that of a module of PowerShell's own; empty where it is computed.
    #>
    param($Call)
    [string] $Call.GetCommandName() -replace '^Microsoft\.PowerShell\.\w+\\', ''
}

function Get-Holder {
    # The function that a node stands in, or null.
    param($Node)
    while ($Node -and $Node.GetType().Name -ne 'FunctionDefinitionAst') { $Node = $Node.Parent }
    $Node
}

function Get-HashKey {
    param($Ast)
    foreach ($hash in Find-Node $Ast 'HashtableAst') { foreach ($pair in $hash.KeyValuePairs) { [string] $pair.Item1.Extent } }
}

function Get-SplattedName {
    # What a splatted variable can hold: keys of hashtables assigned to it, members set on it, and what functions return.
    param([string] $Variable, $Scope, $Root)
    foreach ($assignment in Find-Node $Scope 'AssignmentStatementAst') {
        if ($assignment.Left.GetType().Name -eq 'MemberExpressionAst' -and [string] $assignment.Left.Expression -eq "`$$Variable") { [string] $assignment.Left.Member.Value }
        if ([string] $assignment.Left -ne "`$$Variable") { continue }
        Get-HashKey $assignment.Right
        $called = @(Find-Node $assignment.Right 'CommandAst' | ForEach-Object { $_.GetCommandName() })
        Find-Node $Root 'FunctionDefinitionAst' | Where-Object { $called -contains $_.Name } | ForEach-Object { Get-HashKey $_ }
    }
}

function Get-UnknownParameter {
    param([string[]] $Given, [string[]] $Has)
    $Given | Where-Object { $Has -notcontains $_ -and $common -notcontains $_ }
}

function Test-Flag {
    # 5.1 has no property of this name.
    param($Node, [string] $Name)
    $Node.PSObject.Properties[$Name] -and $Node.$Name
}

function Get-NewSyntax {
    <#
    .SYNOPSIS
    What of a script Windows PowerShell 5.1 does not understand. 5.1 itself finds most of it as faults of the syntax.
    #>
    param($Ast, $Tokens)
    foreach ($node in $Ast.FindAll({ $true }, $true)) {
        switch -Wildcard ($node.GetType().Name) {
            'TernaryExpressionAst' { 'a ? b : c' }
            'PipelineChainAst' { 'a && b, a || b' }
            'PipelineAst' { if (Test-Flag $node 'Background') { 'a &' } }
            'ScriptBlockAst' { if (Test-Flag $node 'CleanBlock') { 'clean block' } }
            '*MemberExpressionAst' { if (Test-Flag $node 'NullConditional') { 'a?.b' } }
            'IndexExpressionAst' { if (Test-Flag $node 'NullConditional') { 'a?[b]' } }
            'BinaryExpressionAst' { if ([string] $node.Operator -eq 'QuestionQuestion') { 'a ?? b' } }
            'AssignmentStatementAst' { if ([string] $node.Operator -eq 'QuestionQuestionEquals') { 'a ??= b' } }
            'VariableExpressionAst' { if (@('IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSNativeCommandUseErrorActionPreference') -contains [string] $node.VariablePath) { "`$$($node.VariablePath)" } }
            'ConstantExpressionAst' { if ([string] $node.Extent -match '^[-0-9a-fx.]*\d(y|uy|s|us|u|ul|n|un)$') { 'number suffix' } }
        }
    }
    if (@($Tokens | Where-Object { $_.GetType().Name -eq 'StringExpandableToken' -and $_.Text -match '`u\{|`e' }).Count -gt 0) { 'escape `u{} or `e' }
}

function Get-TypeComplaint {
    param($Ast)
    foreach ($node in Find-Node $Ast 'TypeExpressionAst', 'TypeConstraintAst') {
        if (-not $known.types.PSObject.Properties[[string] $node.TypeName]) { "type not known to be in 5.1: $($node.TypeName)" }
    }
    foreach ($node in Find-Node $Ast 'MemberExpressionAst', 'InvokeMemberExpressionAst' | Where-Object { $_.Static -and $_.Expression.GetType().Name -eq 'TypeExpressionAst' }) {
        $type = $known.types.PSObject.Properties[[string] $node.Expression.TypeName]
        if ($type -and $type.Value.members -cnotcontains [string] $node.Member) { "member not known to be in 5.1: $($node.Expression.TypeName)::$($node.Member)" }
    }
}

function Get-WindowsComplaint {
    # About a call of a command of Windows.
    param($Call, [string] $Name, [string[]] $Parameters, [string[]] $Given)
    $at = "$Name in line $($Call.Extent.StartLineNumber)"
    $holder = Get-Holder $Call
    $scope = if ($holder) { $holder } else { $Call }
    $asks = @(Find-Node $scope 'CommandAst' | Where-Object { @('Get-Command', 'Get-PartitionCommand', 'Find-HostCommand') -contains (Get-CommandName $_) }).Count -gt 0
    $has = @(Get-Flavour $Name)
    foreach ($flavour in $has) {
        # The newer parameter is added only where the newer command was found.
        Get-UnknownParameter $Given $windows[$Name][$flavour] | Where-Object { -not ($asks -and (Get-Flavour $Name $_)) } |
            ForEach-Object { "${at}: Windows Server $flavour has no -$_" }
    }
    if ($has.Count -lt $flavours.Count -and -not $asks) { "${at}: only in Windows Server $($has -join ', '), and nothing asks for it first" }
    if ($Parameters -notcontains 'ErrorAction') { "${at}: no -ErrorAction, so an error goes unnoticed" }
    if ($byPath -contains $Name -and $Given -notcontains 'LocationPath') { "${at}: no -LocationPath" }
    $fed = $Call.Parent.GetType().Name -eq 'PipelineAst' -and $Call.Parent.PipelineElements.IndexOf($Call) -gt 0
    if ($Name -eq 'Remove-VMAssignableDevice' -and $Given -notcontains 'VMAssignableDevice' -and -not $fed) { "${at}: no device, so it may remove all" }
}

function Get-CallComplaint {
    param($Call, $Root, [string[]] $Own)
    $name = Get-CommandName $Call
    if ($name -eq '' -or $Own -contains $name) { return }
    $at = "$name in line $($Call.Extent.StartLineNumber)"
    if ($proxied -contains $name -and $Call.GetCommandName() -notlike '*\*') { return "${at}: another one in a restricted session; name its module" }
    $holder = Get-Holder $Call
    $scope = if ($holder) { $holder } else { $Root }
    $parameters = @($Call.CommandElements | Where-Object { $_.GetType().Name -eq 'CommandParameterAst' } | ForEach-Object { $_.ParameterName })
    $splats = $Call.CommandElements | Where-Object { $_.GetType().Name -eq 'VariableExpressionAst' -and $_.Splatted }
    $given = $parameters + @($splats | ForEach-Object { Get-SplattedName ([string] $_.VariablePath) $scope $Root })
    if ($name -ne 'Invoke-Command' -and (Get-Flavour $name)) { return Get-WindowsComplaint $Call $name $parameters $given }
    $allowed = @(
        $found = $known.commands.PSObject.Properties[$name]
        if ($found) { $found.Value }
        $newer = if ($holder) { $known.powershell7.PSObject.Properties[$holder.Name] }
        if ($newer -and $newer.Value.commands.PSObject.Properties[$name]) { $newer.Value.commands.$name }
    )
    if ($allowed.Count -eq 0) { return "${at}: not known to exist in 5.1" }
    Get-UnknownParameter $given $allowed | ForEach-Object { "${at}: 5.1 has no -$_" }
}

function Get-FenceComplaint {
    param($Ast)
    foreach ($function in Find-Node $Ast 'FunctionDefinitionAst' | Where-Object { $_.Name -ne 'Invoke-Change' }) {
        $changes = @(Find-Node $function 'CommandAst' | Where-Object { $_.GetCommandName() -eq 'Invoke-Change' }).Count -gt 0
        $parameters = if ($function.Body.ParamBlock) { $function.Body.ParamBlock.Parameters }
        $fence = $parameters | Where-Object { [string] $_.Name.VariablePath -eq 'Fence' -and [string] $_.Extent -match 'Mandatory = \$true' }
        if ($changes -and -not $fence) { "$($function.Name) changes the host without a fence" }
        $claim = $parameters | Where-Object { [string] $_.Name.VariablePath -eq 'Claim' }
        if ($changes -and -not $claim) { "$($function.Name) changes the host for whatever bot asks" }
    }
}

function Get-Complaint {
    <#
    .SYNOPSIS
    Everything that is wrong with a script, a line each. Own: names of the functions that belong to the same module.
    .PARAMETER Syntax
    Looks no further than the syntax and the characters.
    #>
    param([string] $Script, [string[]] $Own = @(), [switch] $Syntax)
    $tokens = $null; $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Script, [ref] $tokens, [ref] $errors)
    foreach ($each in $errors) { "does not parse: $($each.Message)" }
    Get-NewSyntax $ast $tokens | ForEach-Object { "5.1 does not understand $_" }
    # Windows PowerShell 5.1 reads a file without a byte order mark as ANSI.
    if ($Script -match '[^\n\r\t -~]') { 'not ASCII' }
    if ($Syntax) { return }
    Get-TypeComplaint $ast
    foreach ($call in Find-Node $ast 'CommandAst') { Get-CallComplaint $call $ast $Own }
    Get-FenceComplaint $ast
}
Export-ModuleMember -Function Find-Node, Get-Flavour, Get-CommandName, Get-Complaint
