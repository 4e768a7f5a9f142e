# Gives texts back as they came, in base64, and reads literals as PowerShell's own parser does.
Import-Module (Join-Path $PSScriptRoot '../../../pester/Corpus.psm1')

function ConvertTo-Base64 {
    param([string] $Text)
    [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Text))
}
function Get-Echo {
    param([string[]] $Texts)
    ConvertTo-Json -Compress @($Texts | ForEach-Object { ConvertTo-Base64 $_ })
}
function Get-Literal {
    param([string[]] $Scripts)
    $found = foreach ($script in $Scripts) {
        $tokens = $null; $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($script, [ref] $tokens, [ref] $errors)
        $expressions = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.ExpressionAst] }, $true))
        if ($errors.Count -gt 0 -or $expressions.Count -ne 1 -or $expressions[0] -isnot [System.Management.Automation.Language.StringConstantExpressionAst]) { 'not one literal' }
        else { ConvertTo-Base64 $expressions[0].Value }
    }
    ConvertTo-Json -Compress @($found)
}
Export-ModuleMember -Function Get-Echo, Get-Literal, Get-EncodedCorpus
