# Text that tries to be more than text: at least 300 strings, each once. What is beyond ASCII is written with escapes, since
# Windows PowerShell 5.1 reads this file as ANSI.
Set-StrictMode -Version Latest

# Every character that PowerShell takes for a quote or a dash. Source: about_Quoting_Rules, and its tokenizer.
$quotes = @("'", '\u2018', '\u2019', '\u201a', '\u201b', '"', '\u201c', '\u201d', '\u201e' | ForEach-Object { [regex]::Unescape($_) })
$dashes = @('-', '\u2013', '\u2014', '\u2015' | ForEach-Object { [regex]::Unescape($_) })
$breaks = @('\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029' | ForEach-Object { [regex]::Unescape($_) })

# Statements that leave a trace if they ever run.
$statements = @(
    "[System.IO.File]::WriteAllText('TRACE','x')"
    "Invoke-Expression `"[System.IO.File]::WriteAllText('TRACE','x')`""
    '& { [System.IO.File]::AppendAllText("TRACE", ''x'') }'
    "`$global:Trace = 1; [System.IO.File]::WriteAllText('TRACE','x')"
    'throw "executed"'
    'exit 7'
)

# Ways out of where a string could stand.
$escapes = @(
    'STATEMENT', '$(STATEMENT)', '@(STATEMENT)', '${STATEMENT}', '; STATEMENT; #', '| ForEach-Object { STATEMENT }'
    '|| STATEMENT', '&& STATEMENT', ') ; STATEMENT ; (', '} ; STATEMENT ; {', '`"; STATEMENT; `"'
    "'@`nSTATEMENT`n@'", "`"@`nSTATEMENT`n@`""
    foreach ($quote in $quotes) { "$quote; STATEMENT; $quote"; "$quote$quote+`$(STATEMENT)" }
    foreach ($break in $breaks) { "x${break}STATEMENT$break" }
)

$lookalikes = @(
    foreach ($dash in $dashes) { "${dash}Force"; "${dash}VmId:x"; "${dash}ErrorAction SilentlyContinue"; "$dash$dash%" }
    '--% calc', '-', '--', '*', '?', '[a-z]*', '[[]', '`*', '$null', '$true', '$PSHome', '$env:PATH', '${env:PATH}', '@args'
    '@{a=1}', '{0}', '{0:x}', '%PATH%', '$Matches', '\A.*\z', '(.*)*$', '{"done":true}', '["a"]', 'null', 'vm *', 'device *'
    'm1 3 ok AAAA', 'cancel 1', 'close hv01/change', 'call 1 hv01/change Stop-GpuVm', 'ok', 's:AAAA', 'f:', 'c:env:HOME'
    'env:HOME', 'vault:Any/Thing', '..\..\Windows', '../../etc/passwd', 'C:\Windows\System32\calc.exe', '\\server\share'
    'HKLM:\SOFTWARE', 'function:prompt', 'variable:ErrorActionPreference', '\\?\C:\', 'CON', 'nul:'
)

$numbers = @('-1', '1e9', '0x10', '1kb', '1,5', '1_000', '\u0663', '\ud835\udfd9', 'NaN', 'Infinity', '18446744073709551616' | ForEach-Object { [regex]::Unescape($_) })

$controls = @(
    0..31 | ForEach-Object { "a$([char] $_)b" }
    'a\u007fb', '\u001b[31mred\u001b[0m', '\u001b]0;title\u0007' | ForEach-Object { [regex]::Unescape($_) }
)

# Directions, joiners, a byte order mark, composed and decomposed, wide, a ligature, a dotted I, three scripts, emoji, the ends.
$unicode = @(
    '\u202eetirw\u202c', '\u2066x\u2069', 'a\u200bb', 'a\u200db', '\ufeffbom', 'e\u0301', '\u00e9', '\uff21', '\ufb00', '\u0130i'
    '\u4eee\u60f3', '\u0939\u093f\u0928\u094d\u0926\u0940', '\ud83c\udf89', '\ud83d\udc69\u200d\ud83d\udd2c', '\udbff\udfff'
    '\ufffe', '\ufffd'
) | ForEach-Object { [regex]::Unescape($_) }

$lengths = @('', ' ', "`t", '  x  ', ([regex]::Unescape('''"$(x);\u2019\u00e9') * 11000))

function Get-Corpus {
    <#
    .SYNOPSIS
    The strings. Trace is a file that none of them may ever make.
    #>
    param([string] $Trace)
    $attacks = foreach ($statement in $statements) { foreach ($escape in $escapes) { $escape.Replace('STATEMENT', $statement.Replace('TRACE', $Trace)) } }
    $each = [System.Collections.Generic.HashSet[string]]::new()
    foreach ($text in $attacks + $lookalikes + $numbers + $controls + $unicode + $lengths) { if ($each.Add($text)) { $text } }
}

function Get-EncodedCorpus {
    <#
    .SYNOPSIS
    The strings as one line of JSON, each in base64, for whoever must not take them through what they try.
    #>
    param([string] $Trace)
    ConvertTo-Json -Compress @(Get-Corpus $Trace | ForEach-Object { [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($_)) })
}
Export-ModuleMember -Function Get-Corpus, Get-EncodedCorpus
