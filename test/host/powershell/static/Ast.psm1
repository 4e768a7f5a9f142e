# Reads script text with the engine's own parser and tells what it uses, as one line of JSON.
Set-StrictMode -Version Latest

function Get-Keys {
    # What a splatted variable can hold: keys of hashtables assigned to it, members set on it, and what functions return.
    param($Variable, $Function, $Functions)
    foreach ($assignment in $Function.FindAll({ param($node) $node -is [System.Management.Automation.Language.AssignmentStatementAst] }, $true)) {
        $left = $assignment.Left
        if ($left -is [System.Management.Automation.Language.MemberExpressionAst] -and [string] $left.Expression.Extent -eq "`$$Variable") { [string] $left.Member.Value }
        if ([string] $left -ne "`$$Variable") { continue }
        foreach ($hash in $assignment.Right.FindAll({ param($node) $node -is [System.Management.Automation.Language.HashtableAst] }, $true)) {
            foreach ($pair in $hash.KeyValuePairs) { [string] $pair.Item1.Extent }
        }
        foreach ($call in $assignment.Right.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $call.GetCommandName()
            foreach ($other in $Functions) {
                if ($other.Name -ne $name) { continue }
                foreach ($hash in $other.FindAll({ param($node) $node -is [System.Management.Automation.Language.HashtableAst] }, $true)) {
                    foreach ($pair in $hash.KeyValuePairs) { [string] $pair.Item1.Extent }
                }
            }
        }
    }
}

function Get-CallFact {
    param($Call, $Ast, $Functions)
    $holder = $Call
    while ($holder -and $holder -isnot [System.Management.Automation.Language.FunctionDefinitionAst]) { $holder = $holder.Parent }
    $splats = @($Call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.VariableExpressionAst] -and $_.Splatted })
    $scope = if ($holder) { $holder } else { $Ast }
    [ordered]@{
        name       = [string] $Call.GetCommandName() -replace '^Microsoft\.PowerShell\.\w+\\', ''
        qualified  = [string] $Call.GetCommandName() -like '*\*'
        line       = $Call.Extent.StartLineNumber
        function   = if ($holder) { $holder.Name } else { '' }
        parameters = @($Call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] } | ForEach-Object { $_.ParameterName })
        splatted   = @($splats | ForEach-Object { Get-Keys ([string] $_.VariablePath) $scope $Functions })
        fed        = $Call.Parent -is [System.Management.Automation.Language.PipelineAst] -and $Call.Parent.PipelineElements.IndexOf($Call) -gt 0
    }
}

function Get-NewSyntax {
    # Names what Windows PowerShell 5.1 does not understand.
    param($Ast, $Tokens)
    $space = 'System.Management.Automation.Language'
    foreach ($node in $Ast.FindAll({ $true }, $true)) {
        $kind = $node.GetType().Name
        if ($kind -eq 'TernaryExpressionAst') { 'a ? b : c' }
        if ($kind -eq 'PipelineChainAst') { 'a && b, a || b' }
        if ($kind -eq 'PipelineAst' -and $node.Background) { 'a &' }
        if ($kind -eq 'ScriptBlockAst' -and $node.CleanBlock) { 'clean block' }
        if ($kind -like '*MemberExpressionAst' -and $node.NullConditional) { 'a?.b' }
        if ($kind -eq 'IndexExpressionAst' -and $node.NullConditional) { 'a?[b]' }
        if ($kind -eq 'BinaryExpressionAst' -and [string] $node.Operator -eq 'QuestionQuestion') { 'a ?? b' }
        if ($kind -eq 'AssignmentStatementAst' -and [string] $node.Operator -eq 'QuestionQuestionEquals') { 'a ??= b' }
        if ($kind -eq 'VariableExpressionAst' -and @('IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSNativeCommandUseErrorActionPreference') -contains [string] $node.VariablePath) { "`$$($node.VariablePath)" }
        if ($kind -eq 'ConstantExpressionAst' -and [string] $node.Extent -match '^[-0-9a-fx.]*\d(y|uy|s|us|u|ul|n|un)$') { 'number suffix' }
    }
    foreach ($token in $Tokens) {
        if ($token -is [System.Management.Automation.Language.StringExpandableToken] -and $token.Text -match '`u\{|`e') { 'escape `u{} or `e' }
    }
}

function Read-Script {
    param([string] $Script)
    $tokens = $null; $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Script, [ref] $tokens, [ref] $errors)
    $functions = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true))
    $types = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.TypeExpressionAst] -or $node -is [System.Management.Automation.Language.TypeConstraintAst] }, $true) | ForEach-Object { [string] $_.TypeName })
    $members = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.MemberExpressionAst] -and $node.Static }, $true) | ForEach-Object { "$($_.Expression.TypeName)::$($_.Member)" })
    [ordered]@{
        errors    = @($errors | ForEach-Object { [string] $_.Message })
        syntax    = @(Get-NewSyntax $ast $tokens)
        types     = $types
        members   = $members
        calls     = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { Get-CallFact $_ $ast $functions })
        functions = @($functions | ForEach-Object {
                $help = $_.GetHelpContent()
                $parameters = if ($_.Body.ParamBlock) { @($_.Body.ParamBlock.Parameters) } else { @() }
                [ordered]@{
                    name      = $_.Name
                    synopsis  = if ($help) { [string] $help.Synopsis } else { '' }
                    mandatory = @($parameters | Where-Object { [string] $_.Extent -match 'Mandatory = \$true' } | ForEach-Object { [string] $_.Name.VariablePath })
                }
            })
    } | ConvertTo-Json -Compress -Depth 5
}
Export-ModuleMember -Function Read-Script
