# Whose orders this host takes. A bot is a store, and has a name of its own; each of its claims of this host has an id and a
# number that is higher than all before it. Two files of the state directory tell of the highest claim that was seen:
# `fence` is its number alone, as modules before protocol 2 wrote it and can go on with; `claim` is `NUMBER BOT/ID`.

# What this module and a bot have agreed on. 1: an order carries the number of its claim. 2: whose claim it is, too.
$script:Protocol = 2
# Beyond it a bot could not tell one number from the next.
$script:HighestFence = [long] 9007199254740990
# For so long after the last order nobody takes the host from the bot that gave it.
$script:RestMinutes = 10

function Read-Fence {
    <#
    .SYNOPSIS
    The highest claim that was seen here: Number (0 when none was), Bot and Claim, empty where they are not known: no order
    has told, or a module that does not know of them has raised the number since. Fails with FenceUnreadable.
    #>
    param([string] $Directory)
    $number = Read-FenceNumber $Directory
    $path = [System.IO.Path]::Combine($Directory, 'claim')
    if (-not [System.IO.File]::Exists($path)) { return @{ Number = $number; Bot = ''; Claim = '' } }
    $text = [System.IO.File]::ReadAllText($path).Trim()
    if (-not ($text -match '\A([0-9]{1,16}) ((bot-[0-9a-f]{12})/[0-9a-f]{16})\z')) {
        throw (New-Refusal 'FenceUnreadable' "$path holds no claim. If no other bot drives this host, delete it.")
    }
    $claimed = [long] $Matches[1]
    # The claim is written first, so a lower number beside it is of a writing that was cut short.
    if ($claimed -ge $number) { return @{ Number = $claimed; Bot = $Matches[3]; Claim = $Matches[2] } }
    @{ Number = $number; Bot = $Matches[3]; Claim = '' }
}

function Read-FenceNumber {
    param([string] $Directory)
    $path = [System.IO.Path]::Combine($Directory, 'fence')
    if (-not [System.IO.File]::Exists($path)) { return [long] 0 }
    $text = [System.IO.File]::ReadAllText($path).Trim()
    if ($text -notmatch '\A[0-9]{1,19}\z' -or [decimal] $text -gt $script:HighestFence) {
        throw (New-Refusal 'FenceUnreadable' "$path holds no number that a bot could have given. If nothing runs on this host, delete it.")
    }
    [long] $text
}

function Assert-Fence {
    <#
    .SYNOPSIS
    Refuses an order of another bot, and one of a claim older than the highest seen; remembers a newer one before anything
    is changed. An order that does not say whose it is, of a bot before protocol 2, passes while the host knows no bot.
    #>
    param([string] $Directory, [long] $Fence, [string] $Claim)
    $seen = Read-Fence $Directory
    if ($seen.Bot -and -not $Claim) {
        throw (New-Refusal 'OldBot' "This host takes the orders of $($seen.Bot), and this one does not say whose it is: the bot that gave it is older than the module here.")
    }
    if ($seen.Bot -and ($Claim -split '/')[0] -ne $seen.Bot) {
        throw (New-Refusal 'OtherBot' "This host takes the orders of $($seen.Bot), and this one is of $(($Claim -split '/')[0]).")
    }
    if ($Fence -lt $seen.Number) {
        throw (New-Refusal 'StaleFence' "Fence $Fence is lower than $($seen.Number), the highest seen.")
    }
    if ($Fence -eq $seen.Number -and $Claim -ne $seen.Claim) {
        throw (New-Refusal 'StaleFence' "Fence $Fence is the highest seen, but of another claim.")
    }
    # An administrator may have deleted the one file, and not the other.
    $kept = [System.IO.File]::Exists([System.IO.Path]::Combine($Directory, 'fence'))
    if ($Fence -gt $seen.Number -or -not $kept) { Write-Fence $Directory $Fence $Claim }
    Set-OrderTime $Directory
}

function Write-Fence {
    param([string] $Directory, [long] $Fence, [string] $Claim)
    if ($Claim) { Write-Durably ([System.IO.Path]::Combine($Directory, 'claim')) "$Fence $Claim" }
    Write-Durably ([System.IO.Path]::Combine($Directory, 'fence')) ([string] $Fence)
}

function Write-Durably {
    <#
    .SYNOPSIS
    Puts a file in place of another of that path, whole or not at all, and on the disk when it returns.
    #>
    param([string] $Path, [string] $Text)
    $new = "$Path.new"
    $bytes = [System.Text.Encoding]::ASCII.GetBytes($Text)
    $file = [System.IO.File]::Create($new)
    try {
        $file.Write($bytes, 0, $bytes.Length)
        $file.Flush($true)
    }
    finally { $file.Dispose() }
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Replace($new, $Path, [NullString]::Value) }
    else { [System.IO.File]::Move($new, $Path) }
}

function Set-OrderTime {
    <#
    .SYNOPSIS
    An order is carried out now: the time of the file `fence`.
    #>
    param([string] $Directory)
    [System.IO.File]::SetLastWriteTimeUtc([System.IO.Path]::Combine($Directory, 'fence'), [System.DateTime]::UtcNow)
}

function Get-FenceFact {
    <#
    .SYNOPSIS
    The highest claim that was seen here, its number as text; null where it cannot be read, or this host was not registered.
    #>
    try { $seen = Read-Fence (Get-StateDirectory) }
    catch { return $null }
    [ordered]@{
        number = [string] $seen.Number
        bot    = if ($seen.Bot) { $seen.Bot } else { $null }
        claim  = if ($seen.Claim) { ($seen.Claim -split '/')[1] } else { $null }
    }
}

function Set-GpuHostBot {
    <#
    .SYNOPSIS
    From now on this host takes the orders of another bot. Nothing else is changed.
    .PARAMETER From
    Whose orders it has taken. Fails with OtherBot where that is not so.
    .PARAMETER Claim
    The first claim of the bot whose orders it is to take.
    .NOTES
    Fails with Busy while a change is under way, and with RecentOrder until ten minutes after the last one.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\Abot-[0-9a-f]{12}\z')]
        [string] $From,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 9007199254740990)]
        [long] $Fence,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\Abot-[0-9a-f]{12}/[0-9a-f]{16}\z')]
        [string] $Claim
    )
    $directory = Get-StateDirectory
    $lock = Lock-Host $directory 0
    try {
        $seen = Read-Fence $directory
        if ($seen.Bot -ne $From) {
            $who = if ($seen.Bot) { $seen.Bot } else { 'no bot in particular' }
            throw (New-Refusal 'OtherBot' "This host takes the orders of $who, and not of $From.")
        }
        if ($Fence -le $seen.Number) { throw (New-Refusal 'StaleFence' "Fence $Fence is not above $($seen.Number), the highest seen.") }
        $last = [System.IO.File]::GetLastWriteTimeUtc([System.IO.Path]::Combine($directory, 'fence'))
        if ($last -gt [System.DateTime]::UtcNow.AddMinutes(-$script:RestMinutes)) {
            throw (New-Refusal 'RecentOrder' "The last order was carried out at $($last.ToString('o')): less than $script:RestMinutes minutes ago.")
        }
        Write-Fence $directory $Fence $Claim
        Set-OrderTime $directory
    }
    finally { $lock.Dispose() }
    '{"done":true}'
}
