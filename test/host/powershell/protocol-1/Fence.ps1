# The fence as modules before protocol 2 kept it: a number, whosever it is.

function Read-Fence {
    <#
    .SYNOPSIS
    The highest fence that was seen here; 0 when none was. Fails with FenceUnreadable.
    #>
    param([string] $Directory)
    $path = [System.IO.Path]::Combine($Directory, 'fence')
    if (-not [System.IO.File]::Exists($path)) { return [long] 0 }
    $text = [System.IO.File]::ReadAllText($path).Trim()
    if ($text -notmatch '\A[0-9]{1,19}\z' -or [decimal] $text -gt [long]::MaxValue) {
        throw (New-Refusal 'FenceUnreadable' "$path holds no number. If nothing runs on this host, delete it.")
    }
    [long] $text
}

function Assert-Fence {
    <#
    .SYNOPSIS
    Refuses an order whose fence is lower than the highest seen, and remembers a higher one before anything is changed.
    #>
    param([string] $Directory, [long] $Fence)
    $highest = Read-Fence $Directory
    if ($Fence -lt $highest) {
        throw (New-Refusal 'StaleFence' "Fence $Fence is lower than $highest, the highest seen.")
    }
    if ($Fence -eq $highest) { return }
    $path = [System.IO.Path]::Combine($Directory, 'fence')
    $new = "$path.new"
    $bytes = [System.Text.Encoding]::ASCII.GetBytes([string] $Fence)
    $file = [System.IO.File]::Create($new)
    try {
        $file.Write($bytes, 0, $bytes.Length)
        $file.Flush($true)
    }
    finally { $file.Dispose() }
    if ([System.IO.File]::Exists($path)) { [System.IO.File]::Replace($new, $path, [NullString]::Value) }
    else { [System.IO.File]::Move($new, $path) }
}
