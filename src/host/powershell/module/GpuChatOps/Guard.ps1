# What stands before every change of the host: one change at a time, no order of an older claim, nothing that the
# administrator's allow-list does not name, and only on the ground that the order expects.

$script:LockPatienceSeconds = 60

function New-Refusal {
    <#
    .SYNOPSIS
    An error with a code of ours as its id, to be thrown. Codes are for the bot, messages for people.
    #>
    param([string] $Code, [string] $Message)
    $exception = [System.InvalidOperationException]::new($Message)
    [System.Management.Automation.ErrorRecord]::new($exception, $Code, 'InvalidOperation', $null)
}

function Get-StateDirectory {
    <#
    .SYNOPSIS
    Where the allow-list, the fence and the lock are: ProgramData\GpuChatOps, made by Register-GpuChatOps.ps1.
    #>
    $kind = if ([System.IO.Path]::DirectorySeparatorChar -eq '\') { 'CommonApplicationData' } else { 'LocalApplicationData' }
    $directory = [System.IO.Path]::Combine([System.Environment]::GetFolderPath($kind), 'GpuChatOps')
    if (-not [System.IO.Directory]::Exists($directory)) {
        throw (New-Refusal 'NotRegistered' "There is no $directory on this host: run Register-GpuChatOps.ps1 on it.")
    }
    $directory
}

function Lock-Host {
    <#
    .SYNOPSIS
    Takes the host's lock, a file that the system frees however its holder ends. Fails with Busy when it has to wait longer.
    #>
    param([string] $Directory, [int] $Seconds)
    $path = [System.IO.Path]::Combine($Directory, 'lock')
    $until = [System.DateTime]::UtcNow.AddSeconds($Seconds)
    while ($true) {
        try {
            return [System.IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None')
        }
        catch [System.IO.IOException] {
            if ([System.DateTime]::UtcNow -gt $until) {
                throw (New-Refusal 'Busy' 'Another change of this host is still under way.')
            }
        }
        Start-Sleep -Milliseconds 100
    }
}

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

function Read-AllowList {
    <#
    .SYNOPSIS
    The lines of the file `allow` that name something, as tables of Kind and Name. Nothing when there is no file.
    Lines: `vm ID`, `device LOCATION-PATH`, or either with `*`.
    #>
    param([string] $Directory)
    $path = [System.IO.Path]::Combine($Directory, 'allow')
    if (-not [System.IO.File]::Exists($path)) { return }
    foreach ($line in [System.IO.File]::ReadAllLines($path)) {
        $words = $line.Trim() -split '\s+', 2
        if ($words.Count -eq 2 -and @('vm', 'device') -contains $words[0]) { @{ Kind = $words[0]; Name = $words[1] } }
    }
}

function Assert-Allowed {
    <#
    .SYNOPSIS
    Refuses a VM or a device that the allow-list does not name.
    #>
    param([string] $Directory, [string] $Kind, [string] $Name)
    foreach ($line in @(Read-AllowList $Directory)) {
        if ($line.Kind -eq $Kind -and @('*', $Name) -contains $line.Name) { return }
    }
    $path = [System.IO.Path]::Combine($Directory, 'allow')
    throw (New-Refusal 'NotAllowed' "The allow-list of this host does not name $Kind $Name (see $path).")
}

function Invoke-Change {
    <#
    .SYNOPSIS
    Runs one change under the host's lock, after fence, allow-list and ground were checked in that order.
    .PARAMETER Ground
    Hashtable: VmId and VmState; LocationPath, InstanceId, Place and Holder; GpuName, Partition and Count. What is
    absent is not expected.
    .PARAMETER Change
    The change itself; what it writes is thrown away.
    #>
    param([long] $Fence, [hashtable] $Ground, [scriptblock] $Change)
    $directory = Get-StateDirectory
    $lock = Lock-Host $directory $script:LockPatienceSeconds
    try {
        if ($Ground.ContainsKey('VmId')) { Assert-Allowed $directory 'vm' $Ground.VmId }
        if ($Ground.ContainsKey('LocationPath')) { Assert-Allowed $directory 'device' $Ground.LocationPath }
        Assert-Fence $directory $Fence
        Assert-Ground $Ground
        $null = & $Change
    }
    finally { $lock.Dispose() }
    '{"done":true}'
}
