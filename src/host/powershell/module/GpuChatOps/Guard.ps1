# What stands before every change of the host: one change at a time, no order of another bot or of an older claim
# (Fence.ps1), nothing that the administrator's allow-list does not name, and only on the ground that the order expects.

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
    Runs one change under the host's lock, after fence, allow-list and precondition were checked in that order.
    .PARAMETER Precondition
    Hashtable: VmId and VmState; LocationPath, InstanceId, Place and Holder; GpuName, Partition and Count. What is
    absent is not expected.
    .PARAMETER Change
    The change itself; what it writes is thrown away.
    #>
    param([long] $Fence, [string] $Claim, [hashtable] $Precondition, [scriptblock] $Change)
    $directory = Get-StateDirectory
    $lock = Lock-Host $directory $script:LockPatienceSeconds
    try {
        if ($Precondition.ContainsKey('VmId')) { Assert-Allowed $directory 'vm' $Precondition.VmId }
        if ($Precondition.ContainsKey('LocationPath')) { Assert-Allowed $directory 'device' $Precondition.LocationPath }
        Assert-Fence $directory $Fence $Claim
        try {
            Assert-Precondition $Precondition
            $null = & $Change
        }
        finally { Set-OrderTime $directory }
    }
    finally { $lock.Dispose() }
    '{"done":true}'
}
